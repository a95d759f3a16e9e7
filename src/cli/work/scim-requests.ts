import type { Account } from '../../accounts/accounts/account.entity.ts';
import { inWords, movedLines, operationOf, summary, texts } from '../../console/scim-requests/texts.ts';
import { allKeysOf } from '../../directory/scim/inspector/keys.ts';
import { findRequest, listRequests } from '../../directory/scim/inspector/list.ts';
import { presentEffect, presentRequest } from './scim-requests-present.ts';
import { changesNothing } from '../../directory/scim/inspector/replay/effect.ts';
import { type Preview, previewReplay, replayRequest } from '../../directory/scim/inspector/replay/replay.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { personal } from '../../trail/people/personal.ts';
import { personMeant } from '../../users/meant.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { withHouse } from '../frame/house.ts';

const nameOf = ({ subject, name }: KeptView): string | null => subject?.name ?? name;

/** Most characters of an address in the table; `request` shows all. */
const mostOfTarget = 60;

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const limit = limitOf(call);
    const on = ground.db.read;
    const account = await accountOf(on, call);
    const scope = scopeOf(account);
    const who = call.value('user');
    const { requests, more } = await listRequests(ground, {
      ...scope,
      limit,
      keyId: await keyNamed(on, account, call.value('key')),
      outcome: call.flag('failed') ? 'failed' : undefined,
      method: call.value('method')?.toUpperCase(),
      who,
    });
    const about = who === undefined ? undefined : await personMeant(on, scope, who);
    const requestParameters = { accountId: account.id, ...(who !== undefined && { who: personal(who) }) };
    ground.trail.observed({ eventName: 'ListScimRequests', ...scope, requestParameters, ...(about && { about }) });
    if (call.output.json) {
      call.output.document({ scimRequests: requests.map(presentRequest), more });
      return;
    }
    call.output.list({
      name: 'scimRequests',
      items: requests,
      columns: {
        TIME: ({ at }) => iso(at),
        STATUS: ({ status, scimType, times }) => [status, scimType, times > 1 && `×${times}`].filter(Boolean).join(' '),
        REQUEST: ({ method, target }) => `${method} ${target}`.slice(0, mostOfTarget),
        ABOUT: nameOf,
        CHANGED: (each) => each.detail ?? summary(each),
        MS: ({ tookMs }) => tookMs.toFixed(1),
        ID: ({ id }) => id,
      },
      empty: 'No kept request matches.',
      more: { are: more, hint: `There are more: --limit shows up to 1000.` },
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const scope = scopeOf(await accountOf(ground.db.read, call));
    const request = await findRequest(ground, scope, call.required('request'));
    const requestParameters = { accountId: scope.accountId, requestId: request.id };
    ground.trail.observed({ eventName: 'GetScimRequest', ...scope, requestParameters });
    const { output } = call;
    output.one({ json: presentRequest(request), facts: factsOf(request) });
    if (output.json) return;
    for (const line of [...changeLines(request), ...operationLines(request)]) output.line(line);
    output.line(texts.contentStates[request.bodyState]);
    if (request.body !== undefined)
      for (const line of JSON.stringify(request.body, null, 2).split('\n')) output.line(line);
  });

export const replay = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const scope = scopeOf(await accountOf(ground.db.read, call));
    const preview = await previewReplay(ground, scope, call.required('request'));
    const { request, effect, token } = preview;
    if (effect.refusal !== null || token === null) {
      const { status, refusal } = effect;
      throw cliErrors('cli.replayRefused', { values: { status, detail: refusal?.detail ?? '' } });
    }
    await confirm(call, effectLines(preview));
    const done = await replayRequest(ground, scope, request.id, token);
    call.output.done(
      { id: request.id, replayed: true, effect: presentEffect({ ...done, moved: effect.moved }) },
      'The request was done again, as it was shown.',
    );
  });

async function keyNamed(on: Reader, account: Account, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const keys = await allKeysOf(on, scopeOf(account));
  // A name that was used again is the good key's.
  const key =
    byIdOrName(
      keys.filter(({ revokedAt }) => revokedAt === null),
      given,
    ) ?? byIdOrName(keys, given);
  if (!key) throw notFound('scim-key', given);
  return key.id;
}

const factsOf = (request: KeptView): [string, string | number | null][] => [
  [texts.time, iso(request.at)],
  [texts.request, `${request.method} ${request.target}`],
  [texts.about, nameOf(request)],
  [texts.answer, [request.status, request.scimType].filter(Boolean).join(' ')],
  [texts.told, request.detail],
  [texts.changed, summary(request)],
  [texts.took, texts.milliseconds(request.tookMs)],
  [texts.key, request.key.name],
  [texts.from, request.userAgent],
  [texts.id, request.id],
];

const changeLines = ({ differences, moved }: Pick<KeptView, 'differences' | 'moved'>): string[] => [
  ...inWords(differences).map(({ label, before, after }) => `${label}: ${before} → ${after}`),
  ...(moved ? movedLines(moved) : []),
];

const operationLines = ({ operations }: KeptView): string[] =>
  operations === null
    ? []
    : [
        ...operations.first.map((each) =>
          [`${operationOf(each)}: ${each.status}`, each.name, each.detail].filter(Boolean).join(', '),
        ),
        ...(operations.more > 0 ? [texts.moreOperations(operations.more)] : []),
      ];

/** What a replay would do, before it is agreed to. */
function effectLines({ request, effect, changedSince }: Preview): string[] {
  const called = nameOf(request) ?? '';
  const deletes = request.subject?.type === 'Group' ? texts.replayDeletesGroup(called) : texts.replayDeletes(called);
  const says = { created: texts.replayCreates, changed: texts.replayChanges, deleted: deletes };
  return [
    `${request.method} ${request.target} of ${iso(request.at)}.`,
    ...(changedSince === null ? [] : [`${texts.changedSince} ${iso(changedSince)}.`]),
    changesNothing(effect) ? texts.replayNothing : says[effect.became ?? 'changed'],
    ...changeLines(effect),
    ...(effect.putOut > 0 ? [texts.replayPutsOut(effect.putOut)] : []),
  ];
}

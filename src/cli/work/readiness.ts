import { readinessTexts as texts } from '../../console/connection/readiness-texts.ts';
import { readinessCounts, readinessKinds, readinessList } from '../../directory/readiness/readiness.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { cliErrors } from '../frame/errors.ts';
import { withHouse } from '../frame/house.ts';
import { requireConnection } from './connection.ts';

/** How many people can sign in by single sign-on, and what keeps the others from it; with `--list` who they are. */
export const readiness = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const limit = limitOf(call);
    const on = ground.db.read;
    const account = await accountOf(on, call);
    const { id: connectionId } = await requireConnection(on, account);
    const scope = { ...scopeOf(account), connectionId };
    const given = call.value('list');
    const kind = readinessKinds.find((name) => name.toLowerCase() === given?.toLowerCase());
    if (given !== undefined && !kind) {
      const reason = `--list is one of ${readinessKinds.join(', ')}.`;
      throw cliErrors('cli.usage', { field: 'list', values: { reason } });
    }
    const { accountId } = scope;
    ground.trail.observed({ eventName: 'ListUsers', ...scopeOf(account), requestParameters: { accountId } });
    if (!kind) {
      const counts = await readinessCounts(on, scope);
      call.output.one({
        json: { accountId, connectionId, ...counts },
        facts: [
          [texts.pushed, counts.pushed],
          [texts.ready, counts.ready],
          ...readinessKinds.map((name) => [`${texts.lists[name].title} (${name})`, counts[name]] as const),
        ],
      });
      return;
    }
    const { lines, more } = await readinessList(on, scope, { kind, after: call.value('after'), limit });
    call.output.list({
      name: 'people',
      items: lines,
      columns: {
        [kind === 'unknownMember' ? 'GROUP' : 'NAME']: ({ name }) => name,
        ADDRESS: ({ address }) => address,
        ID: ({ id }) => id,
      },
      empty: texts.nobody,
      more: { are: more, hint: `There are more: --after ${lines.at(-1)?.id ?? ''} shows them.` },
    });
  });

import type { IncomingMessage } from 'node:http';
import { findGoodKey, noteAccessKeyUsed } from '../access/keys/keys.ts';
import { type Caller, requireMay } from '../access/policy/may.ts';
import { service, type Signed, verify } from '../access/sigv4/verify.ts';
import { SigningKeys } from '../access/sigv4/signing-keys.ts';
import { identifyAs, requestContext } from '../platform/context/context.ts';
import { patienceMs, within } from '../platform/database/errors.ts';
import { addressKey } from '../platform/http/address.ts';
import { readBody } from '../platform/http/body.ts';
import { asCarillonError } from '../platform/http/errors.ts';
import { createRate } from '../platform/http/rate.ts';
import { reportError } from '../platform/http/reply.ts';
import type { HotRoute } from '../platform/http/route.ts';
import type { CarillonError } from '../platform/errors/errors.ts';
import type { Ground } from '../trail/ground.ts';
import { personal } from '../trail/people/personal.ts';
import type { Action } from '../trail/trail.ts';
import { personMeant } from '../users/meant.ts';
import type { Call, Reply } from './operation.ts';
import { once } from './replay/once.ts';
import { type Asked, findOperation, isApiPath } from './router.ts';
import { jsonOf, judged } from './wire/input.ts';
import { sendFault, sendReply } from './wire/send.ts';

/** Hashed before the signature is known to be right. */
const bodyLimit = 256 * 1024;
/** Some clients name no type where there is no content; older ones name Amazon's. */
const bodyTypes = ['', 'application/json', 'application/x-amz-json-1.0', 'application/x-amz-json-1.1'];
/** Wrong signatures a minute from one address, before it has to wait. */
const wrongSignaturesPerMinute = 60;

type Hands = Pick<Call, 'ground' | 'upstairs'>;

/** The administration API on node:http: signature, rate, operation, right, input, answer. */
export function apiRoute({ ground, upstairs }: Hands): HotRoute {
  const hands: Hands = { ground, upstairs };
  const signingKeys = new SigningKeys(ground.seal);
  const perKey = createRate({ points: ground.config.apiRate, seconds: 1 });
  const wrong = createRate({ points: wrongSignaturesPerMinute, seconds: 60 });

  const authenticate = async (req: IncomingMessage): Promise<Signed> => {
    const readContent = async (): Promise<Buffer> =>
      (await readBody(req, { limit: bodyLimit, types: bodyTypes })).bytes;
    try {
      const findKey = (id: string) => within(patienceMs, findGoodKey(ground.db.read, id));
      return await verify(req, { findKey, signingKeys, readBody: readContent });
    } catch (error) {
      if (asCarillonError(error).code.startsWith('signature.')) await wrong(addressKey(requestContext().clientAddress));
      throw error;
    }
  };

  return {
    name: 'api',
    matches: (_method, path) => isApiPath(path),
    async handle(req, res, url) {
      let signed: Signed | null = null;
      let asked: Asked | null = null;
      try {
        signed = await authenticate(req);
        const caller = callerOf(ground, signed);
        await perKey(caller.accessKeyId);
        asked = findOperation(req.method ?? '', signed.target);
        sendReply(res, await answer(hands, caller, signed, asked));
      } catch (thrown) {
        reportError(ground.log, thrown);
        const error = asCarillonError(thrown);
        // Not of a flood: the log and the metrics count it.
        if (error.kind !== 'Throttled') await refused(ground, actionOf(signed, asked, req, url), asked, error);
        sendFault(res, error);
      }
    },
  };
}

/** Whoever signed acts from here on. */
function callerOf(ground: Ground, { key, region }: Signed): Caller {
  const { id: accessKeyId, organisationId, administratorId, userName } = key;
  identifyAs({ type: 'Administrator', principalId: administratorId, userName, organisationId, accessKeyId });
  noteAccessKeyUsed(ground, key, { service, region });
  return { organisationId, administratorId, accessKeyId };
}

async function answer(hands: Hands, caller: Caller, signed: Signed, asked: Asked): Promise<Reply> {
  const { ground } = hands;
  const { operation, path } = asked;
  requireMay(caller, operation.name, { organisationId: caller.organisationId, accountId: path['accountId'] });
  const call: Call = {
    ...hands,
    caller,
    operation: operation.name,
    path,
    query: judged(operation.query, asked.query, 'the query'),
    body: judged(operation.body, jsonOf(signed.body), 'the content'),
  };
  if (!operation.changes) {
    const reply = await operation.handle(call);
    ground.trail.observed(await aboutWhom(ground, known(caller.organisationId, asked), asked));
    return reply;
  }
  const about = { method: operation.method, accountId: path['accountId'] ?? null };
  const { reply, repeated } = await once(ground, signed, about, () => operation.handle(call));
  if (repeated) {
    const action = await aboutWhom(ground, known(caller.organisationId, asked), asked);
    ground.trail.observed({ ...action, readOnly: true, requestParameters: { ...action.requestParameters, repeated } });
  }
  return reply;
}

/** A request whose operation is known, as the trail names it; the page that is asked for is no part of that. */
function known(organisationId: string, { operation, path, query }: Asked): Action {
  const { 'next-token': _token, ...filters } = query;
  const parameters = Object.entries(filters).map(([name, value]) => [camel(name), shown(value.slice(0, 320))]);
  return {
    eventName: operation.name,
    organisationId,
    accountId: isAddress(path['accountId'] ?? '') ? null : (path['accountId']?.slice(0, 64) ?? null),
    readOnly: !operation.changes,
    requestParameters: Object.fromEntries([
      ...Object.entries(path).map(([name, value]) => [name, shown(value)]),
      ...parameters,
    ]) as Record<string, unknown>,
  };
}

/** Whatever looks like an e-mail address, wherever it was typed, tells of a person. */
const isAddress = (text: string): boolean => /@|%40/i.test(text);

const shown = (text: string): unknown => (isAddress(text) ? personal(text) : text);

/** The same action; what was looked for is kept under the key of the person whom it means. @throws database.away */
async function aboutWhom(ground: Ground, action: Action, { query, path }: Asked): Promise<Action> {
  const typed = [...Object.values(query), ...Object.values(path)].find(isAddress);
  if (typed === undefined || action.organisationId === null) return action;
  const { organisationId } = action;
  const about = await within(patienceMs, personMeant(ground.db.read, { organisationId }, typed));
  return about === undefined ? action : { ...action, about };
}

/** A refusal is recorded whether or not it can be said whom it was about. */
async function refused(ground: Ground, action: Action, asked: Asked | null, error: CarillonError): Promise<void> {
  const whole = asked === null ? action : await aboutWhom(ground, action, asked).catch(() => action);
  ground.trail.refused(whole, error);
}

const camel = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function actionOf(signed: Signed | null, asked: Asked | null, { method = '' }: IncomingMessage, url: URL): Action {
  if (signed && asked) return known(signed.key.organisationId, asked);
  return {
    eventName: 'ApiRequest',
    organisationId: signed?.key.organisationId ?? null,
    readOnly: method === 'GET',
    requestParameters: { method, path: shown(url.pathname.slice(0, 256)) },
  };
}

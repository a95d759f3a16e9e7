import { texts } from '../../console/connection/texts.ts';
import { scimUrl } from '../../console/connection/key-view.ts';
import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import { createScimKey, isGood, listScimKeys, revokeScimKey } from '../../directory/scim/keys/keys.ts';
import { rotateScimKey } from '../../directory/scim/keys/rotate.ts';
import { clock, iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';
import { requireConnection } from './connection.ts';

const present = ({ id, accountId, connectionId, name, createdAt, lastUsedAt, expiresAt }: ScimKey) => ({
  id,
  accountId,
  connectionId,
  name,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(lastUsedAt),
  expiresAt: isoOrNull(expiresAt),
});

const endText = (expiresAt: string | null): string => {
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) <= clock.now() ? `${expiresAt} (over)` : expiresAt;
};

/** The key that is meant: of those of a name the one that is still taken. @throws cli.notFound, cli.ambiguous */
async function keyNamed(on: Reader, accountId: string, given: string): Promise<ScimKey> {
  const keys = await listScimKeys(on, accountId);
  const now = clock.now();
  const key =
    byIdOrName(
      keys.filter((each) => isGood(each, now)),
      given,
    ) ?? byIdOrName(keys, given);
  if (!key) throw notFound('scim-key', given);
  return key;
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const keys = await listScimKeys(ground.db.read, account.id);
    ground.trail.observed({ eventName: 'ListApiKeys', ...scopeOf(account) });
    call.output.list({
      name: 'scimKeys',
      items: keys.map(present),
      columns: {
        NAME: ({ name }) => name,
        CREATED: ({ createdAt }) => createdAt,
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
        ENDS: ({ expiresAt }) => endText(expiresAt),
        ID: ({ id }) => id,
      },
      empty: `${account.name} has no SCIM access key yet. Create one: carillon scim-key create <name>`,
    });
  });

export const create = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const { id: connectionId } = await requireConnection(ground.db.read, account);
    const scope = { ...scopeOf(account), connectionId };
    const { key, token } = await createScimKey(ground, scope, {
      name: call.required('name'),
      expires: call.value('expires'),
    });
    tellNew(call, ground.config.publicUrl, key, token);
  });

export const rotate = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const { id } = await keyNamed(ground.db.read, account.id, call.required('key'));
    const input = { overlap: call.value('overlap'), name: call.value('name'), expires: call.value('expires') };
    const { key, token, old } = await rotateScimKey(ground, scopeOf(account), id, input);
    const replaces = { id: old.id, name: old.name, expiresAt: isoOrNull(old.revokedAt ?? old.expiresAt) };
    tellNew(call, ground.config.publicUrl, key, token, { replaces });
    call.output.talk(texts.oldKeyEnds(old.name, iso(old.revokedAt ?? old.expiresAt ?? key.createdAt)));
  });

/** What is shown of a key this once. */
function tellNew(call: Call, publicUrl: string, key: ScimKey, token: string, more: Record<string, unknown> = {}): void {
  const scimBaseUrl = scimUrl(publicUrl);
  call.output.one({
    json: { ...present(key), key: token, scimBaseUrl, ...more },
    facts: [
      ['Name', key.name],
      ['ID', key.id],
      ['Ends', isoOrNull(key.expiresAt)],
      [texts.scimUrl, scimBaseUrl],
      [texts.newKey, token],
    ],
  });
  call.output.talk(texts.newKeyWarning);
}

export const revoke = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const key = await keyNamed(ground.db.read, account.id, call.required('key'));
    await confirm(call, [`The access key ${key.name} of ${account.name} will be revoked.`, texts.revokeSays]);
    await revokeScimKey(ground, scopeOf(account), key.id);
    call.output.done({ id: key.id, name: key.name, revoked: true }, `The access key ${key.name} was revoked.`);
  });

import { texts } from '../../console/connection/texts.ts';
import { scimUrl } from '../../console/connection/view.ts';
import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import { createScimKey, listScimKeys, revokeScimKey } from '../../directory/scim/keys/keys.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';
import { requireConnection } from './connection.ts';

const present = ({ id, accountId, connectionId, name, createdAt, lastUsedAt }: ScimKey) => ({
  id,
  accountId,
  connectionId,
  name,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(lastUsedAt),
});

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
    const { key, token } = await createScimKey(ground, scope, { name: call.required('name') });
    const scimBaseUrl = scimUrl(ground.config.publicUrl);
    call.output.one({
      json: { ...present(key), key: token, scimBaseUrl },
      facts: [
        ['Name', key.name],
        ['ID', key.id],
        [texts.scimUrl, scimBaseUrl],
        [texts.newKey, token],
      ],
    });
    call.output.talk(texts.newKeyWarning);
  });

export const revoke = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const given = call.required('key');
    const key = byIdOrName(await listScimKeys(ground.db.read, account.id), given);
    if (!key) throw notFound('scim-key', given);
    await confirm(call, [`The access key ${key.name} of ${account.name} will be revoked.`, texts.revokeSays]);
    await revokeScimKey(ground, scopeOf(account), key.id);
    call.output.done({ id: key.id, name: key.name, revoked: true }, `The access key ${key.name} was revoked.`);
  });

import { AdministratorTable } from '../../access/administrators/administrator.entity.ts';
import {
  type AccessKeyLine,
  createAccessKey,
  deleteAccessKey,
  type KeyOwner,
  listAccessKeys,
  setAccessKeyActive,
} from '../../access/keys/keys.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { texts } from '../../console/access-keys/texts.ts';
import { ambiguous, byIdOrName, notFound, organisationOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';

/** The administrator whose keys are meant: `--user`, or the only one. @throws cli.notFound, cli.ambiguous, cli.organisation* */
async function ownerOf(on: Reader, call: Call): Promise<KeyOwner> {
  const organisation = await organisationOf(on, call);
  const all = (await on.findBy(AdministratorTable, { organisationId: organisation.id })).map(({ id, userName }) => ({
    id,
    name: userName,
  }));
  const given = call.value('user');
  if (given === undefined && all.length > 1) throw ambiguous(organisation.name || organisation.id, all);
  const found = given === undefined ? all[0] : byIdOrName(all, given);
  if (!found) throw notFound('administrator', given ?? '');
  return { organisationId: organisation.id, administratorId: found.id };
}

const present = ({ id, administratorId, state, createdAt, ...used }: AccessKeyLine) => ({
  accessKeyId: id,
  administratorId,
  status: state,
  createdAt: iso(createdAt),
  lastUsedAt: isoOrNull(used.lastUsedAt),
  lastUsedService: used.lastUsedService,
  lastUsedRegion: used.lastUsedRegion,
});

export const create = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { key, secret } = await createAccessKey(ground, await ownerOf(ground.db.read, call));
    call.output.one({
      json: { ...present(key), secretAccessKey: secret },
      facts: [
        [texts.keyId, key.id],
        [texts.secret, secret],
        [texts.endpoint, ground.config.publicUrl],
      ],
    });
    call.output.talk(texts.newWarning);
  });

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const owner = await ownerOf(ground.db.read, call);
    const keys = await listAccessKeys(ground.db.read, owner);
    const { organisationId, administratorId } = owner;
    ground.trail.observed({ eventName: 'ListAccessKeys', organisationId, requestParameters: { administratorId } });
    call.output.list({
      name: 'accessKeys',
      items: keys.map(present),
      columns: {
        'ACCESS KEY ID': ({ accessKeyId }) => accessKeyId,
        STATUS: ({ status }) => status,
        CREATED: ({ createdAt }) => createdAt,
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
      },
      empty: 'There is no access key yet. Create one: carillon access-key create',
    });
  });

const turn = (call: Call, active: boolean): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const accessKeyId = call.required('key');
    await setAccessKeyActive(ground, await ownerOf(ground.db.read, call), accessKeyId, active);
    const status = active ? 'Active' : 'Inactive';
    call.output.done({ accessKeyId, status }, `The access key ${accessKeyId} is ${active ? 'on' : 'off'}.`);
  });

export const activate = (call: Call): Promise<void> => turn(call, true);
export const deactivate = (call: Call): Promise<void> => turn(call, false);

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const accessKeyId = call.required('key');
    const owner = await ownerOf(ground.db.read, call);
    const keys = await listAccessKeys(ground.db.read, owner);
    if (!keys.some(({ id }) => id === accessKeyId)) throw notFound('access-key', accessKeyId);
    await confirm(call, [`The access key ${accessKeyId} will be deleted.`, texts.deleteSays]);
    await deleteAccessKey(ground, owner, accessKeyId);
    call.output.done({ accessKeyId, deleted: true }, `The access key ${accessKeyId} was deleted.`);
  });

import type { SigningKey } from '../../auth/provider/keys/key.entity.ts';
import { longestSignedSeconds, readKeys, revokeKey, rotateNow } from '../../auth/provider/keys/rotate.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { notFound } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';

const present = ({ id, state, createdAt, activeAt, retiredAt }: SigningKey) => ({
  id,
  state,
  algorithm: 'ES256',
  createdAt: iso(createdAt),
  activeAt: isoOrNull(activeAt),
  retiredAt: isoOrNull(retiredAt),
});

async function show(call: Call, on: Reader): Promise<void> {
  call.output.list({
    name: 'signingKeys',
    items: (await readKeys(on)).map(present),
    columns: {
      STATE: ({ state }) => state,
      PUBLISHED: ({ createdAt }) => createdAt,
      ACTIVE: ({ activeAt }) => activeAt,
      RETIRED: ({ retiredAt }) => retiredAt,
      ID: ({ id }) => id,
    },
    empty: 'There is no signing key yet: the server makes the first when it needs one.',
  });
}

export const list = (call: Call): Promise<void> => withHouse(call, ({ ground }) => show(call, ground.db.read));

export const rotate = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    await rotateNow(ground);
    await show(call, ground.db.read);
  });

export const revoke = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const id = call.required('key');
    const key = (await readKeys(ground.db.read)).find((one) => one.id === id);
    if (!key) throw notFound('signing-key', id);
    await confirm(call, [
      `The ${key.state} key ${id} will be taken away: ID tokens and JWTs that it signed, for up to ${longestSignedSeconds / 60} minutes back, are refused by whoever reads the keys anew.`,
    ]);
    await revokeKey(ground, id);
    call.output.done({ id, revoked: true }, `The key ${id} is revoked.`);
  });

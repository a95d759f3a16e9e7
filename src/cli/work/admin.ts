import { factorsOfAdministrator } from '../../access/administrators/holder.ts';
import {
  type Actor,
  administratorNamed,
  inviteAdministrator,
  linkForAdministrator,
  listAdministrators,
  removeAdministrator,
  resetAdministrator,
  signOutAdministrator,
} from '../../access/administrators/manage.ts';
import type { Administrator } from '../../access/administrators/administrator.entity.ts';
import type { House } from '../../app.ts';
import { deviceName } from '../../auth/pages/device.ts';
import { iso } from '../../platform/clock/clock.ts';
import { organisationOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';

const when = (time: number | null): string | null => (time === null ? null : iso(time));

/** The organisation's administrators. */
export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const { id: organisationId } = await organisationOf(on, call);
    const items = [];
    for (const { id, userName, passwordHash, createdAt, lastActiveAt } of await listAdministrators(
      on,
      organisationId,
    )) {
      const { totp, passkeys } = await factorsOfAdministrator(on, id);
      items.push({
        userName,
        administratorId: id,
        state: passwordHash === null ? 'invited' : 'active',
        totp: totp !== null,
        passkeys: passkeys.length,
        createdAt: iso(createdAt),
        lastActiveAt: when(lastActiveAt),
      });
    }
    ground.trail.observed({ eventName: 'ListAdministrators', organisationId });
    call.output.list({
      name: 'administrators',
      items,
      columns: {
        'USER NAME': ({ userName }) => userName,
        STATE: ({ state }) => state,
        APP: ({ totp }) => totp,
        PASSKEYS: ({ passkeys }) => passkeys,
        'LAST SIGNED IN': ({ lastActiveAt }) => lastActiveAt,
      },
      empty: 'There is no administrator.',
    });
  });

/** Invites one, and prints the link. */
export const add = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id: organisationId } = await organisationOf(ground.db.read, call);
    const input = { userName: call.required('name') };
    const { administrator, link: made } = await inviteAdministrator(ground, { organisationId, actorId: null }, input);
    call.output.done({ administratorId: administrator.id, setUpLink: made }, made);
  });

/** Makes a new set-up link; links made before it end. */
export const link = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const given = call.value('organisation');
    const organisationId = given === undefined ? null : (await organisationOf(on, call)).id;
    const found = await administratorNamed(on, organisationId, call.value('user') ?? null);
    const { link: made } = await linkForAdministrator(ground, byServer(found), found.id);
    call.output.done({ setUpLink: made }, made);
  });

/** Removes one, after a yes. */
export const remove = (call: Call): Promise<void> =>
  withNamed(call, async ({ ground, sessions: all }, found) => {
    const open = await openSessions(all, found);
    await confirm(call, [`${found.userName} can no longer sign in, and is signed out of ${open.length} devices.`]);
    await removeAdministrator(ground, all, byServer(found), found.id);
    call.output.done({ removed: found.id }, `${found.userName} was removed.`);
  });

/** Takes factors and password of one away, after a yes; prints the link to set up anew. */
export const resetFactors = (call: Call): Promise<void> =>
  withNamed(call, async ({ ground, sessions: all }, found) => {
    const open = await openSessions(all, found);
    await confirm(call, [
      `The second factors, recovery codes and password of ${found.userName} are void at once,`,
      `and ${open.length} sessions end.`,
    ]);
    const { link: made } = await resetAdministrator(ground, all, byServer(found), found.id);
    call.output.done({ setUpLink: made }, made);
  });

/** Where one is signed in. */
export const sessions = (call: Call): Promise<void> =>
  withNamed(call, async ({ ground, sessions: all }, found) => {
    const open = await openSessions(all, found);
    ground.trail.observed({ eventName: 'ListSessions', organisationId: found.organisationId });
    call.output.list({
      name: 'sessions',
      items: open.map(({ id, userAgent, clientAddress, createdAt, lastSeenAt, expiresAt }) => ({
        sessionId: id,
        device: deviceName(userAgent),
        clientAddress,
        createdAt: iso(createdAt),
        lastSeenAt: iso(lastSeenAt),
        expiresAt: iso(expiresAt),
      })),
      columns: {
        DEVICE: ({ device }) => device,
        ADDRESS: ({ clientAddress }) => clientAddress,
        SINCE: ({ createdAt }) => createdAt,
        'LAST SEEN': ({ lastSeenAt }) => lastSeenAt,
      },
      empty: `${found.userName} is not signed in anywhere.`,
    });
  });

/** Ends every session of one, after a yes. */
export const signOut = (call: Call): Promise<void> =>
  withNamed(call, async ({ ground, sessions: all }, found) => {
    const open = await openSessions(all, found);
    await confirm(call, [`${found.userName} is signed out of ${open.length} devices.`]);
    await signOutAdministrator(ground, all, byServer(found), found.id);
    call.output.done({ ended: open.length }, `${found.userName} is signed out.`);
  });

/** Runs `work` for the administrator who was named. */
const withNamed = (call: Call, work: (house: House, found: Administrator) => Promise<void>): Promise<void> =>
  withHouse(call, async (house) => {
    const on = house.ground.db.read;
    const organisation = await organisationOf(on, call);
    await work(house, await administratorNamed(on, organisation.id, call.required('name')));
  });

const byServer = ({ organisationId }: Administrator): Actor => ({ organisationId, actorId: null });

const openSessions = (all: House['sessions'], { id, epoch }: Administrator) => all.list({ id, epoch, accountEpoch: 0 });

import { isDeepStrictEqual } from 'node:util';
import { clock } from '../../../platform/clock/clock.ts';
import { personal } from '../../../trail/people/personal.ts';
import { lockGroupsOf } from '../../../users/entitlement/touch-groups.ts';
import { liftNo, sayNo } from '../../../users/lifecycle/causes.ts';
import { namePerson } from '../../../users/lifecycle/adopt.ts';
import { deletePerson, touchPerson, updatePerson } from '../../../users/lifecycle/people.ts';
import { requireOwnDomains } from '../../../users/lifecycle/person.ts';
import { requireVersion } from '../http/conditions.ts';
import { perform } from '../http/perform.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { userChange } from '../inspector/change.ts';
import { userSchema } from '../protocol/attributes.ts';
import { withoutOwnId } from '../protocol/own-id.ts';
import { readPatch } from '../protocol/patch.ts';
import { maxUserOperations, patchUser } from '../protocol/patch-user.ts';
import { readUser, type UserInput } from '../protocol/user.ts';
import {
  asInput,
  asPerson,
  groupsShown,
  holdStored,
  isActive,
  presentPeople,
  versionOf,
  type Known,
} from './stored.ts';

/**
 * POST /Users: a person whom the directory names for the first time (RFC 7644 §3.3). Whoever of this account had that name
 * before on their own is its person from then on, with the id that they had; an administrator's no stays.
 */
export async function create(request: ScimRequest): Promise<ScimReply> {
  const { scope } = request;
  const input = readUser(await request.body(), 'create');
  const user = await perform(request, 'CreateUser', { userName: personal(input.userName) }, async (m) => {
    await holdExternalId(request, input.externalId);
    const { user: created, former } = await namePerson(request.ground, m, scope, scope.connectionId, asPerson(input));
    if (input.active === false) await sayNo(request.ground, m, created, 'directory', request.keyId);
    // Of a directory that is gone: nobody else could lift it.
    else if (former) await liftNo(request.ground, m, created, 'directory');
    const changed = userChange(created.id, former && asInput(former, true), asInput(created, input.active !== false));
    const responseElements = { userId: created.id, ...(former && { adopted: true }) };
    return { result: created, responseElements, about: created.id, isNew: former === null, changed };
  });
  const reply = await shown(request, { user, active: input.active !== false, groups: [] });
  return { ...reply, status: 201, location: `${request.base}/Users/${user.id}` };
}

/** PUT /Users/{id}: the whole person anew; without `active` or `externalId` those stay (RFC 7644 §3.5.1). */
export async function replace(request: ScimRequest, id: string): Promise<ScimReply> {
  const input = readUser(await request.body(), 'replace');
  return write(request, id, { userName: personal(input.userName) }, (stored) => ({
    ...input,
    externalId: input.externalId ?? stored.externalId,
  }));
}

/** PATCH /Users/{id}: all operations, or none (RFC 7644 §3.5.2). */
export async function patch(request: ScimRequest, id: string): Promise<ScimReply> {
  const operations = withoutOwnId(readPatch(await request.body(), maxUserOperations), id, userSchema);
  return write(request, id, { operations: operations.length }, (stored) => patchUser(stored, operations));
}

/** DELETE /Users/{id}: out at once, and 404 from then on (RFC 7644 §3.6). */
export async function remove(request: ScimRequest, id: string): Promise<ScimReply> {
  const { ground, scope } = request;
  await perform(request, 'DeleteUser', { userId: id }, async (m) => {
    await lockGroupsOf(m, scope.accountId, id);
    const user = await holdStored(m, scope, id);
    const active = await isActive(m, id);
    requireVersion(request.conditions, () => versionOf(user, active));
    await deletePerson(ground, m, user);
    const changed = userChange(user.id, asInput(user, active), null);
    return { result: undefined, responseElements: { userName: personal(user.userName) }, about: user.id, changed };
  });
  return { status: 204 };
}

async function write(
  request: ScimRequest,
  id: string,
  parameters: Record<string, unknown>,
  change: (stored: UserInput & { active: boolean }) => UserInput,
): Promise<ScimReply> {
  const { ground, scope, base, projection } = request;
  const written = await perform(request, 'UpdateUser', { userId: id, ...parameters }, async (m) => {
    const [present, active, groups] = await Promise.all([
      holdStored(m, scope, id),
      isActive(m, id),
      groupsShown(m, id, base, projection), // whoever changes them locks the person too
    ]);
    const before = asInput(present, active);
    requireVersion(request.conditions, () => versionOf(present, before.active));
    const after = change(before);
    if (after.externalId !== before.externalId) await holdExternalId(request, after.externalId);
    const isActiveNow = after.active ?? before.active;
    const turned = isActiveNow !== before.active;
    const isSame = isDeepStrictEqual(asPerson(before), asPerson(after));
    const updatedAt = clock.now();
    // First, so that what comes with a no puts nobody out a second time; and the row is written once.
    const held = { updatedAt: isSame ? updatedAt : null };
    const isOut = turned && !isActiveNow && (await sayNo(ground, m, present, 'directory', request.keyId, held));
    if (turned && isActiveNow) await requireOwnDomains(m, scope, asPerson(after));
    const updated = !isSame
      ? await updatePerson(ground, m, present, asPerson(after), !isActiveNow)
      : isOut
        ? { ...present, updatedAt }
        : await touchPerson(m, present, turned);
    // The directory's word sets and lifts its own cause, and no other.
    if (turned && isActiveNow) await liftNo(ground, m, updated, 'directory');
    return {
      result: { user: updated, active: isActiveNow, groups },
      responseElements: { userName: personal(updated.userName), ...(turned && { active: isActiveNow }) },
      about: updated.id,
      changed: userChange(updated.id, before, asInput(updated, isActiveNow)),
      ...(turned && { eventName: isActiveNow ? 'ActivateUser' : 'DeactivateUser' }),
    };
  });
  return shown(request, written);
}

/** Of requests that give the same external id at once, the second sees the first's: no index makes it unique. */
async function holdExternalId({ ground, scope }: ScimRequest, externalId: string | null): Promise<void> {
  if (externalId !== null) await ground.db.alone(`external id ${scope.connectionId} ${externalId}`);
}

async function shown({ ground, base, projection }: ScimRequest, written: Known): Promise<ScimReply> {
  const [body] = await presentPeople(ground.db.read, [written], base, projection);
  return { status: 200, body: body! };
}

import { type Organisation, OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { organisationName } from '../../accounts/organisations/organisations.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import { clock } from '../../platform/clock/clock.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { hashToken } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { putOut } from './changed.ts';
import { administratorName, requireFreeName } from './names.ts';
import { ownAction } from './own-action.ts';
import { newPasswordHash } from './password.ts';
import { SetupLinkTable } from './setup-link.entity.ts';
import { afterPassword, type ConsoleBrowser } from './signing-in/sign-in.ts';

export interface SetUpInput {
  organisationName: string;
  userName: string;
  password: string;
  again: string;
}

export interface SetUp {
  administrator: Administrator;
  organisation: Organisation;
}

/** The first administrator of an installation names it and themself; everybody else was named by who invited them. */
export const namesAll = ({ organisation, administrator }: SetUp): boolean =>
  organisation.name === '' && administrator.passwordHash === null;

/** Whom a link is for, while it is good. @throws administrator.linkInvalid */
export async function readLink(on: Reader, token: string): Promise<SetUp & { linkId: string }> {
  const link = await on.findOneBy(SetupLinkTable, { tokenHash: hashToken(token) });
  if (!link || link.usedAt !== null || link.expiresAt <= clock.now()) throw accessErrors('administrator.linkInvalid');
  const administrator = await on.findOneBy(AdministratorTable, { id: link.administratorId });
  const organisation = administrator && (await on.findOneBy(OrganisationTable, { id: administrator.organisationId }));
  if (!administrator || !organisation) throw accessErrors('administrator.linkInvalid');
  return { administrator, organisation, linkId: link.id };
}

/**
 * Sets the password of a link's administrator, once, and goes on as after a sign-in with it: a second factor that there
 * is, or has to be, is still asked for. Every session that they had ends.
 * @throws administrator.linkInvalid, .nameInvalid, .nameTaken, .passwordsDiffer, organisation.nameInvalid, password.*
 */
export async function setUpAdministrator(
  ground: Ground,
  sessions: Sessions,
  token: string,
  input: SetUpInput,
  from: ConsoleBrowser,
): Promise<Awaited<ReturnType<typeof afterPassword>>['result']> {
  const known = await readLink(ground.db.read, token);
  const { organisation } = known;
  const first = namesAll(known);
  const name = first ? organisationName(input.organisationName, 'organisationName') : organisation.name;
  const userName = first ? administratorName(input.userName) : known.administrator.userName;
  const passwordHash = await newPasswordHash(input, [userName, name]);
  identifyAs({ type: 'Administrator', principalId: known.administrator.id, userName, organisationId: organisation.id });
  const { id } = known.administrator;
  const action = ownAction('SetAdministratorPassword', { id, organisationId: organisation.id, userName });
  return ground.trail.perform(action, async (m) => {
    const { administrator, linkId } = await readLink(m, token); // again: the hash took its time
    await requireFreeName(m, organisation.id, userName, administrator.id);
    await putOut(ground, sessions, m, administrator.id, 'passwordChanged');
    const names = { userName, userNameKey: userName.toLowerCase() };
    await m.update(AdministratorTable, { id: administrator.id }, { ...names, passwordHash });
    if (first) await m.update(OrganisationTable, { id: organisation.id }, { name });
    await m.update(SetupLinkTable, { id: linkId }, { usedAt: clock.now() });
    const now = await m.findOneBy(AdministratorTable, { id: administrator.id });
    const { result } = await afterPassword(ground, sessions, m, now ?? administrator, from);
    return { result };
  });
}

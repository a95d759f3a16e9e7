import { type Organisation, OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { organisationName } from '../../accounts/organisations/organisations.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { identifyAs } from '../../platform/context/context.ts';
import { hashToken } from '../../platform/ids/ids.ts';
import { hashPassword } from '../../platform/secrets/passwords.ts';
import { checkPassword } from '../../platform/secrets/rules.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Session } from '../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import { accessErrors } from '../errors.ts';
import { administratorName } from './first.ts';
import { administratorPrincipal } from './principal.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { SetupLinkTable } from './setup-link.entity.ts';

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
 * Sets the password of a link's administrator, once, and signs them in; every session they had ends with it.
 * @throws administrator.linkInvalid, .nameInvalid, .nameTaken, .passwordsDiffer, organisation.nameInvalid, password.*
 */
export async function setUpAdministrator(
  ground: Ground,
  sessions: Sessions,
  token: string,
  input: SetUpInput,
): Promise<{ session: Session; token: string }> {
  const { organisation, administrator: known } = await readLink(ground.db.read, token);
  const name = organisationName(input.organisationName, 'organisationName');
  const userName = administratorName(input.userName);
  if (input.password !== input.again) throw accessErrors('administrator.passwordsDiffer', { field: 'again' });
  try {
    checkPassword(input.password, [userName, name]);
  } catch (error) {
    throw error instanceof CarillonError
      ? new CarillonError(error.code, error.kind, error.message, { field: 'password' })
      : error;
  }
  const passwordHash = await hashPassword(input.password);
  identifyAs({ type: 'Administrator', principalId: known.id, userName, organisationId: organisation.id });
  const action = {
    eventName: 'SetAdministratorPassword',
    organisationId: organisation.id,
    requestParameters: { userName },
  };
  return ground.trail.perform(action, async (m) => {
    const { administrator, linkId } = await readLink(m, token); // again: the hash took its time
    const userNameKey = userName.toLowerCase();
    const other = await m.findOneBy(AdministratorTable, { organisationId: organisation.id, userNameKey });
    if (other && other.id !== administrator.id) throw accessErrors('administrator.nameTaken', { field: 'userName' });
    const changes = {
      userName,
      userNameKey,
      passwordHash,
      epoch: administrator.epoch + 1,
      version: administrator.version + 1,
    };
    await m.update(AdministratorTable, { id: administrator.id }, changes);
    await m.update(OrganisationTable, { id: organisation.id }, { name });
    await m.update(SetupLinkTable, { id: linkId }, { usedAt: clock.now() });
    ground.outbox.announce(administratorChangedTopic, administrator.id);
    const principal = await administratorPrincipal(m, administrator.id);
    return { result: await sessions.begin(m, principal!, ground.config.adminSessionHours * 3_600_000) };
  });
}

/** Memory must forget this administrator. */
export const administratorChangedTopic = 'administrator.changed';

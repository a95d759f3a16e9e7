import { createOrganisation, listOrganisations } from '../../accounts/organisations/organisations.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { accessErrors } from '../errors.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { SetupLinkTable } from './setup-link.entity.ts';

/** A link is good for an hour. */
const linkMs = 3_600_000;

/**
 * At the very first start: makes an organisation and its first administrator, who has no password yet.
 * @returns the link with which they set one, or null when there is an organisation already
 */
export async function firstAdministrator(ground: Ground): Promise<string | null> {
  if ((await listOrganisations(ground.db.read)).length > 0) return null;
  return ground.db.write(async (m) => {
    if ((await listOrganisations(m)).length > 0) return null; // another process was first
    const organisation = await createOrganisation(m, '');
    const administrator: Administrator = {
      id: newId(),
      organisationId: organisation.id,
      userName: 'administrator',
      userNameKey: 'administrator',
      passwordHash: null,
      version: 1,
      epoch: 1,
      createdAt: clock.now(),
      lastActiveAt: null,
    };
    await m.insert(AdministratorTable, administrator);
    return ground.trail.perform(
      { eventName: 'CreateOrganisation', organisationId: organisation.id },
      async (inner) => ({ result: await newLink(ground, inner, administrator.id) }),
    );
  });
}

/**
 * Makes a link with which an administrator sets a password, for whoever runs the server; links made before it end.
 * @param userName which administrator; without one, the only one of the installation
 * @throws administrator.notSetUp
 */
export async function administratorLink(ground: Ground, userName: string | null): Promise<string> {
  const all = await ground.db.read.find(AdministratorTable, { order: { createdAt: 'ASC' } });
  const wanted = userName === null ? all : all.filter(({ userNameKey }) => userNameKey === userName.toLowerCase());
  const [administrator, ...others] = wanted;
  if (!administrator || others.length > 0) throw accessErrors('administrator.notSetUp', { field: 'userName' });
  const action = {
    eventName: 'CreateSetupLink',
    organisationId: administrator.organisationId,
    requestParameters: { userName: personal(administrator.userName) },
  };
  return ground.trail.perform(action, async (m) => ({
    result: await newLink(ground, m, administrator.id),
    about: administrator.id,
  }));
}

async function newLink(ground: Ground, m: Writer, administratorId: string): Promise<string> {
  const token = newToken();
  await m.delete(SetupLinkTable, { administratorId });
  await m.insert(SetupLinkTable, {
    id: newId(),
    administratorId,
    tokenHash: hashToken(token),
    createdAt: clock.now(),
    expiresAt: clock.now() + linkMs,
    usedAt: null,
  });
  return `${ground.config.publicUrl}/setup?token=${token}`;
}

import { OrganisationTable } from '../../../accounts/organisations/organisation.entity.ts';
import type { Session } from '../../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { verifyPassword } from '../../../platform/secrets/passwords.ts';
import type { Ground } from '../../../trail/ground.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { factorsOf, hasFactor } from '../factors/factors.ts';
import { rememberDevice } from '../guesses/devices.ts';
import { ownAction } from '../own-action.ts';
import { administratorPrincipal } from '../principal.ts';
import { beginPending } from './pending.ts';

export interface SignInInput {
  organisationId: string;
  userName: string;
  password: string;
}

/** What a browser brings to a sign-in. */
export interface Browser {
  /** Its own random value, to which a pending sign-in is bound. */
  browser: string;
  /** The token by which it may be known. */
  device: string | undefined;
  /** The session that it holds, which ends with the next. */
  previous: Session | null;
  /** Where it goes afterwards. */
  target: string;
}

/** In: a session for the cookie, and the browser's new token. */
export interface In {
  step: 'in';
  session: Session;
  token: string;
  device: string;
}

/** The password was right; a second factor is awaited, or has to be set up first. Nobody is in. */
interface Awaited {
  step: 'second';
  token: string;
}

/**
 * By what an administrator is looked up, and attempts are counted: one form for both, of bounded length. What is no
 * number of an organisation, or no user name, is the same empty key for all.
 */
export function administratorKey(input: Pick<SignInInput, 'organisationId' | 'userName'>): {
  organisation: string;
  name: string;
} {
  const organisation = input.organisationId.slice(0, 64).replaceAll(/[\s-]/g, '');
  const name = input.userName.trim();
  return {
    organisation: /^\d{12}$/.test(organisation) ? organisation : '',
    name: name.length <= 64 ? name.toLowerCase() : '',
  };
}

/**
 * The first step: the password, which is verified in every case, so an unknown name costs the same time. Whether there
 * is a second factor shows only after the right one.
 * @param known whether the browser is known for this administrator: then no flood of guesses makes it wait
 * @throws administrator.signInFailed, password.busy
 */
export async function signInAdministrator(
  ground: Ground,
  sessions: Sessions,
  input: SignInInput,
  from: Browser,
  known: boolean,
): Promise<In | Awaited> {
  const { organisation, name } = administratorKey(input);
  const administrator = await ground.db.read.findOneBy(AdministratorTable, {
    organisationId: organisation,
    userNameKey: name,
  });
  const given = input.password.slice(0, 1024);
  const right = await verifyPassword(administrator?.passwordHash ?? null, given, known ? 'known' : 'anyone');
  const action = {
    ...(administrator
      ? ownAction('ConsoleLogin', administrator)
      : { eventName: 'ConsoleLogin', organisationId: null, requestParameters: { userName: '(unknown)' } }),
    beside: true, // a no that comes between raises the epoch, under which no session that was begun here lives
  };
  if (!administrator || !right) {
    const refusal = accessErrors('administrator.signInFailed');
    ground.trail.refused(action, refusal);
    throw refusal;
  }
  const { id, organisationId, userName } = administrator;
  identifyAs({ type: 'Administrator', principalId: id, userName, organisationId });
  return ground.trail.perform(action, async (m) => {
    const now = await m.findOneBy(AdministratorTable, { id });
    // The password may have been changed while this one was verified.
    if (!now || now.passwordHash !== administrator.passwordHash) throw accessErrors('administrator.signInFailed');
    return afterPassword(ground, sessions, m, now, from);
  });
}

/** After the right password: in, when that is enough for this administrator; else only a step further. */
export async function afterPassword(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  administrator: Administrator,
  from: Browser,
): Promise<{ result: In | Awaited; responseElements?: Record<string, unknown>; eventName?: string }> {
  const organisation = await m.findOneBy(OrganisationTable, { id: administrator.organisationId });
  const second = hasFactor(await factorsOf(m, administrator.id)) || organisation?.secondFactorSince != null;
  if (!second) return letIn(ground, sessions, m, administrator, from, 'password');
  const token = await beginPending(m, administrator, from.browser, from.target);
  return { result: { step: 'second', token }, eventName: 'BeginConsoleLogin' };
}

/** Begins the session of somebody who has proved enough; the one that the browser held before ends. */
export async function letIn(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  administrator: Administrator,
  { device, previous }: Pick<Browser, 'device' | 'previous'>,
  provedBy: string,
): Promise<{ result: In; responseElements: Record<string, unknown> }> {
  const principal = await administratorPrincipal(m, administrator.id);
  if (!principal) throw accessErrors('administrator.signInFailed');
  if (previous) await sessions.end(m, previous.principalId, previous.id, 'signedInAgain');
  await m.update(AdministratorTable, { id: administrator.id }, { lastActiveAt: clock.now() });
  const begun = await sessions.begin(m, principal, ground.config.adminSessionHours * 3_600_000);
  const known = await rememberDevice(m, administrator, device);
  return {
    result: { step: 'in', ...begun, device: known },
    responseElements: { sessionId: begun.session.id, provedBy },
  };
}

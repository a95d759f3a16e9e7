import { factorsOf, hasFactor } from '../../../auth/credentials/factors/factors.ts';
import { knownDevice, rememberDevice } from '../../../auth/credentials/guesses/devices.ts';
import type { Browser, In, SecondAwaited } from '../../../auth/credentials/signing-in/browser.ts';
import { pendingTables } from '../../../auth/credentials/signing-in/pending.entity.ts';
import { newPending } from '../../../auth/credentials/signing-in/pending.ts';
import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { verifyPassword } from '../../../platform/secrets/passwords.ts';
import type { Ground } from '../../../trail/ground.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { administratorHolder } from '../holder.ts';
import { ownAction } from '../own-action.ts';
import { administratorPrincipal } from '../principal.ts';

export interface SignInInput {
  organisationId: string;
  userName: string;
  password: string;
}

/** What a browser brings to a sign-in at the console. */
export interface ConsoleBrowser extends Browser {
  /** Where it goes afterwards. */
  target: string;
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

/** What stands for a browser in counts, when it is known for the administrator of that name; else null. */
export const knownConsoleDevice = (
  on: Reader,
  { organisation, name }: ReturnType<typeof administratorKey>,
  token: string | undefined,
): Promise<string | null> =>
  knownDevice(
    on,
    'administrator',
    sql`SELECT "id" FROM "administrators" WHERE "organisationId" = ${organisation} AND "userNameKey" = ${name}`,
    token,
  );

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
  from: ConsoleBrowser,
  known: boolean,
): Promise<In | SecondAwaited> {
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
  from: ConsoleBrowser,
): Promise<{ result: In | SecondAwaited; responseElements?: Record<string, unknown>; eventName?: string }> {
  const holder = administratorHolder(administrator);
  const second = hasFactor(await factorsOf(m, holder)) || (await holder.requiresFactor(m));
  if (!second) return letIn(ground, sessions, m, administrator, from, 'password');
  const token = await beginPending(m, administrator, from);
  return { result: { step: 'second', token }, eventName: 'BeginConsoleLogin' };
}

/** Notes that the password was right and nothing more. @returns the token for the cookie */
export async function beginPending(
  m: Writer,
  { id: holderId, organisationId, epoch }: Pick<Administrator, 'id' | 'organisationId' | 'epoch'>,
  { browser, target }: Pick<ConsoleBrowser, 'browser' | 'target'>,
): Promise<string> {
  const { row, token } = newPending({ holderId, organisationId, epoch, browser, target });
  await m.insert(pendingTables.administrator, row);
  return token;
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
  const known = await rememberDevice(m, administratorHolder(administrator), device);
  return {
    result: { step: 'in', ...begun, device: known },
    responseElements: { sessionId: begun.session.id, provedBy },
  };
}

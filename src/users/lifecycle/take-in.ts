import { anyAccount, requireAccount } from '../../accounts/accounts/accounts.ts';
import { isNobodys, nobodys } from '../../accounts/accounts/nobodys.ts';
import { verifiedDomainOf } from '../../accounts/domains/domains.ts';
import { clock } from '../../platform/clock/clock.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { rows } from '../../platform/database/run.ts';
import { selectRows } from '../../platform/database/select.ts';
import { isOneOf, sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { newId } from '../../platform/ids/ids.ts';
import { post } from '../../platform/mail/post.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { isKeptByNobody } from '../own.ts';
import { type User, UserTable } from '../user.entity.ts';
import { DepartureTable } from './departure.entity.ts';
import { mayMove, movePeople } from './move.ts';
import type { Scope } from './out.ts';
import { isBarred } from './register.ts';
import { takenInTexts as texts } from './take-in-texts.ts';
import type { Upstairs } from './upstairs.ts';

/** People that one unit moves at most: soon done, so that nobody's sign-in waits for it. */
const atOnce = 200;
const letterMs = 7 * 86_400_000;

/** What `domain.verified` carries. */
interface Verified extends Scope {
  name: string;
}

/**
 * After a domain was verified by an enterprise account without a directory: whoever registered with an address in it
 * before, on their own or into some team, is of that account from now on (the guide, "Invite and Remove Users",
 * Enterprise Accounts). Where a directory says who belongs, nobody is taken in: those whom it knows come by it. Some
 * people in each unit; done again it goes on with those who are left.
 */
export const takeInPeople =
  (ground: Ground, upstairs: Upstairs): Handler =>
  async ({ payload }) => {
    // Registrations that were under way when the domain was not verified yet are finished first.
    const { organisationId, accountId } = nobodys;
    await ground.db.write(async () => undefined, { organisationId, accountId });
    await takeIn(ground, upstairs, payload as unknown as Verified);
  };

/**
 * The same for whoever has stayed behind: a directory was disconnected from their domain's account, a process of the release
 * before has verified it, or somebody has lifted what stood in the way.
 */
export async function takeInStragglers(ground: Ground, upstairs: Upstairs): Promise<void> {
  const domains = await rows<Verified>(
    ground.db.read,
    sql`SELECT d."organisationId", d."accountId", d."name" FROM "domains" d JOIN "accounts" t ON t."id" = d."accountId"
        WHERE d."state" = 'verified' AND t."type" = 'EnterpriseLWA' AND t."deletedAt" IS NULL AND EXISTS (
          SELECT 1 FROM "users" a WHERE a."primaryDomain" = d."name" AND a."accountId" <> d."accountId" AND ${own})`,
  );
  for (const domain of domains) await takeIn(ground, upstairs, domain);
}

async function takeIn(ground: Ground, upstairs: Upstairs, at: Verified): Promise<void> {
  for (let after: User | null = null; ;) {
    const some: User[] = await candidates(ground.db.read, at, after);
    for (const [formerId, users] of Map.groupBy(some, (user) => user.accountId)) {
      if (!(await takeInSome(ground, upstairs, at, formerId, users))) return;
    }
    after = some.at(-1) ?? null;
    if (some.length < atOnce) return;
  }
}

/** @returns false when the account takes nobody in: it has lost the domain, or has a directory now */
async function takeInSome(
  ground: Ground,
  upstairs: Upstairs,
  { organisationId, accountId, name }: Verified,
  formerId: string,
  found: readonly User[],
): Promise<boolean> {
  const to = await anyAccount(ground.db.read, organisationId, accountId).catch(() => null);
  if (to?.type !== 'EnterpriseLWA') return false;
  const scope = { organisationId, accountId };
  if ((await movable(ground, ground.db.read, scope, found)).length === 0) return true;
  const action = { eventName: 'TakeInUsers', organisationId, accountId };
  const requestParameters = { accountId, domainName: name, formerAccountId: formerId };
  return ground.trail.perform({ ...action, requestParameters }, async (m) => {
    await ground.db.alone(formerId);
    const account = await requireAccount(m, organisationId, accountId);
    const claim = await verifiedDomainOf(m, `x@${name}`);
    if (account.type !== 'EnterpriseLWA' || claim?.accountId !== accountId) return { result: false };
    const from = await anyAccount(m, found[0]!.organisationId, formerId);
    const ids = found.map(({ id }) => id);
    const users = await selectRows(
      m,
      UserTable,
      sql`a."id" ${isOneOf(ids)} AND a."accountId" = ${formerId} AND ${own}`,
    );
    const taken = await movable(ground, m, scope, users);
    await movePeople(ground, upstairs, m, taken, { from, to: account, trial: 'enter' });
    for (const user of taken) await tellPerson(ground, m, user, account);
    if (!isNobodys({ accountId: formerId }) && taken.length > 0) {
      await tellFormer(ground, m, from, name, taken.length);
    }
    const responseElements = { users: taken.length, passedOver: users.length - taken.length };
    return { result: true, responseElements };
  });
}

/** Those whose name nobody has there, and whom no suspension keeps from coming. */
async function movable(ground: Ground, on: Reader, scope: Scope, users: readonly User[]): Promise<User[]> {
  const taken: User[] = [];
  for (const user of await mayMove(on, scope.accountId, users)) {
    if (!(await isBarred(ground, on, scope, user.primaryAddress))) taken.push(user);
  }
  return taken;
}

/**
 * Of own accounts `a` that may be moved: in no account, in a team, or in an enterprise account without a directory that has
 * lost their domain; and nobody has said no to them.
 */
const own: Sql = sql`${isKeptByNobody(sql`a."connectionId"`)} AND a."deletedAt" IS NULL AND a."releasedAt" IS NULL
    AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = a."id")
    AND EXISTS (SELECT 1 FROM "accounts" f WHERE f."id" = a."accountId" AND f."deletedAt" IS NULL
      AND (f."type" = 'Team' OR (f."type" = 'EnterpriseLWA' AND NOT EXISTS (SELECT 1 FROM "domains" fd
        WHERE fd."accountId" = f."id" AND fd."name" = a."primaryDomain" AND fd."state" <> 'pending'))))`;

const candidates = (on: Reader, { accountId, name }: Verified, after: User | null): Promise<User[]> =>
  selectRows(
    on,
    UserTable,
    sql`a."primaryDomain" = ${name} AND ${own} AND a."accountId" <> ${accountId}
        AND ${after ? sql`(a."primaryAddressKey", a."id") > (${after.primaryAddressKey}, ${after.id})` : sql`TRUE`}
        ORDER BY a."primaryAddressKey", a."id" LIMIT ${atOnce}`,
  );

/** Where no mail can be sent, or none to this address, the person learns it from their own page. */
async function tellPerson(
  ground: Ground,
  m: Writer,
  { id, primaryAddress, primaryDomain }: User,
  {
    organisationId,
    id: accountId,
    name,
    defaultLicence,
  }: { organisationId: string; id: string; name: string; defaultLicence: string },
): Promise<void> {
  const letter = {
    subject: texts.subject(name),
    title: texts.title(name),
    paragraphs: [texts.says(primaryDomain, name), texts.keeps, texts.tier(defaultLicence)],
  };
  try {
    const expiresAt = clock.now() + letterMs;
    await post(ground, m, {
      kind: 'takenIn',
      organisationId,
      accountId,
      aboutId: id,
      to: primaryAddress,
      letter,
      expiresAt,
    });
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error; // refused before anything was written
  }
}

/** The team that they were in finds it in its own trail, and on its page of people. */
async function tellFormer(
  ground: Ground,
  m: Writer,
  { organisationId, id: accountId }: { organisationId: string; id: string },
  domain: string,
  people: number,
): Promise<void> {
  const requestParameters = { accountId, domainName: domain };
  await ground.trail.perform({ eventName: 'LoseUsers', organisationId, accountId, requestParameters }, async () => {
    await insertRow(m, DepartureTable, { id: newId(), organisationId, accountId, domain, people, at: clock.now() });
    return { result: undefined, responseElements: { users: people } };
  });
}

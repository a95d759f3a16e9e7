import type { Account } from '../../accounts/accounts/account.entity.ts';
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
import { mailboxOf } from '../../platform/mail/address.ts';
import type { Letter } from '../../platform/mail/letter.ts';
import { post, type Posted } from '../../platform/mail/post.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { isKeptByNobody } from '../own.ts';
import { type User, UserTable } from '../user.entity.ts';
import { DepartureTable } from './departure.entity.ts';
import { wasToldOf } from './departures.ts';
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
    const about = { kind: 'takenIn', organisationId, accountId };
    for (const user of taken) {
      const letter = letterTo(ground, user, from, account);
      await tell(ground, m, { ...about, aboutId: user.id, to: user.primaryAddress, letter });
    }
    if (!isNobodys({ accountId: formerId }) && taken.length > 0) {
      await tellFormer(ground, upstairs, m, from, name, taken.length);
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

/** What somebody is told whom the account has taken in; from a team, that they have left it. */
const letterTo = (ground: Ground, { primaryDomain }: User, from: Account, to: Account): Letter => ({
  subject: texts.subject(to.name),
  title: texts.title(to.name),
  paragraphs: [
    texts.says(primaryDomain, to.name),
    ...(isNobodys({ accountId: from.id }) ? [] : [texts.left(from.name)]),
    texts.keeps,
    texts.tier(to.defaultLicence),
  ],
  action: { label: texts.button, href: `${ground.config.publicUrl}/me` },
});

/**
 * The team that they were in finds it in its own trail and on its page of people, and those of its administrators who have
 * an address in a letter: one for each domain, however many units it takes.
 */
async function tellFormer(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  from: Account,
  domain: string,
  people: number,
): Promise<void> {
  const { organisationId, id: accountId } = from;
  const requestParameters = { accountId, domainName: domain };
  await ground.trail.perform({ eventName: 'LoseUsers', organisationId, accountId, requestParameters }, async () => {
    const told = await wasToldOf(m, accountId, domain);
    await insertRow(m, DepartureTable, { id: newId(), organisationId, accountId, domain, people, at: clock.now() });
    const letters = told ? 0 : await writeToAdministrators(ground, upstairs, m, from, domain);
    return { result: undefined, responseElements: { users: people, letters } };
  });
}

/** @returns how many letters were posted */
async function writeToAdministrators(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  { organisationId, id: accountId, name, helpContact }: Account,
  domain: string,
): Promise<number> {
  const { subject, title, says, where, button } = texts.lost;
  const letter: Letter = {
    subject: subject(name),
    title: title(name),
    paragraphs: [says(domain, name), where],
    action: { label: button, href: `${ground.config.publicUrl}/console/accounts/${accountId}/people` },
  };
  // Where none of them has an address, whoever is named for help has perhaps.
  const known = await upstairs.administratorAddresses(m, organisationId);
  const addresses = known.length > 0 || mailboxOf(helpContact) === null ? known : [helpContact];
  let posted = 0;
  for (const to of addresses) {
    const about = { kind: 'peopleLost', organisationId, accountId, aboutId: null };
    if (await tell(ground, m, { ...about, to, letter })) posted += 1;
  }
  return posted;
}

/** Posts a letter. Where none can be sent, or none to this address, they learn it from their own page. */
async function tell(ground: Ground, m: Writer, letter: Omit<Posted, 'expiresAt'>): Promise<boolean> {
  try {
    return (await post(ground, m, { ...letter, expiresAt: clock.now() + letterMs })) === 'Queued';
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error; // refused before anything was written
    const { kind, organisationId, accountId, aboutId } = letter;
    ground.log.warn({ code: error.code, kind, organisationId, accountId, aboutId }, 'mail: a letter was not posted');
    return false;
  }
}

import assert from 'node:assert/strict';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import type { Config } from '../../../src/platform/config/settings.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { startTestCarillon, type TestCarillon } from '../../support/carillon.ts';
import type { Page } from '../../support/page.ts';
import { linkIn, startSmtp, type TestSmtp } from '../../support/smtp.ts';
import type { Visitor } from '../../support/visitor.ts';

export const password = 'three ferries cross at noon';
export const another = 'seven herons wait for rain';

export interface OwnStage {
  carillon: TestCarillon;
  smtp: TestSmtp;
  stop: () => Promise<void>;
}

/** Carillon with a mail server, and nobody in it. */
export async function setOwnStage(overrides: Partial<Config> = {}): Promise<OwnStage> {
  const smtp = await startSmtp();
  const carillon = await startTestCarillon({
    smtpUrl: smtp.url,
    mailFrom: 'Carillon <bells@carillon.example>',
    trustedProxies: ['127.0.0.1'],
    ...overrides,
  });
  return {
    carillon,
    smtp,
    stop: async () => {
      await carillon.stop();
      await smtp.stop();
    },
  };
}

/** Sets a fresh stage for each test of a suite, and gives it to `use`; the clock goes right again afterwards. */
export function eachOwnStage(use: (stage: OwnStage) => void): void {
  let stage: OwnStage;
  beforeEach(async () => use((stage = await setOwnStage())));
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });
}

/** Asks for a mail on this page, and gives the link in it. */
export async function askFor(
  { smtp }: OwnStage,
  visitor: Visitor,
  page: '/register' | '/reset',
  email: string,
): Promise<string> {
  const asked = await visitor.postFrom(page, page, { email });
  assert.equal(asked.status, 200, asked.text);
  const path = `${page}/confirm`;
  return linkIn(await smtp.next(email, ({ text }) => text.includes(`${path}?`)), path);
}

/** Registers with this address, from the page to the session. @returns the page of who is in */
export async function registerAs(stage: OwnStage, visitor: Visitor, email: string, chosen = password): Promise<Page> {
  const page = await visitor.get(await askFor(stage, visitor, '/register', email));
  return page.submit('/register/confirm', { name: 'Ann Own', password: chosen, again: chosen });
}

/** Types the address and the password; the answer to the password. */
export async function signInAs(
  visitor: Visitor,
  email: string,
  typed = password,
  more: Record<string, string> = {},
): Promise<Page> {
  const page = await visitor.postFrom('/signin', '/signin', { email });
  assert.equal(page.title, 'Sign in', page.text);
  return visitor.post('/signin/own', { ...page.fields('/signin/own'), password: typed }, more);
}

export const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.send('/session')).status === 200;

/** An account, of an organisation of its own; with a domain it is an enterprise account without a directory. */
export async function accountWith({ carillon }: OwnStage, name: string, domain?: string): Promise<Scope> {
  const { ground } = carillon.house;
  const organisation = await ground.db.write((m) => createOrganisation(m, name));
  const account = await createAccount(ground, organisation.id, { name });
  const scope = { organisationId: organisation.id, accountId: account.id };
  if (domain === undefined) return scope;
  const claim = await claimDomain(ground, organisation.id, account.id, { domain });
  await ground.db.write(async (m) => {
    await m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: Date.now() });
    await m.update(AccountTable, { id: account.id }, { type: 'EnterpriseLWA' });
  });
  return scope;
}

export interface PersonRow {
  id: string;
  organisationId: string;
  accountId: string;
  licence: string;
  primaryAddress: string;
  deletedAt: number | null;
}

export async function personAt({ carillon }: OwnStage, email: string): Promise<PersonRow> {
  const [found] = await rows<PersonRow>(
    carillon.house.ground.db.read,
    sql`SELECT u.* FROM "users" u JOIN "logins" l ON l."userId" = u."id" WHERE l."addressKey" = ${email}`,
  );
  assert.ok(found, `nobody has ${email}`);
  return found;
}

/** A page without what differs by the request, or repeats what was typed. */
export const bare = ({ status, body }: Page, typed: string): string =>
  `${status} ${body
    .replaceAll(typed, 'TYPED')
    .replaceAll(encodeURIComponent(typed), 'TYPED')
    .replaceAll(/value="[^"]*"/g, 'value')}`;

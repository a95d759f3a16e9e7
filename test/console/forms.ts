import assert from 'node:assert/strict';
import type { Connection } from '../../src/auth/connectors/openid/connection.entity.ts';
import { connectionOf } from '../../src/auth/connectors/openid/settings.ts';
import { listDomains } from '../../src/accounts/domains/domains.ts';
import { letIn } from '../../src/auth/people/let-in.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import type { Group } from '../../src/users/entitlement/group.entity.ts';
import type { User } from '../../src/users/user.entity.ts';
import { pushTo } from '../support/company.ts';
import type { Visitor } from '../support/visitor.ts';
import type { Running } from './support.ts';

/** Creates an account by its form, and gives the address of its pages. */
export async function newAccount(browser: Visitor, name: string): Promise<string> {
  const made = await (await browser.get('/console')).submit('/console/accounts', { name });
  assert.equal(made.status, 200);
  return made.path.replace(/\?.*/, '');
}

/** Claims a domain by its form, puts the record that the page shows into DNS, and verifies. */
export async function verifiedDomain(
  running: Running,
  browser: Visitor,
  base: string,
  domain: string,
): Promise<string> {
  await (await browser.get(`${base}/domains`)).submit(`${base}/domains`, { domain });
  const claims = await listDomains(running.house.ground.db.read, base.split('/').at(-1) ?? '');
  const claim = claims.find(({ name }) => name === domain);
  assert.ok(claim);
  running.dns.set(claim.recordName, [claim.recordValue]);
  const answer = await (await browser.get(`${base}/domains`)).submit(`${base}/domains/${claim.id}/verify`);
  assert.match(answer.text, new RegExp(`${domain} is verified`));
  return claim.id;
}

/** Connects the issuer by its form. */
export async function connected(running: Running, browser: Visitor, base: string): Promise<DirectoryScope> {
  const typed = { issuer: running.issuer, clientId: '0oa1', clientSecret: 'never to be seen', redirect: 'own' };
  const saved = await (await browser.get(`${base}/connection`)).submit(`${base}/connection`, typed);
  assert.match(saved.text, /settings were saved/);
  const connection = await connectionIn(running, base);
  const { organisationId, accountId } = connection;
  return { organisationId, accountId, connectionId: connection.id };
}

export async function connectionIn(running: Running, base: string): Promise<Connection> {
  const connection = await connectionOf(running.house.ground.db.read, base.split('/').at(-1) ?? '');
  assert.ok(connection);
  return connection;
}

/** What a directory would push: people by their address, each in the groups that are named. */
export async function pushed(
  running: Running,
  scope: DirectoryScope,
  people: Record<string, string[]>,
): Promise<{ users: User[]; groups: Group[] }> {
  const users: User[] = [];
  for (const address of Object.keys(people)) {
    const [name = '', domain = ''] = address.split('@');
    users.push(await pushTo(running.house.ground, scope, domain).person(name));
  }
  const groups: Group[] = [];
  for (const displayName of new Set(Object.values(people).flat())) {
    const members = users.filter(({ userName }) => people[userName]?.includes(displayName));
    groups.push(await pushTo(running.house.ground, scope, '').group(displayName, members));
  }
  return { users, groups };
}

/** Lets a person in as their provider would prove them; gives the cookie's token. */
export async function personIn(running: Running, base: string, user: User): Promise<string> {
  const connection = await connectionIn(running, base);
  const { ground, sessions } = running.house;
  const subject = user.externalId ?? '';
  const proof = {
    connection,
    issuer: connection.issuer,
    subject,
    address: user.primaryAddress,
    target: '/',
    authTime: null,
    amr: null,
  };
  return (await letIn(ground, sessions, proof, null)).token;
}

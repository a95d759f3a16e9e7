// From the request that says no to the last refusal and the last closed page, with many people signed in; and a
// mapping that goes, over all of them. Run: npm run bench:out [people] [open pages]
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userPrincipal } from '../src/auth/people/principal.ts';
import { mapGroup, unmapGroup } from '../src/directory/groups/mappings.ts';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { startCarillon } from '../src/main.ts';
import { type User, UserTable } from '../src/users/user.entity.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig } from '../test/support/house.ts';
import { until } from '../test/support/until.ts';
import { percentile, printTable } from './table.ts';

const [people = 10_000, openPages = 1_000] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
const carillon = await startCarillon(testConfig({ scimRate: 1_000_000 }, folder));
const { ground, sessions } = carillon.house;
const url = `http://127.0.0.1:${carillon.port}`;

const acme = await testCompany(carillon.house);
const { token: key } = await createScimKey(ground, acme.scope, { name: 'bench' });
const users: User[] = [];
for (let i = 0; i < people; i += 500) {
  users.push(
    ...(await Promise.all(Array.from({ length: Math.min(500, people - i) }, (_, j) => acme.person(`p${i + j}`)))),
  );
}
await acme.group('Pro', users);
const mapping = await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });

/** A device as a sign-in makes one. */
const signIn = (user: User): Promise<string> =>
  ground.db.write(async (m) => {
    const principal = await userPrincipal(m, user.id);
    const { session, token } = await sessions.begin(m, principal!, 3_600_000);
    await m.update(UserTable, { id: user.id }, { liveUntil: session.expiresAt });
    return token;
  });

async function open(token: string): Promise<{ over: Promise<number> }> {
  const request = get(`${url}/session/events`, { headers: { cookie: `carillon_session=${token}` } });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const over = new Promise<number>((resolve) => {
    answer.on('data', (chunk: Buffer) => chunk.includes('event: over') && resolve(performance.now()));
    answer.on('close', () => resolve(performance.now()));
  });
  return { over };
}

const deactivate = async (user: User): Promise<void> => {
  const answer = await fetch(`${url}/scim/v2/Users/${user.id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false } }],
    }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
};

const tokens: string[] = [];
for (let i = 0; i < users.length; i += 500) {
  tokens.push(...(await Promise.all(users.slice(i, i + 500).map(signIn))));
}
const pages = await Promise.all(tokens.slice(0, openPages).map(open));

const refused: number[] = [];
const closed: number[] = [];
for (const [i, page] of pages.slice(0, Math.floor(openPages / 2)).entries()) {
  const from = performance.now();
  await deactivate(users[i]!);
  const check = await fetch(`${url}/session`, { headers: { cookie: `carillon_session=${tokens[i]!}` } });
  if (check.status !== 401) throw new Error('a session outlived a no');
  refused.push(performance.now() - from);
  closed.push((await page.over) - from);
}

const from = performance.now();
const putOut = await unmapGroup(ground, acme.scope, mapping.id);
const answered = performance.now() - from;
const rest = await Promise.all(pages.slice(Math.floor(openPages / 2)).map((page) => page.over));
await until(async () => {
  const [row] = await ground.db.read.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM receipts');
  return (row?.n ?? 0) >= putOut;
}, 60_000);
const receipted = performance.now() - from;

const ms = (value: number): string => `${value.toFixed(1)} ms`;
process.stdout.write(`${people} people signed in, ${openPages} open pages, Node ${process.version}\n\n`);
printTable(
  ['from the request that says no', 'p50', 'p99'],
  [
    ['to the refusal of the next check', ms(percentile(refused, 0.5)), ms(percentile(refused, 0.99))],
    ['to the open page that knows', ms(percentile(closed, 0.5)), ms(percentile(closed, 0.99))],
  ],
);
process.stdout.write('\n');
printTable(
  [`a mapping goes: ${putOut} people out`, ''],
  [
    ['answered after', ms(answered)],
    [`last of ${rest.length} open pages after`, ms(Math.max(...rest) - from)],
    ['last receipt after', ms(receipted)],
  ],
);
await carillon.stop();
rmSync(folder, { recursive: true });

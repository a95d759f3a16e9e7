// From the request that says no to the last refusal and the last closed page, with many people signed in who also hold
// OpenID tokens; and a mapping that goes, over all of them. Run: npm run bench -- out, or npm run bench:out [people] [open pages]
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { artifactId } from '../src/auth/provider/artifacts/ids.ts';
import { writeArtifact } from '../src/auth/provider/artifacts/rows.ts';
import { createClient } from '../src/auth/provider/clients/clients.ts';
import { userPrincipal } from '../src/auth/people/principal.ts';
import { mapGroup, unmapGroup } from '../src/directory/groups/mappings.ts';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { startCarillon } from '../src/main.ts';
import { type User, UserTable } from '../src/users/user.entity.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig } from '../test/support/house.ts';
import { until } from '../test/support/until.ts';
import { onBoth, type Stand } from './databases.ts';
import { joinAll, makeTwins } from './people.ts';
import { printLines } from './table.ts';
import { idOfTwin } from './twins.ts';

const [people = 10_000, openPages = 1_000] = process.argv.slice(2).map(Number);
const atOnce = 200;

/** Does it for each, some at once. */
async function forEach<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let i = 0; i < all.length; i += atOnce) done.push(...(await Promise.all(all.slice(i, i + atOnce).map(work))));
  return done;
}

async function measure({ name, folder, databaseUrl }: Stand): Promise<void> {
  const carillon = await startCarillon(testConfig({ scimRate: 1_000_000, databaseUrl }, folder));
  const { house } = carillon;
  const { ground, sessions } = house;
  const url = `http://127.0.0.1:${carillon.port}`;
  const acme = await testCompany(house);
  const { token: key } = await createScimKey(ground, acme.scope, { name: 'bench' });
  const { client, secret } = await createClient(house, acme.scope.organisationId, {
    name: 'resource server',
    kind: 'service',
    audience: 'https://api.example/',
    introspectsOrganisation: true,
  });
  const model = await acme.person('model');
  await ground.db.write((m) => makeTwins(m, model, people));
  const group = await acme.group('Pro');
  await ground.db.write((m) => joinAll(m, acme.scope.accountId, group.id));
  const mapping = await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
  const users = Array.from({ length: people }, (_, i): Pick<User, 'id'> => ({ id: idOfTwin(i) }));

  /** A device as a sign-in makes one, and an access token that was made on it. */
  const signIn = (user: Pick<User, 'id'>): Promise<{ cookie: string; access: string }> =>
    ground.db.write(async (m) => {
      const principal = (await userPrincipal(m, user.id))!;
      const { session, token } = await sessions.begin(m, principal, 3_600_000);
      await m.update(UserTable, { id: user.id }, { liveUntil: session.expiresAt });
      const now = Date.now();
      const times = { iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 3600 };
      await writeArtifact(m, {
        id: artifactId('AccessToken', `access-${user.id}`),
        model: 'AccessToken',
        organisationId: principal.organisationId,
        accountId: principal.accountId,
        clientId: client.id,
        userId: user.id,
        grantId: null,
        sessionId: session.id,
        endsWithSession: true,
        epoch: principal.epoch,
        accountEpoch: principal.accountEpoch,
        userCodeHash: null,
        payload: JSON.stringify({ ...times, scope: 'openid', clientId: client.id }),
        sealedPayload: null,
        createdAt: now,
        expiresAt: now + 3_600_000,
        consumedAt: null,
      });
      return { cookie: `carillon_session=${token}`, access: `access-${user.id}` };
    });

  const open = async ({ cookie }: { cookie: string }): Promise<{ over: Promise<number> }> => {
    const request = get(`${url}/session/events`, { headers: { cookie } });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const over = new Promise<number>((resolve) => {
      answer.on('data', (chunk: Buffer) => chunk.includes('event: over') && resolve(performance.now()));
      answer.on('close', () => resolve(performance.now()));
    });
    return { over };
  };

  const deactivate = async (user: Pick<User, 'id'>): Promise<void> => {
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

  const isIn = async ({ cookie }: { cookie: string }): Promise<boolean> =>
    (await fetch(`${url}/session`, { headers: { cookie } })).status === 200;
  const isActive = async ({ access }: { access: string }): Promise<boolean> => {
    const body = new URLSearchParams({ client_id: client.id, client_secret: secret!, token: access });
    const answer = await fetch(`${url}/oidc/token/introspection`, { method: 'POST', body });
    return ((await answer.json()) as { active: boolean }).active;
  };

  const held = await forEach(users, signIn);
  const pages = await forEach(held.slice(0, openPages), open);
  for (const each of held.slice(0, 20)) {
    if (!(await isIn(each)) || !(await isActive(each))) throw new Error('what was just given is refused');
  }

  const refused: number[] = [];
  const inactive: number[] = [];
  const closed: number[] = [];
  for (const [i, page] of pages.slice(0, openPages / 2).entries()) {
    const from = performance.now();
    await deactivate(users[i]!);
    if (await isIn(held[i]!)) throw new Error('a session outlived a no');
    refused.push(performance.now() - from);
    if (await isActive(held[i]!)) throw new Error('a token outlived a no');
    inactive.push(performance.now() - from);
    closed.push((await page.over) - from);
  }

  const from = performance.now();
  const putOut = await unmapGroup(ground, acme.scope, mapping.id);
  const answered = performance.now() - from;
  const others = held.slice(openPages / 2);
  if ((await forEach(others, isActive)).some(Boolean)) throw new Error('a token outlived a no');
  if ((await forEach(others.slice(0, 500), isIn)).some(Boolean)) throw new Error('a session outlived a no');
  const asked = performance.now() - from;
  const rest = await Promise.all(pages.slice(openPages / 2).map((page) => page.over));
  await until(async () => {
    const [row] = await ground.db.read.query<{ n: number | string }[]>('SELECT COUNT(*) AS "n" FROM "receipts"');
    return Number(row?.n ?? 0) >= putOut;
  }, 60_000);
  const receipted = performance.now() - from;

  printLines(`Out, on ${name}: ${people} people signed in with a token each, ${openPages} open pages`, [
    { what: 'from a directory’s no to the refusal of the session', times: refused },
    { what: '… to the refusal of the OpenID token as well', times: inactive },
    { what: '… to the open page that knows', times: closed },
    { what: `a mapping goes, ${putOut} people out: answered after`, times: [answered] },
    { what: `… every one of ${others.length} tokens was asked about and refused after`, times: [asked] },
    { what: `… the open pages know after`, times: rest.map((at) => at - from) },
    { what: '… last receipt after', times: [receipted] },
  ]);
  await carillon.stop();
}

await onBoth(measure);

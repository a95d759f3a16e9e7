import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { sql } from '../../src/platform/database/sql.ts';
import { type Asked, ask, authorize, errorOf, exchange, isBack } from '../auth/provider/stage.ts';
import type { Visitor } from '../support/visitor.ts';
import type { Installation, Person, Present } from './installation.ts';
import { type Action, describeDeaths } from './run.ts';
import { signIns } from './table.ts';

interface SigningIn extends Person {
  visitor: Visitor;
  /** Where the provider has sent the browser to. */
  callback: string | null;
}

const signIn: Action<SigningIn> = {
  record: 'SignIn',
  prepare: async (at) => ({ ...(await at.person()), visitor: at.visitor(), callback: null }),
  act: async (at, person) => {
    const isCallback = (location: string): boolean => location.includes('/auth/okta/callback');
    person.callback = await at.signIn(person, person.visitor, isCallback);
    const page = await person.visitor.follow(await person.visitor.send(person.callback));
    return page.url === `${at.url}/me`;
  },
  isDone: async (at, { id }) => {
    const sessions = await at.read(sql`SELECT "id" FROM "sessions" WHERE "principalId" = ${id}`);
    const joined = await at.read(sql`SELECT "id" FROM "federated_identities" WHERE "userId" = ${id}`);
    const seen = await at.read(sql`SELECT "id" FROM "users" WHERE "id" = ${id} AND "liveUntil" IS NOT NULL`);
    assert.deepEqual([joined.length, seen.length], sessions.length > 0 ? [1, 1] : [0, 0]);
    return sessions.length > 0;
  },
  again: async (at, person) => {
    // First as a browser that loads the page again, which may be too late for that; then from the start.
    if (person.callback) assert.ok([303, 400].includes((await person.visitor.send(person.callback)).status));
    assert.equal(await at.signIn(person, person.visitor), `${at.url}/me`);
  },
  inTheEnd: async (_at, { visitor }) => assert.equal((await visitor.send('/session')).status, 200),
};

/** How many artifacts of one kind a person has. */
const artifacts = async (at: Installation, { id }: Person, model: string): Promise<number> =>
  (await at.read(sql`SELECT "id" FROM "oidc_artifacts" WHERE "userId" = ${id} AND "model" = ${model}`)).length;

/** The application asks anew, and the person needs not be asked for it. */
async function authorizeAnew(at: Installation, { visitor }: { visitor: Visitor }): Promise<void> {
  const tokens = await authorize(at.application, visitor);
  assert.ok(await at.isActive(tokens.access_token));
}

interface Asking extends Person {
  visitor: Visitor;
  asked: Asked;
}

const asking = async (at: Installation): Promise<Asking> => {
  const person = await at.person();
  const visitor = at.visitor();
  await at.signIn(person, visitor);
  return { ...person, visitor, asked: await ask(at.application) };
};

const code: Action<Asking> = {
  record: 'Authorize',
  prepare: asking,
  act: async (_at, { visitor, asked }) => isBack((await visitor.open(asked.url.href, isBack)).url),
  isDone: async (at, person) => {
    const made = await artifacts(at, person, 'AuthorizationCode');
    assert.equal(await artifacts(at, person, 'Grant'), made > 0 ? 1 : 0);
    return made > 0;
  },
  again: async (at, { visitor, asked }) => {
    const back = await visitor.open(asked.url.href, isBack);
    const tokens = await exchange(at.application, asked, back.url);
    assert.ok(await at.isActive(tokens.access_token));
  },
};

const exchangeOfCode: Action<Asking & { back: string }> = {
  record: null,
  prepare: async (at) => {
    const person = await asking(at);
    return { ...person, back: (await person.visitor.open(person.asked.url.href, isBack)).url };
  },
  act: async (at, { asked, back }) => Boolean(await exchange(at.application, asked, back)),
  isDone: async (at, person) => {
    const made = await artifacts(at, person, 'AccessToken');
    assert.equal(await artifacts(at, person, 'RefreshToken'), made);
    return made > 0;
  },
  again: async (at, person, done) => {
    const { asked, back } = person;
    if (!done) {
      await exchange(at.application, asked, back);
      return;
    }
    // Whether its own answer was lost or somebody else has the code, nobody can tell: what was made of it ends.
    assert.match(await errorOf(exchange(at.application, asked, back)), /invalid_grant/);
    assert.equal(await artifacts(at, person, 'AccessToken'), 0);
    await authorizeAnew(at, person);
  },
};

const rotation: Action<Present> = {
  record: null,
  prepare: (at) => at.present(),
  act: async (at, { refreshToken }) =>
    Boolean(await openid.refreshTokenGrant(at.application.configuration, refreshToken)),
  isDone: async (at, person) => {
    const isUsed = !(await at.isActive(person.refreshToken));
    if (await at.isActive(person.accessToken)) {
      assert.equal(await artifacts(at, person, 'RefreshToken'), isUsed ? 2 : 1);
      assert.equal(await artifacts(at, person, 'AccessToken'), isUsed ? 2 : 1);
    }
    return isUsed;
  },
  again: async (at, person, done) => {
    const { configuration } = at.application;
    const refreshed = openid.refreshTokenGrant(configuration, person.refreshToken);
    if (!done) {
      assert.ok(await at.isActive((await refreshed).access_token));
      return;
    }
    assert.match(await errorOf(refreshed), /invalid_grant/);
    assert.equal(await at.isActive(person.accessToken), false);
    await authorizeAnew(at, person);
  },
  inTheEnd: async (_at, { visitor }) => assert.equal((await visitor.send('/session')).status, 200),
};

describeDeaths('kill -9 at every step of a sign-in', signIns, {
  'a sign-in': signIn,
  'a code for an application': code,
  'the exchange of a code': exchangeOfCode,
  'the rotation of a refresh token': rotation,
});

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createLocalJWKSet, jwtVerify, type JWTPayload, type JSONWebKeySet } from 'jose';
import type { House } from '../../../../src/app.ts';
import { deleteClient } from '../../../../src/auth/provider/clients/clients.ts';
import type { OidcClient } from '../../../../src/auth/provider/clients/client.entity.ts';
import { LogoutDeliveries } from '../../../../src/auth/provider/logout/deliveries.ts';
import { LogoutDeliveryTable } from '../../../../src/auth/provider/logout/delivery.entity.ts';
import { RelyingPartySessionTable } from '../../../../src/auth/provider/logout/relying-party.entity.ts';
import { tidyRelyingParties } from '../../../../src/auth/provider/logout/tidy.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { listTrail } from '../../../../src/trail/list.ts';
import { signOutUser, suspendUser } from '../../../../src/users/lifecycle/administer.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { portOf } from '../../../support/port.ts';
import { until } from '../../../support/until.ts';
import { signIn, takePart, testClient } from '../support.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';

const issuer = 'http://localhost:3000/oidc';
const event = 'http://schemas.openid.net/event/backchannel-logout';

/** A relying party's end of the back channel. */
class Receiver {
  readonly tokens: string[] = [];
  readonly server: Server;
  /** What it answers; 0: nothing, and keeps the connection. */
  status = 200;
  requests = 0;
  /** The most that waited for an answer at the same time. */
  most = 0;

  constructor() {
    let open = 0;
    this.server = createServer((req, res) => {
      this.requests++;
      this.most = Math.max(this.most, ++open);
      res.once('close', () => open--);
      let text = '';
      req.on('data', (chunk: Buffer) => (text += chunk.toString()));
      req.on('end', () => {
        if (this.status === 0) return;
        if (this.status < 300) this.tokens.push(new URLSearchParams(text).get('logout_token') ?? '');
        res.writeHead(this.status).end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${portOf(this.server)}/backchannel`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

describeOnEachEngine('back-channel logout', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let organisationId: string;
  let deliveries: LogoutDeliveries;
  let wiki: Receiver;
  let uri: string;
  let client: OidcClient;
  let people = 0;

  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    acme = await testCompany(house);
    ({ organisationId } = acme.scope);
    deliveries = new LogoutDeliveries(house, issuer);
    wiki = new Receiver();
    uri = await wiki.start();
    ({ client } = await testClient(house, organisationId, { backchannelLogoutUri: uri }));
  });
  afterEach(async () => {
    clock.reset();
    await deliveries.stop();
    await wiki.stop();
    await house.stop();
  });

  const claimsOf = async (token: string): Promise<JWTPayload> => {
    const { jwks } = await house.keys.current();
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks as unknown as JSONWebKeySet), {
      issuer,
      currentDate: new Date(clock.now()),
    });
    assert.equal(protectedHeader.typ, 'logout+jwt');
    assert.equal(protectedHeader.alg, 'ES256');
    return payload;
  };
  /** Somebody signed in, on a device of theirs, and at the client. */
  const someoneAt = async (party = client, subject = 'pairwise-subject') => {
    const user = await acme.member(`person${++people}`, 'Pro');
    const { session } = await signIn(house, user.id);
    const sid = await takePart(house, party, session, subject);
    return { user, session, sid };
  };
  const told = (count = 1, receiver = wiki): Promise<unknown> => until(() => receiver.tokens.length >= count);
  const rowsOf = (clientId = client.id) =>
    house.ground.db.read.find(LogoutDeliveryTable, { where: { clientId }, order: { id: 'ASC' } });
  const finished = (state: string): Promise<unknown> =>
    until(async () => (await rowsOf()).some((row) => row.state === state));

  it('tells a relying party of a sign-out, once, with what the specification asks for', async () => {
    const { user, session, sid } = await someoneAt();
    await house.ground.db.write((m) => house.sessions.end(m, user.id, session.id, 'signOut'));
    await told();
    const { iss, aud, iat, exp, jti, sub, events, nonce, sid: named } = await claimsOf(wiki.tokens[0]!);
    assert.deepEqual([iss, aud, sub, named, nonce], [issuer, client.id, 'pairwise-subject', sid, undefined]);
    assert.deepEqual(events, { [event]: {} });
    assert.ok(exp! - iat! <= 120 && jti);
    await finished('delivered');
    assert.equal(wiki.requests, 1);
    const [record] = await listTrail(house.ground, {
      organisationId,
      eventName: 'DeliverLogoutToken',
      limit: 1,
    });
    assert.deepEqual(record?.requestParameters, { clientId: client.id, userId: user.id, sid, cause: 'signOut' });
  });

  it('tells of a person who was put out without a browser, on each of their devices', async () => {
    const { user } = await someoneAt();
    const { session } = await signIn(house, user.id);
    await takePart(house, client, session);
    await suspendUser(house.ground, acme.scope, user.id, 'admin');
    await told(2);
    const sids = await Promise.all(wiki.tokens.map(async (token) => (await claimsOf(token))['sid']));
    assert.equal(new Set(sids).size, 2);
  });

  it('names the person alone to a relying party that keeps no session ids', async () => {
    const { client: bare } = await testClient(house, organisationId, {
      backchannelLogoutUri: uri,
      backchannelLogoutSession: false,
    });
    const { user } = await someoneAt(bare, 'bare-subject');
    await signOutUser(house.ground, acme.scope, user.id);
    await told();
    const { sub, sid } = await claimsOf(wiki.tokens[0]!);
    assert.deepEqual([sub, sid], ['bare-subject', undefined]);
  });

  it('tells one of two devices alone, and nobody when a session only expires', async () => {
    const { user, session, sid } = await someoneAt();
    const second = await signIn(house, user.id);
    const other = await takePart(house, client, second.session);
    await house.ground.db.write((m) => house.sessions.end(m, user.id, session.id, 'signOut'));
    await told();
    assert.equal((await claimsOf(wiki.tokens[0]!))['sid'], sid);
    clock.advance(3_600_001);
    await tidyRelyingParties(house.ground);
    const row = await house.ground.db.read.findOneBy(RelyingPartySessionTable, { id: other });
    assert.equal(row?.endedBecause, 'expired');
    assert.equal((await rowsOf()).length, 1);
  });

  it('gives the same sid for as long as the session and the client last, and a new one after that', async () => {
    const { user, session, sid } = await someoneAt();
    assert.equal(await takePart(house, client, session), sid);
    await house.ground.db.write((m) => house.sessions.end(m, user.id, session.id, 'signOut'));
    assert.notEqual(await takePart(house, client, session), sid);
    // An ID token in the very moment of the no: it is told of that too.
    await tidyRelyingParties(house.ground);
    await told(2);
  });

  it('tells a client that was deleted itself', async () => {
    await someoneAt();
    await deleteClient(house, organisationId, client.id);
    await told();
    assert.equal((await claimsOf(wiki.tokens[0]!)).aud, client.id);
  });

  it('tries again, later each time, and after a restart', async () => {
    wiki.status = 503;
    const { user } = await someoneAt();
    await signOutUser(house.ground, acme.scope, user.id);
    await until(() => wiki.requests === 1);
    await until(async () => (await rowsOf())[0]?.attempts === 1);
    await deliveries.stop();
    const [row] = await rowsOf();
    assert.deepEqual([row?.state, row?.lastError], ['ready', 'status 503']);
    assert.ok(row!.notBefore > clock.now());
    wiki.status = 200;
    clock.advance(60_000);
    deliveries = new LogoutDeliveries(house, issuer);
    await told();
    await finished('delivered');
    assert.equal((await rowsOf())[0]?.attempts, 2);
  });

  it('goes on as soon as a database that was away is back, and waits for no claim to run out', async () => {
    const { db } = house.ground;
    const write = db.write.bind(db);
    let isAway = false;
    let refused = 0;
    db.write = async (unit, hold) => {
      if (!isAway) return write(unit, hold);
      refused++;
      throw new Error('Connection terminated unexpectedly');
    };
    wiki.server.once('request', () => (isAway = true)); // it is told, and that cannot be written down
    const { user } = await someoneAt();
    await signOutUser(house.ground, acme.scope, user.id);
    await told();
    await until(() => refused > 0);
    assert.equal((await rowsOf())[0]?.state, 'claimed');
    isAway = false;
    await told(2);
    await finished('delivered');
  });

  it('gives up after a day, and the trail says so', async () => {
    wiki.status = 400;
    const { user } = await someoneAt();
    await signOutUser(house.ground, acme.scope, user.id);
    await until(async () => (await rowsOf())[0]?.attempts === 1);
    clock.advance(24 * 3_600_000);
    await finished('failed');
    const query = { organisationId, eventName: 'AbandonLogoutToken', limit: 1 };
    const [record] = await listTrail(house.ground, query);
    assert.equal(record?.responseElements?.['lastError'], 'status 400');
    const { requests } = wiki;
    clock.advance(24 * 3_600_000);
    deliveries.wake();
    await tidyRelyingParties(house.ground);
    assert.equal(wiki.requests, requests);
  });

  it('is not held up by relying parties that never answer', async () => {
    const dead = new Receiver();
    dead.status = 0;
    const deadUri = await dead.start();
    try {
      for (let i = 0; i < 3; i++) {
        const silent = await testClient(house, organisationId, { backchannelLogoutUri: deadUri });
        for (let j = 0; j < 4; j++) {
          const { user } = await someoneAt(silent.client);
          await signOutUser(house.ground, acme.scope, user.id);
        }
      }
      await until(() => dead.requests >= 3);
      const { user } = await someoneAt();
      await signOutUser(house.ground, acme.scope, user.id);
      await told();
      assert.equal(dead.tokens.length, 0);
    } finally {
      await deliveries.stop();
      await dead.stop();
    }
    const left = await house.ground.db.read.find(LogoutDeliveryTable, { where: { uri: deadUri } });
    assert.ok(left.length === 12 && left.every(({ state }) => state === 'ready'), 'nothing is left claimed');
  });

  it('is not held up by another organisation, however many of its relying parties never answer', async () => {
    const dead = new Receiver();
    dead.status = 0;
    const deadUri = await dead.start();
    const other = await testCompany(house, 'other.example');
    try {
      const paul = await other.member('paul', 'Pro');
      const { session } = await signIn(house, paul.id);
      for (let i = 0; i < 70; i++) {
        const silent = await testClient(house, other.scope.organisationId, { backchannelLogoutUri: deadUri });
        await takePart(house, silent.client, session);
      }
      await signOutUser(house.ground, other.scope, paul.id);
      await until(() => dead.requests >= 16);
      const { user } = await someoneAt();
      await signOutUser(house.ground, acme.scope, user.id);
      await told();
      assert.equal(dead.most, 16);
    } finally {
      await deliveries.stop();
      await dead.stop();
    }
  });

  it('security check 44: calls no address that is not public, whatever was registered', async () => {
    await house.ground.db.write((m) =>
      m.query(`UPDATE "oidc_clients" SET "backchannelLogoutUri" = 'https://10.0.0.1/' WHERE "id" = '${client.id}'`),
    );
    const { user } = await someoneAt();
    await signOutUser(house.ground, acme.scope, user.id);
    await until(async () => (await rowsOf())[0]?.lastError === 'outbound.notAllowed');
    assert.equal(wiki.requests, 0);
  });
});

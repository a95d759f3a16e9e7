import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { Attribute, Change } from 'ldapts';
import type { LdapClient } from '../../../src/directory/ldap/client/client.ts';
import type { Limits } from '../../../src/directory/ldap/client/limits.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { TestAuthority } from '../../support/authority.ts';
import { blackHole } from '../../support/black-hole.ts';
import { startFakeAd } from '../../support/fake-ad.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { portOf } from '../../support/port.ts';
import { administratorOf, isSambaHere, startSamba } from '../../support/samba.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../support/slapd.ts';
import { until } from '../../support/until.ts';
import { clientOf } from './support.ts';

const isUnavailable = (error: unknown): boolean =>
  error instanceof CarillonError && error.code === 'directory.unavailable';
const serverOf = (client: LdapClient): Promise<string> =>
  client.session(async (session) => {
    await session.read('', ['namingContexts']);
    return session.server;
  });

(isSambaHere() ? describe : describe.skip)('failing over between domain controllers', () => {
  it('one that was stopped in the middle (SIGSTOP) is given up, and used again when it is back', async function () {
    this.timeout(120_000);
    const [first, second] = [await startSamba(), await startSamba()];
    const ca = first.ca + second.ca;
    const limits = { connectMs: 2_000, lastConnectMs: 10_000, suspectMs: 200, probeMs: 500, awayMs: 50, awayMaxMs: 50 };
    const servers = [first, second].map(({ host, url }) => ({ host, at: url }));
    const client = clientOf(servers, { ...first, ca }, { limits });
    assert.equal(await serverOf(client), first.url);
    first.pause();
    assert.equal(await serverOf(client), second.url);
    first.resume();
    await until(async () => (await serverOf(client)) === first.url, 20_000);
    // A change at one domain controller is seen there: what the tests of sign-in and sync stand on.
    const administrator = await administratorOf(first);
    const dave = `CN=Dave Disabled,OU=Staff,${first.baseDn}`;
    const enabled = new Attribute({ type: 'userAccountControl', values: ['512'] });
    await administrator.modify(dave, new Change({ operation: 'replace', modification: enabled }));
    await administrator.unbind();
    assert.deepEqual(await client.bindAs(dave, first.password), { accepted: true });
    client.close();
    await Promise.all([first.stop(), second.stop()]);
  });
});

(isSlapdHere() ? describe : describe.skip)('failing over between the servers of a directory', () => {
  const authority = new TestAuthority();
  const tls = (host: string) => ({
    certificate: authority.issue({ names: ['ldap.example.test', host] }),
    ca: authority.cert,
  });
  let good: Slapd & KeptServer;
  before(async function () {
    this.timeout(60_000);
    good = await startSlapd({ tls });
  });
  after(() => good?.stop());

  /** A client that prefers `first`; whose connections may take their time, since the machine may be slow. */
  const preferring = (first: string, limits: Partial<Limits> = {}): LdapClient =>
    clientOf(
      [
        { host: '127.0.0.1', at: first },
        { host: good.host, at: good.url },
      ],
      good,
      { limits },
    );

  it('a closed port: the other one answers', async () => {
    const client = preferring('ldaps://127.0.0.1:1');
    assert.equal(await serverOf(client), good.url);
    assert.equal(await serverOf(client), good.url);
    client.close();
  });

  it('a server that takes connections and never speaks: with TLS at once, and at StartTLS', async () => {
    const taken: unknown[] = [];
    const silent: Server = createServer((socket) => taken.push(socket.on('error', () => {})));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    for (const scheme of ['ldaps', 'ldap']) {
      const client = preferring(`${scheme}://127.0.0.1:${portOf(silent)}`, { connectMs: 400, lastConnectMs: 10_000 });
      const before = taken.length;
      assert.equal(await serverOf(client), good.url);
      assert.equal(await serverOf(client), good.url);
      assert.equal(taken.length, before + 1, 'it is left alone for a while');
      client.close();
    }
    silent.close();
    for (const socket of taken) (socket as { destroy: () => void }).destroy();
  });

  it('a server behind a firewall that drops every packet', async function () {
    if (process.platform !== 'linux') this.skip(); // others take connections without end
    const hole = await blackHole();
    const client = preferring(`ldaps://127.0.0.1:${hole.port}`, { connectMs: 400, lastConnectMs: 10_000 });
    assert.equal(await serverOf(client), good.url);
    assert.equal(await serverOf(client), good.url);
    client.close();
    const only = clientOf([{ host: '127.0.0.1', at: `ldaps://127.0.0.1:${hole.port}` }], good, {
      limits: { lastConnectMs: 400 },
    });
    await assert.rejects(serverOf(only), isUnavailable);
    only.close();
    hole.stop();
  });

  it('a server that goes silent while it is asked: what waits on it is asked of the other', async () => {
    const fake = await startFakeAd({ entries: [], silentAfter: 0 });
    // The fake accepts connections all the while, but answers no search, so the connection beside finds it silent too.
    const both = clientOf(
      [
        { host: fake.host, at: fake.url },
        { host: fake.host, at: fake.url.replace('127.0.0.1', 'localhost') },
      ],
      fake,
      { limits: { suspectMs: 100, probeMs: 300, connectMs: 10_000 } },
    );
    await assert.rejects(serverOf(both), isUnavailable);
    fake.set({ silentAfter: Infinity });
    both.close();
    await fake.stop();
  });

  it('a server that was stopped in the middle (SIGSTOP): nothing hangs, and the other one answers', async () => {
    const frozen = await startSlapd({ tls });
    const client = clientOf(
      [
        { host: frozen.host, at: frozen.url },
        { host: good.host, at: good.url },
      ],
      good,
      {
        limits: { connectMs: 2_000, lastConnectMs: 10_000, suspectMs: 200, probeMs: 500 },
      },
    );
    assert.equal(await serverOf(client), frozen.url);
    assert.deepEqual(await client.bindAs(`uid=anna,ou=people,${good.baseDn}`, good.password), { accepted: true });
    frozen.pause();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => serverOf(client)),
      client.bindAs(`uid=anna,ou=people,${good.baseDn}`, good.password),
    ]);
    assert.deepEqual(
      answers.slice(0, 20),
      Array.from({ length: 20 }, () => good.url),
    );
    assert.deepEqual(answers[20], { accepted: true });
    frozen.resume();
    client.close();
    await frozen.stop();
  });

  it('a single server that was stopped: the call ends, and it is asked again when it is back', async () => {
    const only = await startSlapd({ tls });
    const client = clientOf([{ host: only.host, at: only.url }], only, {
      limits: { lastConnectMs: 500, answerMs: 500, awayMs: 1, awayMaxMs: 1 },
    });
    assert.equal(await serverOf(client), only.url);
    only.pause();
    await assert.rejects(serverOf(client), isUnavailable);
    await assert.rejects(serverOf(client), isUnavailable);
    only.resume();
    const patient = clientOf([{ host: only.host, at: only.url }], only);
    assert.equal(await serverOf(patient), only.url);
    patient.close();
    client.close();
    await only.stop();
  });

  it('a server that ends kept connections costs no call', async () => {
    const passing = await startSlapd({ tls });
    const client = clientOf(
      [
        { host: passing.host, at: passing.url },
        { host: good.host, at: good.url },
      ],
      good,
    );
    assert.equal(await serverOf(client), passing.url);
    await passing.stop();
    assert.equal(await serverOf(client), good.url);
    client.close();
  });
});

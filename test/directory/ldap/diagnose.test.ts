import assert from 'node:assert/strict';
import { type Diagnosis, diagnose, type Tried } from '../../../src/directory/ldap/diagnosis/diagnose.ts';
import { createOutbound } from '../../../src/platform/outbound/outbound.ts';
import { selfSigned, TestAuthority } from '../../support/authority.ts';
import { startFakeAd } from '../../support/fake-ad.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { isSambaHere, needSamba, type Samba } from '../../support/samba.ts';
import { isSlapdHere, needSlapd, type Slapd, startSlapd } from '../../support/slapd.ts';
import { fakeBase, fakeGroup, fakePerson } from './fake-people.ts';
import type { TestDirectory } from './support.ts';

const outbound = createOutbound({ privateHosts: ['127.0.0.1', 'nowhere.invalid'] });
const open = { addresses: (host: string) => Promise.resolve([{ address: host, family: 4 }]) };

const triedOf = (server: TestDirectory, more: Partial<Tried> = {}): Tried => ({
  servers: [server.url],
  ca: server.ca,
  bindName: server.bindName,
  bindPassword: server.bindPassword,
  baseDn: null,
  userFilter: null,
  groupFilter: null,
  attributes: {},
  ...more,
});
const run = (tried: Tried): Promise<Diagnosis[]> => diagnose({ ...outbound, ...open }, tried);
/** The steps as they went: those that did not, with the reason. */
const stepsOf = ({ steps }: Diagnosis): string[] =>
  steps.map(({ step, ok, reason }) => (ok ? step : `${step}: ${reason}`));

const whole = ['resolve', 'tcp', 'tls', 'bind', 'base', 'user', 'group'];

(isSambaHere() && isSlapdHere() ? describe : describe.skip)('the test of a directory', () => {
  let samba: Samba;
  let slapd: Slapd;
  const own: KeptServer[] = [];
  before(async function () {
    samba = await needSamba(this);
    slapd = await needSlapd(this);
  });
  after(() => Promise.all(own.map((server) => server.stop())));

  it('goes step by step through every server, each with its time and what was seen', async () => {
    const [ad, startTls] = await run(triedOf(samba, { servers: [samba.url, samba.startTlsUrl] }));
    assert.deepEqual(stepsOf(ad!), whole);
    assert.deepEqual(stepsOf(startTls!), ['resolve', 'tcp', 'startTls', 'tls', 'bind', 'base', 'user', 'group']);
    assert.ok(ad!.ok && startTls!.ok);
    for (const { ms, says, advice } of ad!.steps) assert.ok(ms >= 0 && says.length > 5 && advice === null);
    const said = ad!.steps.map(({ says }) => says).join('\n');
    assert.match(said, /TLSv1\.[23], with the certificate of dc1\.corp\.example\.test, valid until \d{4}-\d\d-\d\d/);
    assert.match(said, /For example .+@.+/);
    const [ldap] = await run(triedOf(slapd));
    assert.deepEqual(stepsOf(ldap!), whole);
  });

  it('names the step that fails, and says what to do; the others of a directory are tried all the same', async () => {
    const cases: [Partial<Tried>, string][] = [
      [{ servers: ['ldaps://127.0.0.1:1'] }, 'tcp: refused'],
      [{ ca: samba.ca }, 'tls: unknownAuthority'],
      [{ ca: null }, 'tls: unknownAuthority'],
      [{ servers: [slapd.url.replace('ldaps', 'ldap')] }, 'startTls: closed'],
      [{ servers: [slapd.startTlsUrl.replace('ldap', 'ldaps')] }, 'tls: closed'],
      [{ bindPassword: 'wrong' }, 'bind: credentials'],
      [{ bindName: 'nonsense' }, 'bind: credentials'],
      [{ baseDn: `ou=nowhere,${slapd.baseDn}` }, 'base: nothing'],
      [{ baseDn: 'nonsense' }, 'base: nothing'],
      [{ userFilter: '(uid=nobody)' }, 'user: nothing'],
      [{ attributes: { mail: 'description' } }, 'user: nothing'],
      [{ groupFilter: '(cn=no such group)' }, 'group: nothing'],
    ];
    for (const [more, expected] of cases) {
      const [trial] = await run(triedOf(slapd, more));
      const failed = trial!.steps.filter(({ ok }) => !ok);
      assert.deepEqual(
        failed.map(({ step, reason }) => `${step}: ${reason}`),
        [expected],
        JSON.stringify(more),
      );
      assert.equal(trial!.ok, false);
      assert.ok(failed.every(({ says, advice }) => says && advice));
      assert.equal(JSON.stringify(trial).includes(slapd.bindPassword), false);
    }
    const both = await run(triedOf(slapd, { servers: ['ldaps://127.0.0.1:1', slapd.url] }));
    assert.deepEqual(
      both.map(({ ok }) => ok),
      [false, true],
    );
  });

  it('says why Active Directory does not accept the service account', async () => {
    const seen: string[] = [];
    for (const [bindName, bindPassword] of [
      [samba.bindName, 'wrong'],
      ['dave@corp.example.test', samba.password],
      ['erin@corp.example.test', samba.password],
    ] as const) {
      const [trial] = await run(triedOf(samba, { bindName, bindPassword }));
      seen.push(trial!.steps.find(({ step }) => step === 'bind')!.says.replace(/^.*? It says/, 'It says'));
    }
    assert.deepEqual(seen, [
      'It says that the password is wrong, or that nobody has that name.',
      'It says that the account is disabled.',
      'It says that the account is locked.',
    ]);
  });

  it('names every fault of a certificate, and warns of one that ends soon', async function () {
    this.timeout(60_000);
    const authority = new TestAuthority();
    const seen: string[] = [];
    for (const certificate of [
      (host: string) => authority.issue({ names: [host], from: -9, until: -2 }),
      () => authority.issue({ names: ['other.example.test'] }),
      (host: string) => selfSigned({ names: [host] }),
      (host: string) => authority.issue({ names: [host], until: 5 }),
    ]) {
      const server = await startSlapd({ tls: (host) => ({ certificate: certificate(host), ca: authority.cert }) });
      own.push(server);
      const [trial] = await run(triedOf(server));
      const tls = trial!.steps.find(({ step }) => step === 'tls')!;
      seen.push(tls.reason ?? tls.advice ?? '');
    }
    assert.deepEqual(seen, [
      'certificateExpired',
      'wrongHost',
      'selfSigned',
      'The certificate ends soon: renew it on the server before.',
    ]);
  });
});

describe('the test of a directory that is not there', () => {
  it('a private address, an unknown name, StartTLS that is refused or tampered with', async () => {
    const fake = await startFakeAd();
    const tried = triedOf(fake, { servers: ['ldaps://10.1.2.3', 'ldaps://nowhere.invalid'] });
    const [inner, unknown] = await diagnose(outbound, tried);
    assert.deepEqual([stepsOf(inner!), stepsOf(unknown!)], [['resolve: notAllowed'], ['resolve: noSuchName']]);
    for (const [startTls, reason] of [
      ['refuse', 'startTlsRefused'],
      ['inject', 'startTlsStripped'],
    ] as const) {
      fake.set({ startTls });
      const [trial] = await diagnose(outbound, triedOf(fake, { servers: [fake.startTlsUrl] }));
      assert.deepEqual(stepsOf(trial!), ['resolve', 'tcp', `startTls: ${reason}`]);
    }
    assert.deepEqual(fake.binds, []);
    await fake.stop();
  });

  it('sends a wrong service password to one server, not to each, and says of each that it is wrong', async () => {
    const fakes = await Promise.all([startFakeAd(), startFakeAd(), startFakeAd()]);
    const [fake] = fakes;
    const ca = fakes.map((one) => one.ca).join('\n');
    const tried = triedOf(fake, { servers: fakes.map(({ url }) => url), ca, bindPassword: 'wrong' });
    const trials = await diagnose(outbound, tried);
    const seen = trials.map((trial) => stepsOf(trial).at(-1));
    assert.deepEqual(seen, ['bind: credentials', 'bind: credentials', 'bind: credentials']);
    assert.equal(fakes.flatMap(({ binds }) => binds).length, 1);
    await Promise.all(fakes.map((one) => one.stop()));
  });
});

describe('the test of an Active Directory whose service account may not read all', () => {
  it('says so when an entry does not show whether it is enabled, and what to do', async () => {
    const person = fakePerson(1, 'veiled', { userAccountControl: [] });
    const base = { dn: fakeBase, attributes: { objectClass: ['domain'] } };
    const fake = await startFakeAd({ entries: [base, person, fakeGroup(90, 'Pros', [])] });
    const stepOf = async () => (await diagnose(outbound, triedOf(fake)))[0]!.steps.find(({ step }) => step === 'user')!;
    const { ok, advice } = await stepOf();
    assert.ok(ok);
    assert.match(advice ?? '', /may not read userAccountControl/);
    await fake.stop();
  });
});

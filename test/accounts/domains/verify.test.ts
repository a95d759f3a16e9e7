import assert from 'node:assert/strict';
import { startDns, type DnsServer } from '../../../deploy/demo/dns/dns.ts';
import type { House } from '../../../src/app.ts';
import { requireAccount, createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import type { Domain } from '../../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { claimsToCheck, verifyDomain } from '../../../src/accounts/domains/verify.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { createTxtResolver } from '../../../src/platform/dns/txt.ts';
import { loseDomain } from '../../../src/users/lifecycle/domains.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { lostDomain, testCompany } from '../../support/company.ts';
import { testHouse } from '../../support/house.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

const day = 86_400_000;

describeOnEachEngine('verifying a domain', () => {
  let house: House & { stop: () => Promise<void> };
  let dns: DnsServer;
  let other: DnsServer;
  beforeEach(async () => {
    house = await testHouse();
    dns = await startDns({}, { zones: ['acme.example', 'xn--bcher-kva.example'] });
    other = await startDns({}, { zones: ['acme.example'] });
  });
  afterEach(async () => {
    clock.reset();
    await house.stop();
    await dns.close();
    await other.close();
  });

  const account = async (): Promise<{ organisationId: string; accountId: string }> => {
    const { ground } = house;
    const organisation = await ground.db.write((m) => createOrganisation(m, 'Any'));
    const { id } = await createAccount(ground, organisation.id, { name: 'Any' });
    return { organisationId: organisation.id, accountId: id };
  };
  const claim = (at: { organisationId: string; accountId: string }, domain = 'acme.example'): Promise<Domain> =>
    claimDomain(house.ground, at.organisationId, at.accountId, { domain });
  const verify = (domain: Domain, resolvers = [dns.address]) =>
    verifyDomain(
      house.ground,
      createTxtResolver({ resolvers, authoritative: [dns.address], timeoutMs: 300 }),
      loseDomain(house.ground),
      { organisationId: domain.organisationId, accountId: domain.accountId, domainId: domain.id },
    );

  it('turns a pending claim verified, and the team account into an enterprise one', async () => {
    const at = await account();
    const pending = await claim(at);
    assert.equal(pending.state, 'pending');
    assert.match(pending.recordName, /^_carillon-verification\.acme\.example$/);
    dns.set(pending.recordName, [['v=spf1 -all'], [pending.recordValue.slice(0, 20), pending.recordValue.slice(20)]]);
    const { domain } = await verify(pending);
    assert.equal(domain.state, 'verified');
    const now = await requireAccount(house.ground.db.read, at.organisationId, at.accountId);
    assert.equal(now.type, 'EnterpriseLWA');
  });

  it('stays pending when the record is absent, wrong, silent, failing, or not the same everywhere', async () => {
    const pending = await claim(await account());
    const outcomeOf = async (resolvers?: string[]): Promise<string> => {
      const { domain } = await verify(pending, resolvers);
      assert.equal(domain.state, 'pending');
      return domain.lastOutcome ?? '';
    };
    assert.equal(await outcomeOf(), 'absent');
    dns.set(pending.recordName, [`${pending.recordValue}x`]);
    assert.equal(await outcomeOf(), 'absent');
    dns.set(pending.recordName, 'silent');
    assert.equal(await outcomeOf(), 'silent');
    dns.set(pending.recordName, 'servfail');
    assert.equal(await outcomeOf(), 'silent');
    dns.set(pending.recordName, [pending.recordValue]);
    other.set(pending.recordName, ['something else']);
    assert.equal(await outcomeOf([dns.address, other.address]), 'disagree');
    // A resolver that lies while the zone's own server knows better.
    dns.set(pending.recordName, 'nxdomain');
    other.set(pending.recordName, [pending.recordValue]);
    assert.notEqual(await outcomeOf([other.address]), 'found');
  });

  it('gives each claim its own value, and a verified domain to one account only', async () => {
    const first = await claim(await account());
    const second = await claim(await account());
    assert.notEqual(first.recordValue, second.recordValue);
    dns.set(first.recordName, [first.recordValue]);
    assert.equal((await verify(first)).domain.state, 'verified');
    assert.equal((await verify(second)).domain.state, 'pending', 'another account’s value proves nothing');
    dns.set(first.recordName, [first.recordValue, second.recordValue]);
    await assert.rejects(verify(second), { code: 'domain.taken' });
  });

  it('takes a domain from its holder only after seven daily checks without the record; until then nobody is out', async () => {
    const { ground } = house;
    const acme = await testCompany(house);
    const paula = await acme.person('paula');
    await acme.group('Pro', [paula]);
    await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
    const [held] = await ground.db.read.query<[Domain]>('SELECT * FROM "domains"');
    const rival = await claim(await account());
    dns.set(rival.recordName, [rival.recordValue]);
    for (let days = 1; days <= 7; days++) {
      await assert.rejects(verify(rival), { code: 'domain.taken' });
      const { domain } = await verify(held);
      await verify(held); // twice a day counts once
      assert.equal(domain.absentChecks, days);
      assert.equal((await entitlement(ground.db.read, paula.id)).maySignIn, true, `day ${days}`);
      clock.advance(day);
    }
    assert.equal((await verify(rival)).domain.state, 'verified');
    assert.deepEqual((await entitlement(ground.db.read, paula.id)).maySignIn, false);
  });

  it('lets people in again from the verification on, whatever was asked in between', async () => {
    const { ground, sessions } = house;
    const acme = await testCompany(house);
    const paula = await acme.person('paula');
    await acme.group('Pro', [paula]);
    await mapGroup(ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
    const signIn = (): Promise<string> =>
      ground.db.write(async (m) => {
        const principal = await userPrincipal(m, paula.id);
        assert.ok(principal);
        return (await sessions.begin(m, principal, 3_600_000)).token;
      });
    const old = await signIn();
    await lostDomain(ground, acme.scope);
    assert.equal((await sessions.check(old, 'user')).in, false);
    const [again] = await ground.db.read.query<[Domain]>('SELECT * FROM "domains"');
    dns.set(again.recordName, [again.recordValue]);
    assert.equal((await sessions.check(old, 'user')).in, false);
    await verify(again);
    assert.equal((await sessions.check(await signIn(), 'user')).in, true);
  });

  it('normalises international names, and refuses public suffixes and repeated claims', async () => {
    const at = await account();
    assert.equal((await claim(at, ' Bücher.Example. ')).name, 'xn--bcher-kva.example');
    assert.equal((await claim(at, 'mail.acme.example')).name, 'mail.acme.example');
    await assert.rejects(claim(at, 'xn--bcher-kva.example'), { code: 'domain.claimedAlready', field: 'domain' });
    await assert.rejects(claim(at, 'co.uk'), { code: 'domain.publicSuffix' });
    await assert.rejects(claim(at, 'not a domain'), { code: 'domain.invalid' });
  });

  it('gives every claim its turn, whatever becomes of the others', async () => {
    const mine = await claim(await account());
    dns.set(mine.recordName, [mine.recordValue]);
    await verify(mine);
    const rival = await claim(await account());
    const late = await claim(await account(), 'late.acme.example');
    dns.set(mine.recordName, [mine.recordValue, rival.recordValue]);
    const next = async (): Promise<Domain | undefined> => (await claimsToCheck(house.ground.db.read, 1))[0];
    for (const expected of [rival, late, rival, late]) {
      const turn = await next();
      assert.equal(turn?.id, expected.id);
      clock.advance(1000);
      await verify(turn).catch((error: { code?: string }) => assert.equal(error.code, 'domain.taken'));
    }
    await house.ground.trail.flush();
    const refused = await house.ground.db.read.query<unknown[]>(
      `SELECT 1 FROM "trail_records" WHERE "eventName" = 'VerifyDomain' AND "errorCode" IS NOT NULL`,
    );
    assert.equal(refused.length, 1, 'and the job says it once');
  });

  it('looks at one claim of each organisation before a second of any', async () => {
    const many = await account();
    for (let i = 0; i < 4; i++) await claim(many, `slow${i}.acme.example`);
    const small = await account();
    await claim(small, 'small.acme.example');
    const turns = await claimsToCheck(house.ground.db.read, 3);
    const owners = turns.map((each) => each.organisationId);
    assert.deepEqual(new Set(owners.slice(0, 2)), new Set([many.organisationId, small.organisationId]));
    assert.equal(owners[2], many.organisationId);
  });

  it('looks at pending claims every time, and at verified ones once a day', async () => {
    const pending = await claim(await account());
    dns.set(pending.recordName, [pending.recordValue]);
    const due = async (): Promise<number> => (await claimsToCheck(house.ground.db.read, 50)).length;
    assert.equal(await due(), 1);
    await verify(pending);
    assert.equal(await due(), 0);
    clock.advance(day + 1);
    assert.equal(await due(), 1);
  });
});

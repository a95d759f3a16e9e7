import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { TierMappingTable } from '../../src/users/entitlement/mapping.entity.ts';
import { unmapGroup } from '../../src/directory/groups/mappings.ts';
import { sayNo } from '../../src/users/lifecycle/causes.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { deleteAccount, deleteOrganisation } from '../../src/users/lifecycle/delete-account.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import { type Application, errorOf, type OpenIdStage, setOpenIdStage } from '../auth/provider/stage.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { freePorts } from '../support/port.ts';
import { addressesAt, type Held, type RelyingParty, startRelyingParty } from '../support/relying-party/process.ts';
import { until } from '../support/until.ts';
import type { Page } from '../support/page.ts';
import type { Visitor } from '../support/visitor.ts';

describeOnEachEngine('an application with openid-client', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let wiki: Application;
  let application: RelyingParty;

  beforeEach(async () => {
    const port = await freePorts();
    stage = await setOpenIdStage();
    wiki = await stage.application(addressesAt(port));
    const { issuer } = stage;
    application = await startRelyingParty({ port, issuer, clientId: wiki.client.id, clientSecret: wiki.secret });
  });
  afterEach(async () => {
    await application.stop();
    await stage.stop();
  });

  /** Somebody who opens the application, signs in and agrees. */
  async function arrive(): Promise<{ visitor: Visitor; held: Held }> {
    const visitor = stage.carillon.visitor();
    const page = await visitor.open(`${application.url}/`);
    const email = stage.provider.subject.email;
    const consent = await visitor.follow(await visitor.post('/signin', { ...page.fields('/signin'), email }));
    const { pathname } = new URL(consent.url);
    const answer = { ...consent.fields(pathname), answer: 'allow' };
    const home = await visitor.follow(await visitor.post(pathname, answer));
    assert.equal(home.url, `${application.url}/`, home.body);
    return { visitor, held: await heldBy(visitor) };
  }

  const heldBy = async (visitor: Visitor): Promise<Held> =>
    JSON.parse((await visitor.send(`${application.url}/session`)).body) as Held;
  const isIn = async (visitor: Visitor): Promise<boolean> =>
    (await visitor.send(`${application.url}/session`)).status === 200;

  /** Says yes where Carillon asks whether to sign out. */
  function confirm(visitor: Visitor, asked: Page): Promise<Page> {
    const action = `${stage.issuer}/logout/confirm`;
    return visitor.post(action, { ...asked.fields(action), logout: 'yes' });
  }

  it('signs in, asks userinfo, refreshes with rotation, and signs out at both', async () => {
    const { visitor, held } = await arrive();
    assert.equal(held.sub, stage.userId);
    const { email, email_verified: verified, tier, name } = held.person;
    assert.deepEqual([email, verified, tier, name], [stage.provider.subject.email, true, 'Pro', 'rosa.rogue']);
    const refreshed = await visitor.send(`${application.url}/refresh`);
    assert.equal(refreshed.status, 200, refreshed.body);
    const after = await heldBy(visitor);
    assert.notEqual(after.refreshToken, held.refreshToken);
    assert.notEqual(after.accessToken, held.accessToken);
    const info = await openid.fetchUserInfo(wiki.configuration, after.accessToken, held.sub);
    assert.equal(info.email, email);

    const asked = await visitor.open(`${application.url}/sign-out`);
    assert.match(asked.text, /Sign out\?.*Wiki asks/s);
    const bye = await visitor.follow(await confirm(visitor, asked));
    assert.equal(bye.url, `${application.url}/bye`);
    assert.equal((await visitor.send('/session')).status, 401);
    await until(async () => (await application.told()).length === 1);
  });

  const ends: { name: string; end: () => Promise<unknown> }[] = [
    {
      name: 'the directory deactivates them',
      end: () => {
        const { ground } = stage.carillon.house;
        const person = { ...stage.company.scope, id: stage.userId };
        return ground.db.write((m) => sayNo(ground, m, person, 'directory', 'SCIM'));
      },
    },
    {
      name: 'an administrator suspends them',
      end: () => suspendUser(stage.carillon.house.ground, stage.company.scope, stage.userId, 'administrator'),
    },
    {
      name: 'their group is unmapped',
      end: async () => {
        const { ground } = stage.carillon.house;
        const { id } = (await ground.db.read.findOneBy(TierMappingTable, {
          accountId: stage.company.scope.accountId,
        }))!;
        assert.equal(await unmapGroup(ground, stage.company.scope, id), 1);
      },
    },
    {
      name: 'their account is deleted',
      end: async () => {
        const { ground, upstairs } = stage.carillon.house;
        const { scope } = stage.company;
        const { id: domainId } = (await ground.db.read.findOneBy(DomainTable, { accountId: scope.accountId }))!;
        await removeDomain(ground, { ...scope, domainId });
        await deleteAccount(ground, upstairs, scope, 'Acme');
      },
    },
    {
      name: 'their organisation is deleted, and the application’s registration with it',
      end: () => {
        const { ground, upstairs } = stage.carillon.house;
        const { organisationId } = stage.company.scope;
        return deleteOrganisation(ground, upstairs, organisationId, organisationId);
      },
    },
  ];
  for (const { name, end } of ends) {
    it(`is told, and holds nothing that counts any more, when ${name}`, async () => {
      const { visitor, held } = await arrive();
      assert.equal((await openid.tokenIntrospection(wiki.configuration, held.accessToken)).active, true);
      assert.equal(await isIn(visitor), true);
      await end();
      await assertNothingCounts(held);
      const [heard] = await until(async () => {
        const told = await application.told();
        return told.length > 0 && told;
      });
      assert.deepEqual(heard, { sub: held.sub, sid: held.sid });
      assert.equal(await isIn(visitor), false);
    });
  }

  it('is told when the person signs out elsewhere: on their own page, or from another application', async () => {
    const { visitor, held } = await arrive();
    await (await visitor.get('/me')).submit('/me/sign-out');
    await until(async () => !(await isIn(visitor)));
    assert.deepEqual(await application.told(), [{ sub: held.sub, sid: held.sid }]);

    const again = await arrive();
    assert.notEqual(again.held.sid, held.sid);
    const desk = await stage.application({ name: 'Desk' });
    const url = openid.buildEndSessionUrl(desk.configuration, {});
    const asked = await again.visitor.open(url.href);
    await confirm(again.visitor, asked);
    await until(async () => !(await isIn(again.visitor)));
    assert.equal((await application.told()).length, 2);
  });

  it('tells the application of one device’s end without ending the other', async () => {
    const [one, other] = [await arrive(), await arrive()];
    await (await one.visitor.get('/me')).submit('/me/sign-out');
    await until(async () => !(await isIn(one.visitor)));
    assert.equal(await isIn(other.visitor), true);
    assert.deepEqual(await application.told(), [{ sub: one.held.sub, sid: one.held.sid }]);
  });

  /** From the commit of a no, whether or not the application has been told. */
  async function assertNothingCounts({ accessToken, refreshToken, sub }: Held): Promise<void> {
    const { configuration } = wiki;
    // An application that is gone itself may not even ask.
    const refresh = await errorOf(openid.refreshTokenGrant(configuration, refreshToken));
    assert.match(refresh, /^invalid_grant$|invalid_client/);
    const introspection = openid.tokenIntrospection(configuration, accessToken);
    if (refresh === 'invalid_grant') assert.deepEqual(await introspection, { active: false });
    else assert.match(await errorOf(introspection), /basic/); // its credentials are asked for (RFC 7662 §2.3)
    assert.match(await errorOf(openid.fetchUserInfo(configuration, accessToken, sub)), /invalid_token/);
  }
});

import assert from 'node:assert/strict';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { saveConnection } from '../../../src/auth/connectors/openid/settings.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { addMembers } from '../../../src/directory/groups/members.ts';
import { GroupTable } from '../../../src/users/entitlement/group.entity.ts';
import { suspendUser, activateUser } from '../../../src/users/lifecycle/administer.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { startRogueProvider } from '../../support/rogue-provider.ts';
import { testCompany } from '../../support/company.ts';
import { assertRefused, nobody, setStage, signIn, type Stage, whoIsIn } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

describeOnEachEngine('auth pages: becoming somebody else, or coming back', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  const remove = (userId: string): Promise<void> => {
    const { ground } = stage.carillon.house;
    return ground.db.write(async (m) => {
      const user = await m.findOneBy(UserTable, { id: userId });
      if (user) await deletePerson(ground, m, user);
    });
  };

  it('security check 8: a subject that was somebody is nobody else by address, once the directory has deleted them', async () => {
    await stage.company.member('boss', 'Pro', '00u-boss');
    assert.equal((await signIn(stage.carillon.visitor())).status, 200);
    await remove(stage.userId);
    Object.assign(stage.provider.subject, { email: 'boss@acme.example' });
    stage.provider.set({ userinfo: 'no-verified' });
    assertRefused(await signIn(stage.carillon.visitor()), 403, /has not given you access yet/);
  });

  it('security check 8: a subject whom the directory knows as somebody is nobody else by address either', async () => {
    await stage.company.member('boss', 'Pro', '00u-boss');
    await remove(stage.userId); // before the first sign-in: there is no identity, only the externalId
    Object.assign(stage.provider.subject, { email: 'boss@acme.example' });
    assertRefused(await signIn(stage.carillon.visitor()), 403, /has not given you access yet/);
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  it('whoever is pushed anew under their old name comes back, also where subject and external id differ', async () => {
    const { ground } = stage.carillon.house;
    const { scope } = stage.company;
    const [group] = await ground.db.read.findBy(GroupTable, { accountId: scope.accountId });
    const rehire = async (): Promise<string> => {
      const { id } = await stage.company.person('ulf', 'hr-number-7');
      await ground.db.write((m) => addMembers(ground, m, scope, group!.id, [id]));
      return id;
    };
    Object.assign(stage.provider.subject, { sub: 'sub-ulf', email: 'ulf@acme.example' });
    const first = await rehire();
    assert.equal((await signIn(stage.carillon.visitor(), 'ulf@acme.example')).status, 200);
    await remove(first);
    assertRefused(await signIn(stage.carillon.visitor(), 'ulf@acme.example'), 403, /has not given you access yet/);
    await rehire();
    assert.equal((await signIn(stage.carillon.visitor(), 'ulf@acme.example')).status, 200);
  });

  it('a suspension outlives deleting and pushing again, until the administrator lifts it', async () => {
    const { ground } = stage.carillon.house;
    const { scope } = stage.company;
    await suspendUser(ground, scope, stage.userId, 'admin');
    const push = async (): Promise<string> => {
      const { id } = await stage.company.person('rosa.rogue', stage.provider.subject.sub);
      const [group] = await ground.db.read.findBy(GroupTable, { accountId: scope.accountId });
      await ground.db.write((m) => addMembers(ground, m, scope, group!.id, [id]));
      return id;
    };
    for (let i = 0; i < 2; i++) {
      await remove(stage.userId);
      stage.userId = await push();
      assertRefused(await signIn(stage.carillon.visitor()), 403, /administrator/);
    }
    await activateUser(ground, scope, stage.userId);
    assert.equal((await signIn(stage.carillon.visitor())).status, 200);
    await remove(stage.userId);
    await push();
    assert.equal((await signIn(stage.carillon.visitor())).status, 200, 'what was lifted does not come back');
  });

  it('security check 6: an issuer that was replaced while it answered lets nobody in', async () => {
    const { house } = stage.carillon;
    const { ground } = house;
    const connection = await ground.db.read.findOneBy(ConnectionTable, { id: stage.company.scope.connectionId });
    assert.ok(connection);
    const { sub: subject } = stage.provider.subject;
    const proof = {
      connection,
      issuer: connection.issuer,
      subject,
      address: null,
      target: '/me',
      authTime: null,
      amr: null,
    };
    const other = await startRogueProvider();
    try {
      await saveConnection(ground, house.outbound, stage.company.scope, {
        issuer: other.issuer,
        clientId: other.clientId,
        clientSecret: other.clientSecret,
        redirect: 'own',
      });
      await assert.rejects(letIn(ground, house.sessions, proof, null), { code: 'signIn.stale' });
      assert.deepEqual(await whoIsIn(stage), nobody);
    } finally {
      await other.close();
    }
  });

  it('security check 7: an ID token for another party is not for us', async () => {
    stage.provider.set({ claims: { azp: 'another-client' } });
    assertRefused(await signIn(stage.carillon.visitor()), 400, /could not be trusted/);
    assert.deepEqual(await whoIsIn(stage), nobody);
  });

  it('security check 6: a connection that shares the redirect URI cannot spoil another that shares it', async () => {
    const { house } = stage.carillon;
    const { db } = house.ground;
    await db.write((m) =>
      m.update(
        ConnectionTable,
        { id: stage.company.scope.connectionId },
        { redirect: 'shared', announcesIssuer: false },
      ),
    );
    const second = await startRogueProvider();
    try {
      const rival = await testCompany(house, 'rival.example', second);
      const input = { issuer: second.issuer, clientId: second.clientId, clientSecret: second.clientSecret };
      await assert.rejects(
        saveConnection(house.ground, house.outbound, rival.scope, { ...input, redirect: 'shared' }),
        {
          code: 'connection.redirectInvalid',
          field: 'redirect',
        },
      );
    } finally {
      await second.close();
    }
  });
});

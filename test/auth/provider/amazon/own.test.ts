import assert from 'node:assert/strict';
import { createClient } from '../../../../src/auth/provider/clients/clients.ts';
import { claimsOf } from '../../../../src/auth/provider/claims.ts';
import { parseAddresses } from '../../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../../src/users/invitations/invite.ts';
import type { Scope } from '../../../../src/users/lifecycle/out.ts';
import { registerPerson } from '../../../../src/users/lifecycle/register.ts';
import { accountWith, type OwnStage, password, personAt, setOwnStage } from '../../own/support.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { linkIn } from '../../../support/smtp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { callback } from '../stage.ts';
import { askUrl, codeFor, exchangeForm, profile, token } from './stage.ts';

describeOnEachEngine('Login with Amazon: people whose account Carillon holds', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  let team: Scope;
  let ann: Visitor;
  beforeEach(async () => {
    stage = await setOwnStage();
    team = await accountWith(stage, 'The Team');
    await invitePeople(stage.carillon.house.ground, team, parseAddresses('ann@own.example'), { by: 'test' });
    ann = stage.carillon.visitor();
    const page = await ann.get(linkIn(await stage.smtp.next('ann@own.example'), '/invitation'));
    await page.submit('/invitation/register', { name: 'Ann Own', password, again: password });
  });
  afterEach(() => stage.stop());

  it('an application is told the address that a mailed link has proved', async () => {
    const { client, secret } = await createClient(stage.carillon.house, team.organisationId, {
      name: 'Shop',
      kind: 'web',
      protocol: 'amazon',
      redirectUris: [callback],
    });
    const application = { client, secret: secret ?? '' };
    const at = stage as unknown as Parameters<typeof askUrl>[0];
    const { body } = await token(at, exchangeForm(application, await codeFor(ann, askUrl(at, application))));
    const { user_id: _, ...told } = (await profile(at, body['access_token'] ?? '')).body;
    assert.deepEqual(told, { email: 'ann@own.example', name: 'Ann Own' });
  });

  it('and not one that nobody has proved, or whose domain another account has shown to be its own', async () => {
    const { ground, sessions } = stage.carillon.house;
    const told = async (id: string): Promise<unknown> => {
      const principal = await sessions.principal('user', id);
      assert.ok(principal);
      return (await claimsOf(ground.db.read, principal))['email_verified'];
    };
    const { id } = await personAt(stage, 'ann@own.example');
    assert.equal(await told(id), true);
    const ruth = await ground.db.write((m) => registerPerson(ground, m, team, { address: 'ruth@own.example' }));
    assert.equal(await told(ruth.id), false);
    await accountWith(stage, 'Owner', 'own.example');
    assert.equal(await told(id), false);
  });
});

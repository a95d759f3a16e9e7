import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { type TrailRecord, TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { listTrail } from '../../../src/trail/list.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { ownRoutes } from '../../../src/auth/pages/own/routes.ts';
import { parseAddresses } from '../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../src/users/invitations/invite.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import type { Page } from '../../support/page.ts';
import { routesAmong } from '../../support/routes.ts';
import { linkIn } from '../../support/smtp.ts';
import { accountWith, another, askFor, type OwnStage, password, setOwnStage } from './support.ts';

const ann = 'ann@own.example';

describeOnEachEngine('security check 36: own accounts', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  const wrong: string[] = [];
  const sentTo = new Set<string>();
  const secrets = new Set([password, another]);
  before(async () => {
    stage = await setOwnStage();
  });
  after(async () => {
    clock.reset();
    await stage.stop();
  });

  const records = async (): Promise<TrailRecord[]> => {
    const { ground } = stage.carillon.house;
    await ground.trail.flush();
    return ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
  };

  async function leaves<T>(name: string, by: 'User' | 'Anonymous', action: string, act: () => Promise<T>): Promise<T> {
    sentTo.add(action);
    const before = new Set((await records()).map(({ id }) => id));
    const done = await act();
    const fresh = (await records()).filter(({ id, readOnly }) => !before.has(id) && !readOnly);
    const left = fresh.map(({ eventName, errorMessage, identity }) =>
      [eventName, ...(errorMessage ? [errorMessage.split(':')[0]] : []), identity.type].join(' '),
    );
    if (left.join() !== `${name} ${by}`) wrong.push(`${name} ${by} left ${left.join()}`);
    return done;
  }

  it('each thing that they do leaves exactly one record, that says by whom, and no secret', async () => {
    const visitor = stage.carillon.visitor();
    const asks = (name: string, path: '/register' | '/reset'): Promise<string> =>
      leaves(name, 'Anonymous', path, () => askFor(stage, visitor, path, ann));
    const token = (link: string): void => void secrets.add(new URL(link, 'http://x').searchParams.get('token')!);
    const form = async (
      name: string,
      by: 'User' | 'Anonymous',
      page: Page,
      action: string,
      fields: Record<string, string>,
    ) => leaves(name, by, action, () => page.submit(action, fields));

    const register = await asks('RequestRegistration', '/register');
    token(register);
    const chosen = { name: 'Ann', password, again: password };
    await form('Register', 'User', await visitor.get(register), '/register/confirm', chosen);
    await form('ChangePassword', 'User', await visitor.get('/me/password'), '/me/password', {
      newPassword: another,
      again: another,
    });
    await form('RequestAddressChange', 'User', await visitor.get('/me/address'), '/me/address', {
      email: 'a@new.example',
    });
    for (const [to, name] of [
      [ann, 'ConfirmAddress'],
      ['a@new.example', 'ChangeAddress'],
    ] as const) {
      const link = linkIn(
        await stage.smtp.next(to, ({ text }) => text.includes('/address/confirm')),
        '/address/confirm',
      );
      token(link);
      await form(name, 'User', await stage.carillon.visitor().get(link), '/address/confirm', {});
    }
    const stranger = stage.carillon.visitor();
    const door = async (email: string, typed: string, name: string, by: 'User' | 'Anonymous'): Promise<void> => {
      const page = await stranger.postFrom('/signin', '/signin', { email });
      await leaves(name, by, '/signin/own', () =>
        stranger.post('/signin/own', { ...page.fields('/signin/own'), password: typed }),
      );
    };
    secrets.add('quite another one');
    await door('nobody@own.example', 'quite another one', 'SignIn own.signInFailed', 'Anonymous');
    await door('a@new.example', 'quite another one', 'SignIn own.signInFailed', 'Anonymous');
    await door('a@new.example', another, 'SignIn', 'User');
    const reset = await leaves('RequestPasswordReset', 'Anonymous', '/reset', () =>
      askFor(stage, visitor, '/reset', 'a@new.example'),
    );
    token(reset);
    await form('ResetPassword', 'User', await visitor.get(reset), '/reset/confirm', {
      newPassword: password,
      again: password,
    });
    await door('a@new.example', password, 'SignIn', 'User');

    const scope = await accountWith(stage, 'The Team');
    const { ground } = stage.carillon.house;
    const invite = async (email: string): Promise<string> => {
      await invitePeople(ground, scope, parseAddresses(email), { by: 'test' });
      const letter = await stage.smtp.next(email, ({ text }) => text.includes('/invitation?'));
      const link = linkIn(letter, '/invitation');
      token(link);
      return link;
    };
    await form('AcceptInvitation', 'User', await stranger.get(await invite('a@new.example')), '/invitation', {});
    const guest = await stage.carillon.visitor().get(await invite('guest@own.example'));
    await form('Register', 'User', guest, '/invitation/register', chosen);
    await form('DeleteOwnAccount', 'User', await stranger.get('/me/delete'), '/me/delete', {
      confirmation: 'a@new.example',
    });
    assert.deepEqual(wrong, []);

    const lists = await Promise.all(
      [nobodys.organisationId, scope.organisationId].map((organisationId) =>
        listTrail(ground, { organisationId, limit: 1000 }),
      ),
    );
    const all = JSON.stringify([await records(), lists]);
    for (const secret of secrets) assert.ok(!all.includes(secret), `a record has ${secret.slice(0, 10)}…`);
    assert.ok(!JSON.stringify(await records()).includes('@new.example'), 'an address stands in the clear');
  });

  it('and every form of theirs was sent', () => {
    const forms = routesAmong(stage.carillon, ownRoutes).filter(({ method }) => method === 'POST');
    assert.deepEqual(forms.map(({ path }) => path).toSorted(), [...sentTo].toSorted());
  });
});

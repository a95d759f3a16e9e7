import assert from 'node:assert/strict';
import { renameAccount } from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { mailHandlers } from '../../../src/app.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { MailTable } from '../../../src/platform/mail/mail.entity.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import {
  acceptInvitation,
  type Accepting,
  offerOf,
  offersTo,
  registerInvited,
} from '../../../src/users/invitations/accept.ts';
import { parseAddresses } from '../../../src/users/invitations/addresses.ts';
import { type Invitation, InvitationTable } from '../../../src/users/invitations/invitation.entity.ts';
import { listInvitations, statusOf, sweepInvitations } from '../../../src/users/invitations/invitations.ts';
import {
  type Invited,
  invitePeople,
  resendInvitation,
  revokeInvitation,
} from '../../../src/users/invitations/invite.ts';
import { removeUser } from '../../../src/users/lifecycle/administer.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { suspend } from '../../../src/users/lifecycle/suspension.ts';
import { shownTier } from '../../../src/users/trial/tier.ts';
import type { User } from '../../../src/users/user.entity.ts';
import { testCompany } from '../../support/company.ts';
import { UserCauseTable } from '../../../src/users/lifecycle/cause.entity.ts';
import type { Writer } from '../../../src/platform/database/unit.ts';
import { endWhatWasAlive } from '../../../src/storage/restored.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type Own, ownHouse } from './support.ts';

const day = 86_400_000;
const by = 'admin-1';

describeOnEachEngine('invitations', () => {
  let own: Own;
  let team: Scope;
  beforeEach(async () => {
    own = await ownHouse();
    team = await own.team('Acme');
  });
  afterEach(() => own.stop());

  const invite = (text: string, at = team): Promise<Invited[]> =>
    invitePeople(own.house.ground, at, parseAddresses(text), { by });
  /** Invites one, and gives the token of the link in the mail. */
  const invited = async (address: string, at = team): Promise<{ id: string; token: string }> => {
    const [{ invitation, error } = { invitation: null, error: null }] = await invite(address, at);
    assert.ok(invitation, error?.message);
    return { id: invitation.id, token: await tokenOf(address) };
  };
  const tokenOf = async (address: string): Promise<string> => {
    const letter = (await own.letters()).findLast(({ to }) => to === address)!.letter;
    return new URL(letter.action!.href).searchParams.get('token')!;
  };
  const stored = async (id: string): Promise<Invitation> =>
    (await own.house.ground.db.read.findOneBy(InvitationTable, { id }))!;
  const accept = async (user: User, how: Accepting['by'], leave = false): Promise<unknown> => {
    const { organisationId, accountId } = await own.stored(user);
    const { ground, upstairs } = own.house;
    return acceptInvitation(ground, upstairs, {
      userId: user.id,
      scope: { organisationId, accountId },
      by: how,
      leave,
    });
  };
  const registered = (token: string): Promise<{ user: User }> =>
    own.house.ground.db.write((m) => registerInvited(own.house.ground, m, token));

  it('are answered for each by itself: one that cannot be does not keep the others', async () => {
    const { ground } = own.house;
    const company = await testCompany(own.house, 'claimed.example');
    await company.person('paula');
    await own.register(team, 'in@any.example');
    const answers = await invite(
      'a@x.example; no address; paula@claimed.example; in@any.example; b@y.example; A@x.example',
    );
    assert.deepEqual(
      answers.map(({ address, invitation, error }) => [
        address,
        invitation && statusOf(invitation),
        error?.code ?? null,
      ]),
      [
        ['a@x.example', 'Pending', null],
        ['no', null, 'user.addressInvalid'],
        ['address', null, 'user.addressInvalid'],
        ['paula@claimed.example', null, 'invitation.domainClaimed'],
        ['in@any.example', null, 'invitation.member'],
        ['b@y.example', 'Pending', null],
      ],
    );
    assert.deepEqual(
      (await own.letters()).map(({ to, kind }) => [to, kind]),
      [
        ['a@x.example', 'invitation'],
        ['b@y.example', 'invitation'],
      ],
    );
    const records = await ground.db.read.findBy(TrailRecordTable, { eventName: 'InviteUsers' });
    assert.equal(records.length, 1);
    assert.ok(!JSON.stringify(records[0]!.requestParameters).includes('@'), 'addresses are personal');
  });

  it('are of team accounts alone', async () => {
    await own.verify(team, 'team.example');
    await assert.rejects(invite('a@x.example'), { code: 'invitation.notTeam', kind: 'Unprocessable' });
    const company = await testCompany(own.house);
    await assert.rejects(invite('a@x.example', company.scope), { code: 'invitation.notTeam' });
    const { organisationId } = company.scope;
    await assert.rejects(invite('a@x.example', { ...team, organisationId }), { code: 'account.notFound' });
  });

  it('are named after the account as it is called now, and hold a link that is kept nowhere else', async () => {
    const { ground } = own.house;
    const { id, token } = await invited('ada@x.example');
    await renameAccount(ground, team.organisationId, team.accountId, { name: 'Acme & Söhne' });
    clock.advance(60_000);
    await resendInvitation(ground, team, id, { by });
    const [mail, ...others] = await own.letters();
    assert.deepEqual(others, [], 'the first one, that had not been sent, is useless');
    assert.match(mail!.letter.subject, /Acme & Söhne/);
    assert.match(mail!.letter.paragraphs.join(' '), /ada@x\.example/);
    assert.notEqual(await tokenOf('ada@x.example'), token);
    assert.ok(!JSON.stringify(await stored(id)).includes(await tokenOf('ada@x.example')));
    await assert.rejects(offerOf(ground.db.read, { token }), { code: 'invitation.over' });
    const { account } = await offerOf(ground.db.read, { token: await tokenOf('ada@x.example') });
    assert.equal(account.name, 'Acme & Söhne');
  });

  it('whoever registers by the link is of the account, with its default licence, and no trial', async () => {
    const { ground } = own.house;
    const { id, token } = await invited('ada@x.example');
    const { user } = await registered(token);
    assert.equal(user.accountId, team.accountId);
    assert.equal(shownTier(await entitlement(ground.db.read, user.id)), 'Pro');
    assert.equal(statusOf(await stored(id)), 'Accepted');
    assert.deepEqual(await own.letters(), []);
    await own.signIn(user);
    assert.equal((await own.stored(user)).trialEndsAt, null);
    await assert.rejects(registered(token), { code: 'invitation.over' });
  });

  it('whoever has an account with that address keeps it, and their trial ends with Pro', async () => {
    const { ground } = own.house;
    const ruth = await own.alone('Ruth@x.example');
    const device = await own.signIn(ruth);
    const { id, token } = await invited('ruth@X.example');
    await assert.rejects(registered(token), { code: 'invitation.haveAccount' });
    assert.deepEqual(await offersTo(ground.db.read, ruth.primaryAddressKey), [{ id, account: 'Acme' }]);
    await accept(ruth, { invitationId: id });
    const now = await own.stored(ruth);
    assert.deepEqual([now.accountId, now.licence], [team.accountId, 'Pro']);
    assert.equal(shownTier(await entitlement(ground.db.read, ruth.id)), 'Pro');
    assert.equal(await own.isIn(device), true);
    assert.deepEqual(await offersTo(ground.db.read, ruth.primaryAddressKey), []);
    await assert.rejects(accept(ruth, { token }), { code: 'invitation.over' });
  });

  it('are accepted by nobody but who has that address', async () => {
    const { id, token } = await invited('ada@x.example');
    const mallory = await own.alone('mallory@x.example');
    await assert.rejects(accept(mallory, { token }), { code: 'invitation.otherAddress' });
    await assert.rejects(accept(mallory, { invitationId: id }), { code: 'invitation.otherAddress' });
    assert.equal(statusOf(await stored(id)), 'Pending');
    assert.equal((await own.stored(mallory)).accountId, nobodys.accountId);
  });

  it('into another team are accepted by leaving the first, which is asked', async () => {
    const other = await own.team('Other');
    const ruth = await own.register(other, 'ruth@x.example');
    const { token } = await invited('ruth@x.example');
    await assert.rejects(accept(ruth, { token }), { code: 'invitation.leaveFirst', message: /the team Other/ });
    assert.equal((await own.stored(ruth)).accountId, other.accountId);
    await accept(ruth, { token }, true);
    assert.equal((await own.stored(ruth)).accountId, team.accountId);
  });

  it('are nothing to whom a company manages', async () => {
    const enterprise = await own.team('Enterprise');
    const ruth = await own.register(enterprise, 'ruth@x.example');
    const { token } = await invited('ruth@x.example');
    await own.verify(enterprise, 'else.example');
    await assert.rejects(accept(ruth, { token }, true), { code: 'invitation.managed' });
    await own.verify(enterprise, 'x.example');
    await assert.rejects(accept(ruth, { token }, true), { code: 'invitation.managed' });
    await assert.rejects(registered(token), { code: 'invitation.domainClaimed' });
  });

  it('are over after 14 days, unless they are sent again', async () => {
    const { ground } = own.house;
    const { id, token } = await invited('ada@x.example');
    clock.advance(14 * day);
    await assert.rejects(offerOf(ground.db.read, { token }), { code: 'invitation.over' });
    assert.equal(statusOf(await stored(id)), 'Failed');
    await resendInvitation(ground, team, id, { by });
    assert.equal(statusOf(await stored(id)), 'Pending');
    clock.advance(14 * day);
    const [again] = await invite('ada@x.example');
    assert.equal(again?.invitation?.id, id, 'the same one, sent again');
    await registered(await tokenOf('ada@x.example'));
  });

  it('are over when they are revoked, with the mail that waits', async () => {
    const { ground } = own.house;
    const { id, token } = await invited('ada@x.example');
    assert.equal(await revokeInvitation(ground, team, id), true);
    assert.equal(await revokeInvitation(ground, team, id), false);
    assert.equal(await ground.db.read.countBy(MailTable, {}), 0);
    await assert.rejects(registered(token), { code: 'invitation.over' });
    await assert.rejects(resendInvitation(ground, team, id, { by }), { code: 'invitation.answered' });
    clock.advance(60_000);
    const anew = await invited('ada@x.example');
    assert.notEqual(anew.id, id);
    const other = await own.team('Other');
    await assert.rejects(revokeInvitation(ground, other, anew.id), { code: 'invitation.notFound' });
    await assert.rejects(resendInvitation(ground, other, anew.id, { by }), { code: 'invitation.notFound' });
  });

  it('are over when their account is an enterprise one, or deleted', async () => {
    const { ground } = own.house;
    const { token } = await invited('ada@x.example');
    await own.verify(team, 'acme.example');
    await assert.rejects(offerOf(ground.db.read, { token }), { code: 'invitation.over' });
    assert.deepEqual(await offersTo(ground.db.read, 'ada@x.example'), []);
  });

  it('are refused for an address that an administrator has suspended here', async () => {
    const { ground } = own.house;
    const tom = await own.register(team, 'tom@x.example');
    await ground.db.write((m) => suspend(ground, m, tom, by));
    await removeUser(ground, own.house.upstairs, team, tom.id);
    const [answer] = await invite('tom@x.example');
    assert.equal(answer?.error?.code, 'user.addressBarred');
  });

  it('a removed person can be invited again, and comes back', async () => {
    const { ground, upstairs } = own.house;
    const { user } = await registered((await invited('ada@x.example')).token);
    await removeUser(ground, upstairs, team, user.id);
    clock.advance(60_000);
    const { token } = await invited('ada@x.example');
    await accept(user, { token });
    assert.equal((await own.stored(user)).accountId, team.accountId);
    const { invitations } = await listInvitations(ground.db.read, { accountId: team.accountId, limit: 10 });
    assert.deepEqual(invitations.map(statusOf), ['Accepted', 'Accepted']);
  });

  it('flood no mailbox: not twice in a minute, and ten times in two weeks', async () => {
    const { ground } = own.house;
    const { id } = await invited('ada@x.example');
    const soon = (await invite('ada@x.example'))[0]?.error;
    assert.deepEqual([soon?.code, soon?.kind, soon?.retryAfter], ['invitation.sentJustNow', 'Throttled', 60]);
    for (let i = 0; i < 9; i++) {
      clock.advance(60_000);
      await resendInvitation(ground, team, id, { by });
    }
    clock.advance(60_000);
    await assert.rejects(resendInvitation(ground, team, id, { by }), { code: 'invitation.sentTooOften' });
    const handed = await resendInvitation(ground, team, id, { by, byHand: true });
    assert.ok(handed.link, 'handed over, no mail is sent');
    clock.advance(14 * day);
    await resendInvitation(ground, team, id, { by });
  });

  it('flood no mailbox by being revoked and made anew, nor from many organisations', async () => {
    const { ground } = own.house;
    const code = async (into = team): Promise<string | undefined> =>
      (await invite('ada@x.example', into))[0]?.error?.code;
    const round = async (into = team): Promise<void> => {
      const [one] = await invite('ada@x.example', into);
      await revokeInvitation(ground, into, one!.invitation!.id);
      clock.advance(60_000);
    };
    const [one] = await invite('ada@x.example');
    await revokeInvitation(ground, team, one!.invitation!.id);
    assert.equal(await code(), 'invitation.sentJustNow');
    clock.advance(60_000);
    for (let i = 0; i < 9; i++) await round();
    assert.equal(await code(), 'invitation.sentTooOften');
    for (const other of [await own.team('Two'), await own.team('Three')]) {
      for (let i = 0; i < 10; i++) await round(other);
    }
    assert.equal(await code(await own.team('Four')), 'invitation.sentTooOften');
    clock.advance(14 * day);
    assert.equal(await code(), undefined);
  });

  it('that were open when a backup was made are good again only when they are sent again', async () => {
    const { ground } = own.house;
    const user = await own.alone('ada@x.example');
    const { id, token } = await invited('ada@x.example');
    const runner = (m: Writer) =>
      ({ query: (text: string) => m.query(text), hasTable: async () => true, hasColumn: async () => true }) as never;
    await ground.db.write((m) => endWhatWasAlive(runner(m)));
    await assert.rejects(accept(user, { token }), { code: 'invitation.over' });
    await assert.rejects(accept(user, { invitationId: id }), { code: 'invitation.over' });
    clock.advance(60_000);
    await resendInvitation(ground, team, id, { by });
    await accept(user, { invitationId: id });
  });

  it('are so many in a day, of the whole organisation; time gives them back', async () => {
    await own.stop();
    own = await ownHouse({ invitationsPerDay: 3 });
    team = await own.team('Acme');
    const sister = await own.team('Sister', team.organisationId);
    const codes = (answers: Invited[]) => answers.map(({ error }) => error?.code ?? 'made');
    assert.deepEqual(codes(await invite('a@x.example b@x.example')), ['made', 'made']);
    const two = await invite('c@x.example d@x.example', sister);
    assert.deepEqual(codes(two), ['made', 'invitation.rateReached']);
    assert.ok(two[1]!.error!.retryAfter! > 0);
    assert.deepEqual(codes(await invite('e@x.example', await own.team('Stranger'))), ['made']);
    clock.advance(day / 3);
    assert.deepEqual(codes(await invite('d@x.example e@x.example')), ['made', 'invitation.rateReached']);
  });

  it('keep what became of their mail', async () => {
    const { ground } = own.house;
    const { id } = await invited('ada@x.example');
    assert.equal((await stored(id)).emailStatus, 'NotSent');
    const told = mailHandlers(own.house).get('invitation')!;
    const fate = { id: 'mail', kind: 'invitation', ...team, aboutId: id, reason: null };
    for (const outcome of ['Failed', 'Sent'] as const) {
      await ground.db.write((m) => told(m, { ...fate, outcome }));
      assert.equal((await stored(id)).emailStatus, outcome);
      assert.equal(statusOf(await stored(id)), 'Pending');
    }
  });

  it('are kept where no mail can be sent, and their links handed over', async () => {
    await own.stop();
    own = await ownHouse({ smtpUrl: undefined });
    team = await own.team('Acme');
    const [answer] = await invite('ada@x.example');
    assert.deepEqual([answer?.invitation?.emailStatus, answer?.link], ['NotSent', null]);
    const { link } = await resendInvitation(own.house.ground, team, answer!.invitation!.id, { by, byHand: true });
    await registered(new URL(link!).searchParams.get('token')!);
  });

  it('are accepted by nobody who was said no to meanwhile', async () => {
    const ruth = await own.alone('ruth@x.example');
    const { token } = await invited('ruth@x.example');
    const cause = { userId: ruth.id, cause: 'administrator', since: clock.now(), setBy: by } as const;
    await own.house.ground.db.write((m) => m.insert(UserCauseTable, cause));
    await assert.rejects(accept(ruth, { token }), { code: 'invitation.over' });
    assert.equal((await own.stored(ruth)).accountId, ruth.accountId);
  });

  it('of two who accept at once one is done', async () => {
    const { token } = await invited('ada@x.example');
    const ruth = await own.alone('ada@x.example');
    const both = await Promise.allSettled([accept(ruth, { token }), accept(ruth, { token })]);
    const refused = both.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
    );
    assert.equal(refused.length, 1);
    assert.ok(['invitation.over', 'user.notFound'].includes(refused[0]!), refused[0]);
  });

  it('of an acceptance and a revocation at once one is done', async () => {
    const { ground } = own.house;
    for (let i = 0; i < 4; i++) {
      const address = `p${i}@x.example`;
      const { id, token } = await invited(address);
      const one = await own.alone(address);
      const [accepted, revoked] = await Promise.allSettled([
        accept(one, { token }),
        revokeInvitation(ground, team, id),
      ]);
      const isIn = (await own.stored(one)).accountId === team.accountId;
      assert.equal(accepted.status === 'fulfilled', isIn);
      assert.equal(revoked.status === 'fulfilled' && revoked.value, !isIn);
    }
  });

  it('of an acceptance and a removal of the team that is left at once nobody is in two', async () => {
    const { ground, upstairs } = own.house;
    const other = await own.team('Other');
    const ruth = await own.register(other, 'ruth@x.example');
    const { token } = await invited('ruth@x.example');
    await Promise.allSettled([accept(ruth, { token }, true), removeUser(ground, upstairs, other, ruth.id)]);
    const { accountId, deletedAt } = await own.stored(ruth);
    assert.equal(deletedAt, null);
    assert.ok([team.accountId, nobodys.accountId].includes(accountId));
  });

  it('that came to nothing are forgotten after 90 days, those that were accepted with their person', async () => {
    const { ground, upstairs } = own.house;
    await invited('ada@x.example');
    const { user } = await registered((await invited('bob@x.example')).token);
    clock.advance(14 * day + 89 * day);
    await ground.db.write(sweepInvitations);
    assert.equal(await ground.db.read.countBy(InvitationTable, {}), 2);
    clock.advance(2 * day);
    await ground.db.write(sweepInvitations);
    assert.equal(await ground.db.read.countBy(InvitationTable, {}), 1);
    await invite('bob@x.example', await own.team('Other'));
    await ground.db.write((m) => upstairs.peopleErased(m, [user.id]));
    assert.equal(await ground.db.read.countBy(InvitationTable, {}), 0, 'nor what others sent to them');
    assert.ok(!(await own.letters()).some(({ to }) => to === 'bob@x.example'));
  });
});

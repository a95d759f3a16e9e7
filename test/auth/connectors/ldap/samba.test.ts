import assert from 'node:assert/strict';
import { Attribute, Change, type Client } from 'ldapts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { DirectoryGuessesTable } from '../../../../src/directory/ldap/sign-in/guess.entity.ts';
import { DirectoryTable } from '../../../../src/directory/ldap/directory.entity.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { runCommand } from '../../../support/command.ts';
import { administratorOf, needSamba, type Samba } from '../../../support/samba.ts';
import { ldapStage, type LdapStage } from './stage.ts';

describe('signing in at a real Active Directory', function () {
  this.timeout(60_000);
  let samba: Samba;
  let admin: Client;
  let stage: LdapStage;
  const people = 'OU=SigningIn,DC=corp,DC=example,DC=test';

  before(async function () {
    samba = await needSamba(this);
    admin = await administratorOf(samba);
    await admin.add(people, { objectClass: 'organizationalUnit' });
    stage = await ldapStage('samba', samba, ['example.test', 'corp.example.test'], {
      'Chime-Pro': 'Pro',
      'Chime-Basic': 'Basic',
    });
    await stage.poll();
  });
  after(async () => {
    await stage?.stop();
    await admin?.unbind();
  });
  beforeEach(() => forget());

  const forget = () =>
    stage.carillon.house.ground.db.write((m) => m.delete(DirectoryGuessesTable, { directoryId: stage.directory.id }));
  const at = (name: string) => `${name}@example.test`;
  const addPerson = (name: string): Promise<void> =>
    admin.add(`CN=${name},${people}`, [
      new Attribute({ type: 'objectClass', values: ['user'] }),
      new Attribute({ type: 'sAMAccountName', values: [name] }),
      new Attribute({ type: 'userAccountControl', values: ['512'] }),
      new Attribute({ type: 'unicodePwd', values: [Buffer.from(`"${samba.password}"`, 'utf16le')] }),
      new Attribute({ type: 'mail', values: [at(name)] }),
    ]);
  const tries = (address: string, name: string, password = samba.password) =>
    stage.signIn(stage.carillon.visitor(), address, name, password);
  const isIn = async (address: string, name: string, password = samba.password): Promise<boolean> => {
    const visitor = stage.carillon.visitor();
    const page = await stage.signIn(visitor, address, name, password);
    return page.status === 303 && (await visitor.followHere(page)).body.includes('You are signed in');
  };
  /** Why the last sign-in was refused, as the administrator reads it. */
  const causeOf = async (): Promise<unknown> => {
    const { trail, db } = stage.carillon.house.ground;
    await trail.flush();
    const records = await db.read.find(TrailRecordTable, {
      where: { organisationId: stage.scope.organisationId, eventName: 'SignIn' },
      order: { id: 'ASC' },
    });
    return records.at(-1)?.requestParameters?.['cause'];
  };

  it('asks for the password at the company, whoever the address is', async () => {
    const visitor = stage.carillon.visitor();
    for (const address of [at('alice'), at('nobody.at.all')]) {
      const page = await visitor.postFrom('/signin', '/signin', { email: address, target: '' });
      assert.equal(page.status, 200);
      assert.match(page.body, /type="password"/);
    }
  });

  it('lets in by the mail address, by one of type smtp, by sAMAccountName and by UPN', async () => {
    for (const name of [at('alice'), 'A.Liddell@example.test', 'ALICE', 'alice@corp.example.test']) {
      assert.ok(await isIn(at('alice'), name), name);
    }
  });

  it('lets in who is nested in a group, and who has an odd name', async () => {
    for (const name of ['bob', 'odd', 'jsmith', 'zoe', 'prim']) assert.ok(await isIn(at('bob'), name), name);
  });

  it('refuses every other form of a name that the directory would take', async () => {
    for (const name of [
      'CORP\\alice',
      'corp.example.test/Staff/Alice Liddell',
      'alice*',
      '*',
      'a*)(mail=*',
      'alice\0x',
    ]) {
      const page = await tries(at('alice'), name);
      assert.equal(page.status, 403, name);
    }
    assert.ok(await isIn(at('alice'), ' alice ')); // trimmed, as everywhere
  });

  it('sends no empty password and none with control characters', async () => {
    for (const password of ['', '\0', `${samba.password}\0junk`, `${samba.password}\n`]) {
      assert.equal((await tries(at('alice'), 'alice', password)).status, 403);
      assert.equal(await causeOf(), 'notSent');
    }
  });

  it('refuses an address that two entries have', async () => {
    assert.equal((await tries(at('dup'), at('dup'))).status, 403);
    assert.equal(await causeOf(), 'ambiguous');
  });

  for (const [name, cause] of [
    ['dave', 'disabled'],
    ['erin', 'locked'],
    ['heidi', 'accountExpired'],
    ['judy', 'logonHours'],
    ['nobody-here', 'nobody'],
  ] as const) {
    it(`tells ${name} no more than anybody, and the administrator "${cause}"`, async () => {
      const wrong = await tries(at('alice'), 'alice', 'Wr0ng-Passw0rd');
      assert.equal(await causeOf(), 'wrongPassword');
      const page = await tries(at(name), name);
      assert.equal(page.status, wrong.status);
      assert.equal(page.text.replaceAll(name, 'alice'), wrong.text);
      assert.equal(await causeOf(), cause);
      const { config } = stage.carillon.house.ground;
      const of = ['--organisation', stage.scope.organisationId];
      const listed = await runCommand(config, ['trail', 'list', '--event', 'SignIn', '--limit', '1', ...of]);
      assert.match(listed.stdout, new RegExp(`\\((?:${name}|${at(name)}): ${cause}\\)`));
    });
  }

  it('refuses who is in no group with a tier, and tells them so after the proof', async () => {
    const page = await tries(at('ivan'), 'ivan');
    assert.equal(page.status, 403);
    assert.match(page.body, /none of the groups/);
  });

  it('stops before the directory would lock the account', async () => {
    await addPerson('guessed');
    const before = samba;
    const replies: number[] = [];
    const attempts = Array.from({ length: 15 }, () => tries(at('guessed'), 'guessed', 'Wr0ng-Passw0rd'));
    for (const page of await Promise.all(attempts)) replies.push(page.status);
    assert.equal(replies.filter((status) => status === 429).length, 5); // this domain never locks: ten reach it
    const page = await tries(at('guessed'), 'guessed', before.password);
    assert.equal(page.status, 429);
    assert.match(page.text, /too many wrong passwords/);
  });

  it('has who must change it choose another password, in the directory, and lets them in', async () => {
    const own = 'mustchange';
    await addPerson(own);
    const change = (dn: string, operation: 'add' | 'replace', type: string, value: string) =>
      admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values: [value] }) }));
    await change(`CN=${own},${people}`, 'replace', 'pwdLastSet', '0');
    await change('CN=Chime-Basic,OU=Groups,DC=corp,DC=example,DC=test', 'add', 'member', `CN=${own},${people}`);
    await stage.poll();
    const visitor = stage.carillon.visitor();
    const asked = await stage.signIn(visitor, at(own), own, samba.password);
    assert.match(asked.body, /Choose another password/);
    const fields = asked.fields('/signin/new-password');
    const send = (password: string, newPassword: string, again = newPassword) =>
      visitor.post('/signin/new-password', { ...fields, password, newPassword, again });
    assert.equal((await send(samba.password, 'N3w-Passw0rd!', 'different')).status, 400);
    assert.equal((await send('Wr0ng-Passw0rd', 'N3w-Passw0rd!')).status, 403);
    assert.equal((await send(samba.password, 'short')).status, 400);
    const page = await send(samba.password, 'N3w-Passw0rd!');
    assert.equal(page.status, 303, page.body);
    assert.ok(await isIn(at(own), own, 'N3w-Passw0rd!'));
  });

  it('refuses an address of a domain that the account has not claimed', async () => {
    const page = await stage.carillon
      .visitor()
      .postFrom('/signin', '/signin', { email: 'alice@alias.example.test', target: '' });
    assert.match(page.body, /action="\/signin\/own"/, 'people without a directory sign in there');
    assert.equal((await tries(at('alice'), 'alice@alias.example.test')).status, 403);
  });

  it('keeps whoever is in signed in while the directory is away, and lets nobody else in', async () => {
    const visitor = stage.carillon.visitor();
    await stage.signIn(visitor, at('alice'), 'alice', samba.password);
    const { house } = stage.carillon;
    const away = { servers: [`ldaps://${samba.host}:1`], updatedAt: Date.now() };
    await house.ground.db.write((m) => m.update(DirectoryTable, { id: stage.directory.id }, away));
    await stage.poll();
    assert.match((await visitor.get('/me')).body, /You are signed in/);
    const refused = await tries(at('alice'), 'alice');
    assert.equal(refused.status, 502);
    assert.match(refused.text, /directory does not answer as it should at the moment\. It is not your password/);
    assert.doesNotMatch(refused.text, /Test the directory/);
    const back = { servers: stage.directory.servers, updatedAt: Date.now() + 1 };
    await house.ground.db.write((m) => m.update(DirectoryTable, { id: stage.directory.id }, back));
    assert.ok(await isIn(at('alice'), 'alice'));
    assert.equal(await house.ground.db.read.countBy(UserTable, { primaryAddressKey: at('alice') }), 1);
  });
});

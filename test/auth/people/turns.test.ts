import assert from 'node:assert/strict';
import type { Connection } from 'pg';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import type { House } from '../../../src/app.ts';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import type { Browser } from '../../../src/auth/credentials/signing-in/browser.ts';
import { makePerson } from '../../../src/auth/own/register.ts';
import { ownAt, signInOwn } from '../../../src/auth/own/sign-in.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { Message } from '../../../src/platform/database/postgres/message.ts';
import { hashPassword } from '../../../src/platform/secrets/passwords.ts';
import { testCompany } from '../../support/company.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import { migratedDatabase, needPostgres } from '../../support/postgres.ts';

const password = 'three ferries cross at noon';
const address = 'rosa@own.example';
type Submit = (this: Message, connection: Connection) => null;
const from = (device?: string): Browser => ({ browser: 'a browser', device, previous: null });

describe('messages to PostgreSQL', function () {
  this.timeout(60_000);
  let house: House & { stop: () => Promise<void> };
  const submit = Object.getOwnPropertyDescriptor(Message.prototype, 'submit')!.value as Submit;
  let sent = 0;
  /** What work sends: nothing else here speaks with the server meanwhile but the news, which go their own way. */
  const messagesOf = async (work: () => Promise<unknown>): Promise<number> => {
    await house.ground.trail.flush();
    sent = 0;
    await work();
    return sent;
  };
  before(async function () {
    await needPostgres(this);
    house = await testHouse(testConfig({ databaseUrl: await migratedDatabase() }));
    Message.prototype.submit = function (connection) {
      sent += 1;
      return submit.call(this, connection);
    };
  });
  after(async () => {
    Message.prototype.submit = submit;
    await house?.stop();
  });

  it('are three for a password sign-in of somebody known: what is there, what holds, what is stored', async () => {
    const { ground, sessions } = house;
    const passwordHash = await hashPassword(password);
    await ground.db.write((m) => makePerson(ground, m, { ...nobodys }, { address, displayName: null, passwordHash }));
    const signIn = async (device?: string): Promise<string | null> => {
      const at = await ownAt(ground.db.read, address, device);
      const entered = await signInOwn(ground, sessions, { address, password, target: '/' }, from(device), at);
      assert.equal(entered.step, 'in');
      return 'device' in entered ? entered.device : null;
    };
    let device: string | null = null;
    const again = async (): Promise<unknown> => (device = await signIn(device ?? undefined));
    await again();
    assert.equal(await messagesOf(again), 3);
  });

  it('are three for whom a connector has proved and who has signed in before', async () => {
    const { ground, sessions } = house;
    const acme = await testCompany(house);
    await acme.member('paula', 'Pro', '00u-paula');
    const connection = (await ground.db.read.findOneBy(ConnectionTable, { id: acme.scope.connectionId }))!;
    const said = { subject: '00u-paula', address: null, target: '/', authTime: null, amr: null };
    const proof = { connection, issuer: connection.issuer, ...said };
    const again = (): Promise<unknown> => letIn(ground, sessions, proof, null);
    await again();
    assert.equal(await messagesOf(again), 3);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setAccessKeyActive } from '../../src/access/keys/keys.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { testFolder } from '../support/folder.ts';
import { type Api, type Key, startApi } from './support.ts';

/** Debian's package: which `npm test` installs where it may. */
const aws = '/usr/bin/aws';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

describe('security check 33: aws chime, unmodified', function () {
  this.timeout(90_000); // each call starts a Python program
  let api: Api;
  let accountId: string;
  let ada: string;
  before(async function () {
    if (!existsSync(aws)) this.skip();
    api = await startApi();
    accountId = api.acme.scope.accountId;
    ada = (await api.acme.member('ada', 'Pro')).id;
    for (const name of ['ben', 'carl+x', 'dora']) await api.acme.person(name);
    const { organisationId } = api.acme.scope;
    for (const name of ['Zebra é/b', 'Zebra 2']) await createAccount(api.house.ground, organisationId, { name });
  });
  after(() => api?.stop());

  function run(words: string[], key: Key = api.acme.key, endpoint = api.url): Promise<Outcome> {
    const home = testFolder();
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: home,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secret,
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      LC_ALL: 'C.UTF-8',
    };
    const all = ['chime', ...words, '--endpoint-url', endpoint, '--output', 'json'];
    return new Promise((resolve) => {
      execFile(aws, all, { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  }
  async function ok<T>(words: string[], endpoint?: string): Promise<T> {
    const { code, stdout, stderr } = await run(words, api.acme.key, endpoint);
    assert.equal(code, 0, stderr);
    return (stdout === '' ? {} : JSON.parse(stdout)) as T;
  }
  const refused = async (words: string[], exception: string, operation: string, key?: Key): Promise<string> => {
    const { code, stderr } = await run(words, key);
    assert.equal(code, 254, stderr);
    assert.ok(stderr.includes(`An error occurred (${exception}) when calling the ${operation} operation: `), stderr);
    return stderr;
  };
  const names = (answer: { Accounts: { Name: string }[] }): string[] => answer.Accounts.map(({ Name }) => Name);

  it('list-accounts: all, by name, by address, page by page, and from a token', async () => {
    assert.deepEqual(names(await ok(['list-accounts'])), ['Acme', 'Zebra 2', 'Zebra é/b']);
    assert.deepEqual(names(await ok(['list-accounts', '--page-size', '1'])), ['Acme', 'Zebra 2', 'Zebra é/b']);
    assert.deepEqual(names(await ok(['list-accounts', '--name', 'Zebra é/b'])), ['Zebra é/b']);
    assert.deepEqual(names(await ok(['list-accounts', '--user-email', 'carl+x@acme.example'])), ['Acme']);
    const first = await ok<{ Accounts: { Name: string }[]; NextToken: string }>([
      'list-accounts',
      '--max-items',
      '2',
      '--page-size',
      '1',
    ]);
    assert.deepEqual(names(first), ['Acme', 'Zebra 2']);
    const rest = await ok<typeof first>(['list-accounts', '--starting-token', first.NextToken]);
    assert.deepEqual(names(rest), ['Zebra é/b']);
    assert.equal(rest.NextToken, undefined);
  });

  it('list-accounts below the prefix /api', async () => {
    assert.deepEqual(names(await ok(['list-accounts', '--name', 'Acme'], `${api.url}/api`)), ['Acme']);
  });

  it('list-users and get-user, as the model has them', async () => {
    const { Users } = await ok<{ Users: Record<string, string>[] }>([
      'list-users',
      '--account-id',
      accountId,
      '--page-size',
      '2',
    ]);
    assert.deepEqual(
      Users.map(({ PrimaryEmail }) => PrimaryEmail),
      ['ada', 'ben', 'carl+x', 'dora'].map((name) => `${name}@acme.example`),
    );
    const { User } = await ok<{ User: Record<string, string> }>([
      'get-user',
      '--account-id',
      accountId,
      '--user-id',
      ada,
    ]);
    assert.deepEqual(User, Users[0]);
    assert.equal(User['LicenseType'], 'Pro');
  });

  it('logout-user puts the person out, and prints nothing', async () => {
    const { sessions, ground } = api.house;
    const principal = await sessions.principal('user', ada);
    const { token } = await ground.db.write((m) => sessions.begin(m, principal!, 3_600_000));
    assert.deepEqual(await ok(['logout-user', '--account-id', accountId, '--user-id', ada]), {});
    assert.equal((await sessions.check(token, 'user')).in, false);
  });

  it('errors by their names', async () => {
    await refused(['get-user', '--account-id', accountId, '--user-id', 'nobody'], 'NotFoundException', 'GetUser');
    await refused(['list-users', '--account-id', 'a b+c/d é'], 'NotFoundException', 'ListUsers');
    const { accountId: theirs } = api.other.scope;
    await refused(['list-users', '--account-id', theirs], 'NotFoundException', 'ListUsers');
    const told = await refused(
      ['list-accounts', '--next-token', 'x', '--no-paginate'],
      'BadRequestException',
      'ListAccounts',
    );
    assert.match(told, /next-token/);
    const { code, stderr } = await run(['get-global-settings'], api.acme.key, `${api.url}/api`);
    assert.equal(code, 254);
    assert.ok(stderr.includes('(UnknownOperationException)'), stderr);
  });

  it('a wrong secret, a key that is off, a stranger, no signature', async () => {
    const { key } = api.acme;
    await refused(['list-accounts'], 'InvalidSignatureException', 'ListAccounts', { ...key, secret: 'wrong' });
    const stranger = { ...key, accessKeyId: 'CKIA0000000000000000' };
    await refused(['list-accounts'], 'UnrecognizedClientException', 'ListAccounts', stranger);
    await refused(['list-accounts', '--no-sign-request'], 'MissingAuthenticationTokenException', 'ListAccounts');
    await setAccessKeyActive(api.house.ground, key.owner, key.accessKeyId, false);
    await refused(['list-accounts'], 'UnrecognizedClientException', 'ListAccounts');
    await setAccessKeyActive(api.house.ground, key.owner, key.accessKeyId, true);
    assert.deepEqual(names(await ok(['list-accounts', '--name', 'Acme'])), ['Acme']);
  });
});

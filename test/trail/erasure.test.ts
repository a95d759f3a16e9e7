import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createAccessKey } from '../../src/access/keys/keys.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { listTrail } from '../../src/trail/list.ts';
import { presentRecord } from '../../src/trail/present.ts';
import { deletePerson } from '../../src/users/lifecycle/people.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { deleteAccount, deleteOrganisation } from '../../src/users/lifecycle/delete-account.ts';
import { eraseWhatIsDue } from '../../src/users/lifecycle/erase.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { storage } from '../../src/storage/storage.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { verifyChain } from '../../src/trail/verify/verify.ts';
import { address, signIn } from '../auth/pages/support.ts';
import { authorize, type OpenIdStage, setOpenIdStage } from '../auth/provider/stage.ts';
import { newAdministrator } from '../support/administrator.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { amzTime, send, signed } from '../support/signer.ts';
import { until } from '../support/until.ts';
import { sealAll } from './support.ts';

const dayMs = 86_400_000;
/** Whatever tells of the person: name and address, and the browser that nobody else has. */
const tells = ['rosa.rogue@', 'rosarogue', 'rosa rogue', 'OnlyRosaHasThis/4.2'];

describeOnEachEngine('erasing a person, end to end', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  beforeEach(async () => {
    stage = await setOpenIdStage();
  });
  afterEach(async () => {
    await stage.stop();
    clock.reset();
  });

  /** Where the database says anything of the person, in any column of any table. */
  async function places(): Promise<string[]> {
    const { house } = stage.carillon;
    const found: string[] = [];
    for (const { options } of storage.entities) {
      const all = await house.ground.db.read.query<Record<string, unknown>[]>(`SELECT * FROM "${options.tableName}"`);
      for (const row of all) {
        for (const [column, value] of Object.entries(row)) {
          const text = (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';
          if (tells.some((tell) => text.toLowerCase().includes(tell.toLowerCase()))) {
            found.push(`${options.tableName}.${column}: ${text.slice(0, 120)}`);
          }
        }
      }
    }
    return [...new Set(found)];
  }

  const trailText = async (): Promise<string> => {
    const { ground, inspector } = stage.carillon.house;
    await inspector.flush();
    await ground.trail.flush();
    const { organisationId } = stage.company.scope;
    return JSON.stringify((await listTrail(ground, { organisationId, limit: 500 })).map(presentRecord));
  };

  /** Signs in, uses an application with refresh tokens, looks at their page, and is refused something. */
  async function live(): Promise<void> {
    const { carillon, company } = stage;
    const { token } = await createScimKey(carillon.house.ground, company.scope, { name: 'Okta' });
    const renamed = await fetch(`${carillon.url}/scim/v2/Users/${stage.userId}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', value: { displayName: 'Rosa Rogue', 'name.familyName': 'Rosarogue' } }],
      }),
    });
    assert.equal(renamed.status, 200, await renamed.text());
    await lookedFor();
    const visitor = carillon.visitor('OnlyRosaHasThis/4.2');
    assert.match((await signIn(visitor)).url, /\/me$/);
    const application = await stage.application({ backchannelLogoutUri: 'http://127.0.0.1:1/logout' });
    await authorize(application, visitor, { scope: 'openid profile email offline_access', prompt: 'consent' });
    await visitor.get('/me');
    await visitor.postFrom('/me', '/me/devices/nonsense/sign-out');
    assert.match(await trailText(), /rosa\.rogue@[\s\S]*OnlyRosa|OnlyRosa[\s\S]*rosa\.rogue@/);
    assert.notDeepEqual(await places(), []);
    const [kept] = await carillon.house.ground.db.read.query<{ person: string }[]>(
      `SELECT "person" FROM "scim_requests"`,
    );
    assert.equal(kept?.person, stage.userId, 'the inspector keeps what the directory sent as theirs');
  }

  /** Others look for the person by their address: a program, an administrator's command, a directory. */
  async function lookedFor(): Promise<void> {
    const { carillon, company } = stage;
    const { ground } = carillon.house;
    const owner = await newAdministrator(carillon.house, 'grace', company.scope.organisationId);
    const { key, secret } = await createAccessKey(ground, owner);
    const asked = { accessKeyId: key.id, secret };
    const email = encodeURIComponent(address);
    const users = `/accounts/${company.scope.accountId}/users`;
    for (const [target, status] of [
      [`${users}?user-email=${email}`, 200],
      [`${users}?user-email=${email}&max-results=none`, 400],
      [`/accounts?user-email=${email}`, 200],
      [`/accounts?userEmail=${email}`, 400],
      [`${users}/${email}`, 404],
    ] as const) {
      const headers: [string, string][] = [
        ['Host', new URL(carillon.url).host],
        ['X-Amz-Date', amzTime(clock.now())],
      ];
      const answer = await send(carillon.url, signed({ method: 'GET', target, headers }, asked));
      assert.equal(answer.status, status, `${target}: ${answer.body}`);
    }
    const found = await runCommand(ground.config, [
      'user',
      'list',
      '--organisation',
      company.scope.organisationId,
      '--account',
      'Acme',
      '--search',
      address,
    ]);
    assert.equal(found.status, 0, found.stderr);
    await ground.trail.flush();
    const sealedAs = await ground.db.read.query<{ personal: unknown; eventName: string }[]>(
      `SELECT "eventName", "personal" FROM "trail_records" WHERE "eventName" IN ('ListUsers', 'ListAccounts')`,
    );
    assert.ok(sealedAs.length >= 5);
    for (const { eventName, personal } of sealedAs) {
      assert.ok(JSON.stringify(personal).includes(stage.userId), `${eventName} is about the person`);
    }
  }

  async function erased(): Promise<void> {
    const { house } = stage.carillon;
    clock.advance((house.ground.config.keepDeletedDays + 1) * dayMs);
    await until(() => eraseWhatIsDue(house.ground, house.upstairs));
    await until(async () => (await house.ground.db.read.countBy(UserTable, { id: stage.userId })) === 0);
    await house.ground.trail.flush();
  }

  async function nothingIsLeft(): Promise<void> {
    const { house } = stage.carillon;
    assert.deepEqual(await places(), []);
    const shown = await trailText();
    assert.match(shown, /\(erased\)/);
    for (const tell of tells) assert.ok(!shown.toLowerCase().includes(tell.toLowerCase()), tell);
    await sealAll(new Sealer(house.ground));
    const report = await verifyChain(house.ground, stage.company.scope.organisationId);
    assert.deepEqual([report.finding, report.erased > 0], [null, true]);
    const file = join(house.ground.config.dataDir, 'after.backup');
    const made = await runCommand(house.ground.config, ['backup', file]);
    assert.equal(made.status, 0, made.stderr);
    const backup = gunzipSync(readFileSync(file)).toString('utf8').toLowerCase();
    for (const tell of tells) assert.ok(!backup.includes(tell.toLowerCase()), `the backup has ${tell}`);
  }

  it('a person who signed in, used an application, was suspended and deleted leaves nothing', async () => {
    const { house } = stage.carillon;
    const { scope } = stage.company;
    await live();
    await suspendUser(house.ground, scope, stage.userId, 'admin');
    const user = await house.ground.db.read.findOneBy(UserTable, { id: stage.userId });
    await house.ground.db.write((m) => deletePerson(house.ground, m, user!));
    await erased();
    await nothingIsLeft();
    const { id } = await stage.company.person('rosa.rogue');
    const [cause] = await house.ground.db.read.query<{ cause: string }[]>(
      `SELECT "cause" FROM "user_causes" WHERE "userId" = '${id}'`,
    );
    assert.equal(cause?.cause, 'administrator', 'the name is barred still');
  });

  it('an organisation that is deleted leaves nothing of its people', async () => {
    const { house } = stage.carillon;
    const { organisationId } = stage.company.scope;
    await live();
    await deleteOrganisation(house.ground, house.upstairs, organisationId, organisationId);
    await erased();
    await nothingIsLeft();
    const [left] = await house.ground.db.read.query<{ n: string | number }[]>(
      `SELECT COUNT(*) AS "n" FROM "trail_person_keys" WHERE "organisationId" = '${organisationId}' AND "sealedKey" IS NOT NULL`,
    );
    assert.equal(Number(left?.n), 0, 'no key of the organisation is left');
  });

  it('an account that is deleted leaves nothing of its people', async () => {
    const { house } = stage.carillon;
    const { scope } = stage.company;
    await live();
    await house.ground.db.write((m) => m.query(`DELETE FROM "domains"`));
    await deleteAccount(house.ground, house.upstairs, scope, 'Acme');
    await erased();
    await nothingIsLeft();
  });
});

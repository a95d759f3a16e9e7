import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as openid from 'openid-client';
import { totpSecrets, totpTables } from '../../src/auth/credentials/factors/factors.entity.ts';
import { apiReplyBody, ApiReplyTable } from '../../src/api/replay/reply.entity.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import { createAccessKey } from '../../src/access/keys/keys.ts';
import { buildHouse } from '../../src/app.ts';
import { addUpstream } from '../../src/auth/connectors/upstream/providers.ts';
import { rotateNow } from '../../src/auth/provider/keys/rotate.ts';
import { authoriseDirectory } from '../../src/directory/ldap/settings/authorise.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { post } from '../../src/platform/mail/post.ts';
import { placeIn } from '../../src/platform/secrets/sealed.ts';
import { retireKeys, rotateSecrets } from '../../src/storage/secrets/rotate.ts';
import { sealedColumns } from '../../src/storage/storage.ts';
import { listTrail } from '../../src/trail/list.ts';
import { Digests } from '../../src/trail/seals/digests.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { verifyChain } from '../../src/trail/verify/verify.ts';
import { signInBy } from '../auth/connectors/upstream/stage.ts';
import { signInUpToCallback } from '../auth/pages/support.ts';
import { authorize, type OpenIdStage, setOpenIdStage, signedIn } from '../auth/provider/stage.ts';
import { inputFor } from '../directory/ldap/support.ts';
import { newAdministrator } from '../support/administrator.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { startFakeAd } from '../support/fake-ad.ts';
import { amzTime, send, signed } from '../support/signer.ts';
import { sealAll } from '../trail/support.ts';

type Sealed = { row: string; text: string };

describeOnEachEngine('secrets rotate, with every sealed column filled', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  beforeEach(async () => {
    stage = await setOpenIdStage();
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  it('after the older keys are gone everything opens, here and in a house beside it, and the trail verifies', async () => {
    const { carillon, company } = stage;
    const { house } = carillon;
    const { ground } = house;
    const { organisationId } = company.scope;
    const beside = await buildHouse(ground.config);

    const visitor = await signedIn(stage); // a person's key
    const application = await stage.application(); // a signing key
    const asked = { scope: 'openid offline_access', prompt: 'consent' };
    const tokens = await authorize(application, visitor, asked); // artifacts
    await signInUpToCallback(carillon.visitor()); // an attempt
    const { subject, issuer, clientId, clientSecret } = stage.provider;
    await addUpstream(house, { name: 'Rogue', kind: 'openid', issuer, clientId, clientSecret });
    const known = subject.email;
    subject.email = 'somebody@new.example';
    await signInBy(carillon.visitor()); // an upstream provider, an attempt there, and what came of it
    subject.email = known;
    const owner = await newAdministrator(house, 'grace', organisationId);
    const { key, secret } = await createAccessKey(ground, owner);
    const logout = async (): Promise<number> => {
      const target = `/accounts/${company.scope.accountId}/users/${stage.userId}?operation=logout`;
      const headers: [string, string][] = [
        ['Host', new URL(carillon.url).host],
        ['X-Amz-Date', amzTime(clock.now())],
      ];
      const request = signed({ method: 'POST', target, headers }, { accessKeyId: key.id, secret, owner } as never);
      return (await send(carillon.url, request)).status;
    };
    assert.equal(await logout(), 204);
    const holders = { administrator: owner.administratorId, user: stage.userId };
    const reply = {
      id: newId(),
      organisationId,
      accessKeyId: key.id,
      fingerprint: 'x',
      status: 200,
      createdAt: Date.now(),
    };
    const body = ground.seal.seal('{}', placeIn(apiReplyBody, reply.id));
    await ground.db.write(async (m) => {
      for (const kind of ['administrator', 'user'] as const) {
        const holderId = holders[kind];
        const sealed = ground.seal.seal('JBSWY3DPEHPK3PXP', placeIn(totpSecrets[kind], holderId));
        await m.insert(totpTables[kind], { holderId, organisationId, lastStep: 0, createdAt: 1, secret: sealed });
      }
      await m.insert(ApiReplyTable, { ...reply, body });
      const mailing = { ...ground, config: { ...ground.config, smtpUrl: 'smtp://localhost' } };
      const letter = { subject: 'x', title: 'x', paragraphs: [] };
      const mail = { kind: 'test', organisationId, accountId: null, aboutId: null, expiresAt: 0 };
      await post(mailing, m, { ...mail, to: 'a@b.example', letter });
    });
    const ad = await startFakeAd({ entries: [{ dn: 'DC=fake,DC=example,DC=test', attributes: {} }] });
    await authoriseDirectory(ground, house.ldap, company.scope, inputFor(ad), null); // a service account's password
    await ad.stop();
    await sealAll(new Sealer(ground)); // a chain's proof
    clock.advance(2 * 3_600_000);
    await new Digests(ground).turn(); // the trail's key

    const read = async (): Promise<Map<string, Sealed[]>> => {
      const all = new Map<string, Sealed[]>();
      for (const column of sealedColumns) {
        const rows = await ground.db.read.query<Sealed[]>(
          `SELECT "${column.key}" AS "row", "${column.column}" AS "text" FROM "${column.table}" WHERE "${column.column}" IS NOT NULL`,
        );
        all.set(`${column.table}.${column.column}`, rows);
      }
      return all;
    };
    const opened = async (seal: typeof ground.seal): Promise<Map<string, string>> => {
      const plain = new Map<string, string>();
      for (const column of sealedColumns) {
        const name = `${column.table}.${column.column}`;
        for (const { row, text } of (await read()).get(name) ?? []) {
          plain.set(`${name} of ${row}`, seal.unseal(text, placeIn(column, row)));
        }
      }
      return plain;
    };
    for (const [name, rows] of await read()) assert.ok(rows.length > 0, `nothing is sealed in ${name}`);
    const before = await opened(ground.seal);

    // Beside everything that goes on: the sealer, a rotation of signing keys, somebody who acts.
    const [done] = await Promise.all([
      rotateSecrets(beside.ground, beside.keyring, sealedColumns),
      sealAll(new Sealer(ground)),
      rotateNow(ground),
      openid.refreshTokenGrant(application.configuration, tokens.refresh_token!).catch(() => null),
      visitor.get('/me'),
    ]);
    assert.deepEqual(done.failed, []);
    await rotateSecrets(beside.ground, beside.keyring, sealedColumns);
    clock.advance(61_000);
    const retired = await retireKeys(beside.ground, sealedColumns);
    assert.deepEqual(retired.needed, []);
    assert.equal(retired.retired.length, 2);
    const ring = JSON.parse(readFileSync(join(ground.config.certsDir, 'keyring.json'), 'utf8')) as { keys: object };
    assert.equal(Object.keys(ring.keys).length, 1);

    const fresh = await buildHouse(ground.config);
    for (const { seal } of [ground, beside.ground, fresh.ground]) {
      const after = await opened(seal);
      for (const [place, plain] of before) {
        if (/trail_chains|oidc_artifacts/.test(place)) continue; // gone on meanwhile
        assert.equal(after.get(place), plain, place);
      }
    }
    for (const each of [house, beside, fresh]) {
      await sealAll(new Sealer(each.ground));
      assert.equal((await verifyChain(each.ground, organisationId)).finding, null);
      await each.ground.trail.flush();
      const records = JSON.stringify(await listTrail(each.ground, { organisationId, limit: 500 }));
      assert.match(records, /rosa\.rogue@acme\.example/);
      assert.doesNotMatch(records, /\((?:altered|erased|sealed)\)/);
    }
    assert.equal(await logout(), 204, 'an access key signs as before');
    const again = await authorize(application, await signedIn(stage), asked);
    await openid.refreshTokenGrant(application.configuration, again.refresh_token!);
    await beside.close();
    await fresh.close();
  });
});

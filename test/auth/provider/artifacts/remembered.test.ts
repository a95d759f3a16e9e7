import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { House } from '../../../../src/app.ts';
import type { Artifact } from '../../../../src/auth/provider/artifacts/artifact.entity.ts';
import { artifactId } from '../../../../src/auth/provider/artifacts/ids.ts';
import { RememberedTokens } from '../../../../src/auth/provider/artifacts/remembered.ts';
import {
  readArtifact,
  removeGrant,
  removeGrantsOf,
  writeArtifact,
} from '../../../../src/auth/provider/artifacts/rows.ts';
import { userPrincipal } from '../../../../src/auth/people/principal.ts';
import type { Principal } from '../../../../src/auth/sessions/principal.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { Database } from '../../../../src/platform/database/database.ts';
import { Outbox } from '../../../../src/platform/outbox/outbox.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { testCompany } from '../../../support/company.ts';
import { databaseAt, describeOnEachEngine } from '../../../support/engines.ts';
import { testFolder } from '../../../support/folder.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import { until } from '../../../support/until.ts';
import { testClient } from '../support.ts';

/** How a token ends by its row, and not by its person, session or client. */
const ends: Record<string, (house: House, of: { userId: string; clientId: string }) => Promise<unknown>> = {
  'is revoked': ({ artifacts }) => artifacts.adapter('AccessToken', nobody).destroy('token'),
  'ends with its grant': ({ ground }) => ground.db.write((m) => removeGrant(ground.outbox, m, 'grant')),
  'is taken back with everything that the application has': ({ ground }, { userId, clientId }) =>
    ground.db.write((m) => removeGrantsOf(ground.outbox, m, userId, clientId)),
};
const nobody = () => ({ organisationId: null, accountId: null, refreshScope: undefined });
const id = artifactId('AccessToken', 'token');

describeOnEachEngine('tokens in memory', () => {
  let house: House & { stop: () => Promise<void> };
  let other: Database;
  let there: RememberedTokens;
  let principal: Principal;
  let clientId: string;

  beforeEach(async () => {
    const databaseUrl = await databaseAt(join(testFolder(), 'carillon.db'));
    house = await testHouse(testConfig({ databaseUrl }));
    const acme = await testCompany(house);
    const paula = await acme.member('paula', 'Pro');
    principal = (await userPrincipal(house.ground.db.read, paula.id))!;
    const { client } = await testClient(house, acme.scope.organisationId, {});
    clientId = client.id;
    other = await Database.open(databaseUrl, storage);
    there = new RememberedTokens(other, new Outbox(other));
    await house.ground.db.write((m) => writeArtifact(m, token()));
  });
  afterEach(async () => {
    clock.reset();
    await house.stop();
    await other.close();
  });

  const token = (): Artifact => ({
    id,
    model: 'AccessToken',
    organisationId: principal.organisationId,
    accountId: principal.accountId,
    clientId,
    userId: principal.id,
    grantId: 'grant',
    sessionId: null,
    endsWithSession: false,
    epoch: principal.epoch,
    accountEpoch: principal.accountEpoch,
    userCodeHash: null,
    payload: '{}',
    sealedPayload: null,
    createdAt: clock.now(),
    expiresAt: clock.now() + 60_000,
    consumedAt: null,
  });
  const rememberThere = async (): Promise<void> => {
    await until(async () => {
      const { moment } = there; // what another process has just done may still be news here
      const row = await readArtifact(other.read, id);
      if (row) there.remember(moment, row);
      return there.get(id) !== undefined;
    });
  };

  for (const [how, end] of Object.entries(ends)) {
    it(`are forgotten at once when one ${how}, and by every other process`, async () => {
      await house.artifacts.live(id);
      assert.equal(house.artifacts.isRemembered(id), true);
      await rememberThere();
      await end(house, { userId: principal.id, clientId });
      assert.equal(house.artifacts.isRemembered(id), false);
      assert.equal(await house.artifacts.live(id), null);
      await until(() => there.get(id) === undefined);
    });
  }

  it('are not remembered when one ended while it was read', async () => {
    const row = await readArtifact(house.ground.db.read, id);
    const tokens = new RememberedTokens(house.ground.db, house.ground.outbox);
    const { moment } = tokens;
    await ends['is revoked']!(house, { userId: principal.id, clientId });
    tokens.remember(moment, row!);
    assert.equal(tokens.get(id), undefined);
  });

  it('end by their time', async () => {
    await house.artifacts.live(id);
    clock.advance(60_001);
    assert.equal(await house.artifacts.live(id), null);
  });

  it('are access tokens and those of services, and nothing that is used up', async () => {
    const refresh = { ...token(), id: artifactId('RefreshToken', 'token'), model: 'RefreshToken' };
    await house.ground.db.write((m) => writeArtifact(m, refresh));
    await house.artifacts.live(refresh.id);
    assert.equal(house.artifacts.isRemembered(refresh.id), false);
  });
});

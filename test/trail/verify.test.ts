import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clock } from '../../src/platform/clock/clock.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { entryHash, genesis, recordDigest, type StoredRecord } from '../../src/trail/seals/chain.ts';
import { ChainEntryTable } from '../../src/trail/seals/chain.entity.ts';
import { DigestTable } from '../../src/trail/seals/digest.entity.ts';
import { verifyChain } from '../../src/trail/verify/verify.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { sealable, sealAll, type Sealable } from './support.ts';

const hourMs = 3_600_000;

/** Check 36: delete or alter one row, and verify names it. */
describeOnEachEngine('security check 36: the trail verified', () => {
  let it36: Sealable;
  /** As it is stored: what was tampered with need not be readable as an entity. */
  const recordAt = async (position: number) => {
    const [record] = await it36.ground.db.read.query<
      { id: string; eventName: string; eventTime: string | number; personal: string }[]
    >(`SELECT * FROM "trail_records" WHERE "position" = ${position}`);
    return { ...record!, eventTime: Number(record!.eventTime) };
  };
  const hourPasses = async (): Promise<void> => {
    clock.advance(hourMs);
    await it36.digests.turn();
  };

  beforeEach(async () => {
    it36 = await sealable();
    await it36.act(5);
    await sealAll(it36.sealer);
    await hourPasses();
    await it36.act(5);
    await sealAll(it36.sealer);
    await hourPasses();
    await it36.act(3);
    await sealAll(it36.sealer);
  });
  afterEach(async () => {
    await it36.stop();
    clock.reset();
  });

  async function assertNamed(position: number, wrong: string, named = true): Promise<void> {
    const record = named ? await recordAt(position) : null;
    const { finding } = await it36.verify();
    assert.equal(finding?.wrong, wrong, JSON.stringify(finding));
    assert.equal(finding.position, position);
    if (!record) return;
    assert.deepEqual(
      [finding.recordId, finding.eventName, finding.eventTime],
      [record.id, record.eventName, record.eventTime],
    );
  }

  it('is right when nobody touched it, and says what is covered', async () => {
    const { finding, ...report } = await it36.verify();
    assert.equal(finding, null);
    assert.deepEqual(report, {
      chain: it36.organisationId,
      records: 13,
      digests: 2,
      signedUntil: report.signedUntil,
      unsigned: 3,
      erased: 0,
      waiting: 0,
      filesMissing: 0,
    });
  });

  const alterations: [string, string][] = [
    ['organisationId', `'999999999999'`],
    ['accountId', `'another'`],
    ['eventName', `'Nothing'`],
    ['eventTime', `"eventTime" - 1`],
    ['readOnly', 'NOT "readOnly"'],
    ['identity', `replace("identity", 'ad417', 'bad00')`],
    ['requestParameters', `'{"a":1}'`],
    ['responseElements', `replace("responseElements", 'Pro', 'Basic')`],
    ['errorCode', `'ForbiddenException'`],
    ['errorMessage', `'a'`],
    ['sourceIpAddress', `'198.51.100.1'`],
    ['userAgent', `'x'`],
    ['requestId', `'x'`],
    ['personal', `replace("personal", 'userName', 'otherName')`],
  ];
  for (const [column, value] of alterations) {
    it(`names the record whose ${column} was altered`, async () => {
      await it36.tamper(`UPDATE "trail_records" SET "${column}" = ${value} WHERE "position" = 7`);
      const { finding } = await it36.verify();
      assert.deepEqual([finding?.wrong, finding?.position], ['recordAltered', 7]);
      assert.equal(finding?.eventName, 'Change1');
    });
  }

  it('names the record whose id was altered, as one that is missing', async () => {
    const { id } = await recordAt(7);
    await it36.tamper(`UPDATE "trail_records" SET "id" = 'x' WHERE "position" = 7`);
    const { finding } = await it36.verify();
    assert.deepEqual([finding?.wrong, finding?.position, finding?.recordId], ['recordMissing', 7, id]);
  });

  for (const [what, change] of [
    ['altered', `replace("sealedValues", substr("sealedValues", 30, 6), 'AAAAAA')`],
    ['taken away', 'NULL'],
    ['no JSON any more', `'x'`],
    ['those of another', `(SELECT o."sealedValues" FROM "trail_records" o WHERE o."position" = 6)`],
  ]) {
    it(`names the record whose personal values are ${what}`, async () => {
      await it36.tamper(`UPDATE "trail_records" SET "sealedValues" = ${change} WHERE "position" = 7`);
      await assertNamed(7, 'valuesAltered');
    });
  }

  it('names the first record of a person whose key is gone without an erasure', async () => {
    const { personal } = await recordAt(7);
    await it36.tamper(`DELETE FROM "trail_person_keys" WHERE "personId" = ?`, JSON.parse(personal)[0].person);
    await assertNamed(7, 'keyLost');
    await it36.tamper(`DELETE FROM "trail_person_keys"`);
    await assertNamed(1, 'keyLost');
  });

  it('names a deleted record, the first of several', async () => {
    const record = await recordAt(7);
    await it36.tamper(`DELETE FROM "trail_records" WHERE "position" IN (7, 9)`);
    const { finding } = await it36.verify();
    assert.deepEqual(
      [finding?.wrong, finding?.position, finding?.recordId, finding?.eventName, finding?.eventTime],
      ['recordMissing', 7, record.id, record.eventName, record.eventTime],
    );
  });

  it('names a record whose seal was deleted, or altered in any column', async () => {
    const { id } = await recordAt(7);
    const [entry] = await it36.ground.db.read.findBy(ChainEntryTable, { recordId: id });
    for (const [column, value] of [
      ['version', 2],
      ['recordId', 'x'],
      ['eventName', 'x'],
      ['eventTime', 1],
      ['digest', 'x'],
      ['hash', 'x'],
    ] as const) {
      await it36.tamper(`UPDATE "trail_chain" SET "${column}" = ? WHERE "position" = 7`, value);
      const { finding } = await it36.verify();
      assert.deepEqual([finding?.wrong, finding?.position], ['entryAltered', 7], column);
      await it36.tamper(`UPDATE "trail_chain" SET "${column}" = ? WHERE "position" = 7`, entry![column]);
    }
    assert.equal((await it36.verify()).finding, null);
    await it36.tamper(`DELETE FROM "trail_chain" WHERE "position" = 7`);
    await assertNamed(7, 'entryMissing');
  });

  it('names the first of two records that were swapped, in each way', async () => {
    const swap = async (table: string): Promise<void> => {
      for (const [from, to] of [
        [7, -1],
        [9, 7],
        [-1, 9],
      ]) {
        await it36.tamper(`UPDATE "${table}" SET "position" = ${to} WHERE "position" = ${from}`);
      }
    };
    await swap('trail_records');
    assert.deepEqual(
      [(await it36.verify()).finding?.wrong, (await it36.verify()).finding?.position],
      ['recordMoved', 7],
    );
    await swap('trail_chain');
    assert.deepEqual(
      [(await it36.verify()).finding?.wrong, (await it36.verify()).finding?.position],
      ['entryMoved', 7],
    );
  });

  it('names a record that was put in', async () => {
    await it36.ground.db.write(async (m) => {
      const [record] = await m.findBy(TrailRecordTable, { position: 8 });
      await m.insert(TrailRecordTable, { ...record, id: 'inserted', eventName: 'Invented' } as never);
    });
    const { finding } = await it36.verify();
    assert.deepEqual([finding?.wrong, finding?.position, finding?.recordId], ['recordInserted', 8, 'inserted']);
  });

  it('names what was added behind the end, with a right hash', async () => {
    const chainId = it36.organisationId;
    const [last] = await it36.ground.db.read.find(ChainEntryTable, { order: { position: 'DESC' }, take: 1 });
    const entry = { ...last!, position: 14, recordId: 'added', chainId };
    await it36.ground.db.write((m) => m.insert(ChainEntryTable, { ...entry, hash: entryHash(entry, last!.hash) }));
    const { finding } = await it36.verify();
    assert.deepEqual([finding?.wrong, finding?.position], ['entryInserted', 14]);
  });

  describe('cut off at the end', () => {
    it('is told when the last records are gone, with their seals or without', async () => {
      const record = await recordAt(12);
      await it36.tamper(`DELETE FROM "trail_records" WHERE "position" >= 12`);
      const { finding } = await it36.verify();
      assert.deepEqual([finding?.wrong, finding?.position, finding?.recordId], ['recordMissing', 12, record.id]);
      await it36.tamper(`DELETE FROM "trail_chain" WHERE "position" >= 12`);
      await assertNamed(12, 'tailMissing', false);
    });

    /** As somebody does it who can write to the database, and has kept an older head. */
    async function cutAt(position: number, head: { hash: string; proof: string }): Promise<void> {
      await it36.tamper(`DELETE FROM "trail_records" WHERE "position" > ?`, position);
      await it36.tamper(`DELETE FROM "trail_chain" WHERE "position" > ?`, position);
      await it36.tamper(
        `UPDATE "trail_chains" SET "position" = ?, "hash" = ?, "proof" = ?`,
        position,
        head.hash,
        head.proof,
      );
    }

    it('is told when the head was moved back by hand', async () => {
      const [entry] = await it36.ground.db.read.findBy(ChainEntryTable, { position: 11 });
      await cutAt(11, { hash: entry!.hash, proof: 'forged' });
      await assertNamed(11, 'headAltered');
      await it36.act(1);
      await it36.sealer.turn();
      assert.equal((await it36.verify()).waiting, 1, 'and no sealer covers it up');
    });

    it('is told by the digests when head and seals go back to an older state', async () => {
      const older = await sealable();
      try {
        await older.act(1);
        await sealAll(older.sealer);
        const head = await headOf(older);
        await older.act(9);
        await sealAll(older.sealer);
        clock.advance(hourMs);
        await older.digests.turn();
        await older.tamper(`DELETE FROM "trail_records" WHERE "position" > 1`);
        await older.tamper(`DELETE FROM "trail_chain" WHERE "position" > 1`);
        await older.tamper(`UPDATE "trail_chains" SET "position" = 1, "hash" = ?, "proof" = ?`, head.hash, head.proof);
        const { finding } = await older.verify();
        assert.deepEqual([finding?.wrong, finding?.position], ['tailMissing', 2]);
        await older.tamper(`DELETE FROM "trail_digests"`);
        const byFile = (await older.verify()).finding;
        assert.deepEqual([byFile?.wrong, byFile?.position], ['tailMissing', 2], 'the file of the digest still knows');
      } finally {
        await older.stop();
      }
    });
  });

  const headOf = async ({ ground }: Sealable): Promise<{ hash: string; proof: string }> =>
    (await ground.db.read.query<{ hash: string; proof: string }[]>(`SELECT "hash", "proof" FROM "trail_chains"`))[0]!;

  it('tells a history that was rewritten consistently from the digests', async () => {
    await it36.tamper(`UPDATE "trail_records" SET "eventName" = 'Nothing' WHERE "position" = 7`);
    let hash = genesis(it36.organisationId);
    for (const entry of await it36.ground.db.read.find(ChainEntryTable, { order: { position: 'ASC' } })) {
      const [record] = await it36.ground.db.read.query<StoredRecord[]>(
        `SELECT * FROM "trail_records" WHERE "position" = ${entry.position}`,
      );
      const again = {
        ...entry,
        eventName: record!.eventName,
        digest: recordDigest(record!),
      };
      hash = entryHash(again, hash);
      await it36.tamper(
        `UPDATE "trail_chain" SET "eventName" = ?, "digest" = ?, "hash" = ? WHERE "position" = ?`,
        again.eventName,
        again.digest,
        hash,
        entry.position,
      );
    }
    const { finding } = await it36.verify();
    assert.deepEqual([finding?.wrong, finding?.position], ['rewritten', 6], 'between the first digest and the second');
  });

  describe('digests', () => {
    const altered: [string, string, number][] = [
      [`UPDATE "trail_digests" SET "position" = 9 WHERE "number" = 2`, 'digestAltered', 9],
      [`UPDATE "trail_digests" SET "until" = "until" + 1 WHERE "number" = 2`, 'digestAltered', 10],
      [`UPDATE "trail_digests" SET "since" = "since" - 1 WHERE "number" = 2`, 'digestAltered', 10],
      [`UPDATE "trail_digests" SET "number" = 3 WHERE "number" = 2`, 'digestMissing', 10],
      [`UPDATE "trail_digests" SET "jws" = replace("jws", '.', '.A') WHERE "number" = 2`, 'digestAltered', 10],
      [`DELETE FROM "trail_digests" WHERE "number" = 1`, 'digestMissing', 10],
      [`DELETE FROM "trail_digests" WHERE "number" = 2`, 'digestMissing', 10],
      [`UPDATE "trail_keys" SET "privateKey" = 's1.x.x'`, 'digestAltered', 5],
    ];
    for (const [statement, wrong, position] of altered) {
      it(`${wrong}: ${statement}`, async () => {
        await it36.tamper(statement);
        const { finding } = await it36.verify();
        assert.deepEqual([finding?.wrong, finding?.position], [wrong, position]);
      });
    }

    it('are not right under another key', async () => {
      const { publicKey } = generateKeyPairSync('ed25519');
      const { finding } = await verifyChain(it36.ground, it36.organisationId, { keys: [publicKey] });
      assert.deepEqual([finding?.wrong, finding?.position], ['digestAltered', 5]);
    });

    it('are files too: an altered one is told, one that was moved away is counted', async () => {
      const { trailDigestDir, certsDir } = it36.ground.config;
      const [month = ''] = readdirSync(join(trailDigestDir, it36.organisationId));
      const folder = join(trailDigestDir, it36.organisationId, month);
      const [first = ''] = readdirSync(folder).filter((name) => name.startsWith('1-'));
      const path = join(folder, first);
      writeFileSync(path, `${readFileSync(path, 'utf8').trim()}A\n`);
      const { finding } = await it36.verify();
      assert.deepEqual([finding?.wrong, finding?.position], ['digestFileAltered', 5]);
      rmSync(path);
      const report = await it36.verify();
      assert.deepEqual([report.finding, report.filesMissing], [null, 1]);
      assert.match(readFileSync(join(certsDir, 'trail-public.pem'), 'utf8'), /BEGIN PUBLIC KEY/);
    });

    it('go on without a gap over hours in which the server was down', async () => {
      clock.advance(30 * hourMs);
      await it36.digests.turn();
      await it36.digests.turn();
      const all = await it36.ground.db.read.find(DigestTable, { order: { number: 'ASC' } });
      assert.deepEqual(
        all.map(({ number, position }) => [number, position]),
        [
          [1, 5],
          [2, 10],
          [3, 13],
        ],
      );
      assert.ok(all.every(({ since }, i) => i === 0 || since === all[i - 1]!.until));
      assert.equal(all[2]!.until - all[2]!.since, 30 * hourMs);
      assert.equal((await it36.verify()).finding, null);
    });
  });
});

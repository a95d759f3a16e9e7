import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { createLog } from '../../../src/platform/log/log.ts';
import { Consumer } from '../../../src/platform/outbox/consumer.ts';
import { Outbox } from '../../../src/platform/outbox/outbox.ts';
import { storage } from '../../../src/storage/storage.ts';
import { testFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

describe('the consumer of the outbox', () => {
  it('outlives a database that cannot be read, says so once, and hears of other processes again', async () => {
    const path = join(testFolder(), 'outbox.db');
    const db = await Database.open(path, storage);
    const other = await Database.open(path, storage);
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
    let heard = 0;
    let failed = 0;
    const look = db.gaps.bind(db);
    const consumer = new Consumer(db, new Outbox(db), log, new Map(), () => void heard++, 1);
    try {
      db.gaps = () => {
        failed++;
        throw new Error('disk I/O error');
      };
      await until(() => failed > 2);
      await other.write((m) =>
        rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${'x'}, ${'x'}, ${1})`),
      );
      db.gaps = look;
      await until(() => heard > 0);
      assert.equal(lines.filter((line) => line.includes('disk I/O error')).length, 1);
    } finally {
      await consumer.stop();
      await other.close();
      await db.close();
    }
  });
});

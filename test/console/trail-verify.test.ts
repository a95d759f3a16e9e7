import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { type Running, signedIn, startConsole } from './support.ts';

describe('the console verifies the trail', () => {
  let running: Running;
  before(async () => {
    running = await startConsole();
  });
  after(() => running.stop());

  it('says that all is right, and then what was altered', async () => {
    const visitor = await signedIn(running);
    const { db } = running.house.ground;
    await until(async () => {
      const waiting = await db.read.query<unknown[]>(`SELECT 1 FROM "trail_records" WHERE "position" IS NULL`);
      return waiting.length === 0;
    });
    const verify = async (says: RegExp): Promise<string> => {
      const page = await visitor.get('/console/trail');
      await page.submit('/console/trail/verify');
      return until(async () => {
        const { body } = await visitor.get('/console/trail');
        return says.test(body) && body;
      });
    };
    assert.match(await verify(/Verified/), /All \d+ records are as they were sealed/);
    await db.write((m) => m.query(`UPDATE "trail_records" SET "eventName" = 'Nothing' WHERE "position" = 1`));
    const wrong = await verify(/role="alert"/);
    assert.match(wrong, /Record 1\s+CreateOrganisation/);
    assert.match(wrong, /The record was altered after it was sealed/);
  });
});

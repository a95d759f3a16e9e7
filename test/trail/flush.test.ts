import assert from 'node:assert/strict';
import { refuse as httpErrors } from '../../src/platform/http/errors.ts';
import { personal } from '../../src/trail/people/personal.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { testCompany } from '../support/company.ts';
import { testHouse } from '../support/house.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('the trail', () => {
  it('has written what was buffered when a flush answers, also beside one that is under way', async () => {
    const house = await testHouse();
    const { trail, db } = house.ground;
    try {
      trail.observed({ eventName: 'ListAccounts', organisationId: null });
      const underWay = trail.flush();
      await trail.flush();
      assert.equal(await db.read.countBy(TrailRecordTable, { eventName: 'ListAccounts' }), 1);
      await underWay;
    } finally {
      await house.stop();
    }
  });
  it('keeps an organisation’s refusals through a flood of nobody’s', async () => {
    const house = await testHouse();
    const { trail, db } = house.ground;
    try {
      const refuse = (organisationId: string | null, eventName: string): void =>
        trail.refused({ eventName, organisationId }, httpErrors('http.badRequest'));
      const { scope } = await testCompany(house);
      await trail.flush();
      for (let i = 0; i < 4_000; i++) refuse(null, 'Noise');
      for (let i = 0; i < 50; i++) refuse(scope.organisationId, 'Refused');
      await trail.flush();
      assert.equal(await db.read.countBy(TrailRecordTable, { eventName: 'Refused' }), 50);
      assert.equal(await db.read.countBy(TrailRecordTable, { eventName: 'Noise' }), 1_950);
    } finally {
      await house.stop();
    }
  });

  it('writes what was buffered in small units of work, and keeps those that could not be written', async () => {
    const house = await testHouse();
    const { trail, db } = house.ground;
    const write = db.write.bind(db);
    try {
      await trail.flush();
      const written: number[] = [];
      let refusals = 0;
      db.write = async (unit, hold) => {
        if (written.length === 1 && refusals === 0) {
          refusals++;
          throw new Error('not now');
        }
        const done = await write(unit, hold);
        const all = await db.read.countBy(TrailRecordTable, { eventName: 'GetUser' });
        written.push(all - written.reduce((sum, each) => sum + each, 0));
        return done;
      };
      for (let i = 0; i < 240; i++)
        trail.observed({ eventName: 'GetUser', organisationId: null, requestParameters: { i, name: personal('Ann') } });
      await trail.flush();
      await trail.flush();
      assert.ok(written.length > 5 && written.every((each) => each <= 25), String(written));
      const all = await db.read.findBy(TrailRecordTable, { eventName: 'GetUser' });
      assert.equal(new Set(all.map(({ requestParameters }) => requestParameters?.['i'])).size, 240);
      assert.deepEqual([all.length, refusals], [240, 1]);
    } finally {
      db.write = write;
      await house.stop();
    }
  });
  it('has written all of what was buffered when it stops', async () => {
    const house = await testHouse();
    const { trail, db } = house.ground;
    try {
      for (let i = 0; i < 1_990; i++) trail.observed({ eventName: 'GetUser', organisationId: null });
      await trail.stop();
      assert.equal(await db.read.countBy(TrailRecordTable, { eventName: 'GetUser' }), 1_990);
    } finally {
      await house.stop();
    }
  });
});

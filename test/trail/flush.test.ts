import assert from 'node:assert/strict';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
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
});

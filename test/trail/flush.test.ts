import assert from 'node:assert/strict';
import { refuse as httpErrors } from '../../src/platform/http/errors.ts';
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
});

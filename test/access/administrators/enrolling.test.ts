import assert from 'node:assert/strict';
import { AdministratorTable } from '../../../src/access/administrators/administrator.entity.ts';
import { passkeyTables } from '../../../src/auth/credentials/factors/factors.entity.ts';
import type { Enrolment } from '../../../src/auth/credentials/factors/proof.ts';
import { administratorSecondStep } from '../../../src/access/administrators/signing-in/second.ts';
import { beginPending } from '../../../src/access/administrators/signing-in/sign-in.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { newId } from '../../../src/platform/ids/ids.ts';
import { newAdministrator } from '../../support/administrator.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testHouse } from '../../support/house.ts';

describeOnEachEngine('two sign-ins of an administrator who has no second factor', () => {
  it('enrol one between them, also when both send it at the same moment', async function () {
    this.timeout(30_000);
    const house = await testHouse();
    const { ground, sessions } = house;
    try {
      for (let round = 0; round < 4; round++) {
        const { administratorId, organisationId } = await newAdministrator(house, `ada${round}`);
        const administrator = await ground.db.read.findOneBy(AdministratorTable, { id: administratorId });
        const passkey = (): Enrolment => ({
          eventName: 'CreatePasskey',
          amr: 'hwk',
          store: (m) =>
            m
              .insert(passkeyTables.administrator, {
                id: newId(),
                organisationId,
                holderId: administratorId,
                credentialId: newId(),
                publicKey: 'x',
                counter: 0,
                transports: [],
                name: 'laptop',
                backedUp: false,
                createdAt: clock.now(),
                lastUsedAt: null,
              })
              .then(() => undefined),
        });
        // Each has looked before any is stored.
        let looked = 0;
        const { promise: allLooked, resolve } = Promise.withResolvers<void>();
        const enrol = async (): Promise<Enrolment> => {
          if (++looked === 4) resolve();
          await allLooked;
          return passkey();
        };
        const browsers = ['a', 'b', 'c', 'd'];
        const tokens = await Promise.all(
          browsers.map((browser) =>
            ground.db.write((m) => beginPending(m, administrator!, { browser, target: '/console' })),
          ),
        );
        const all = await Promise.allSettled(
          browsers.map((browser, at) => {
            const from = { browser, device: undefined, previous: null };
            return administratorSecondStep(ground, sessions).finishByEnrolling(tokens[at], enrol, from);
          }),
        );
        const refused = all.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason.code));
        assert.deepEqual(refused, Array(3).fill('signIn.begunElsewhere'));
        assert.equal(await ground.db.read.countBy(passkeyTables.administrator, { holderId: administratorId }), 1);
      }
    } finally {
      await house.stop();
    }
  });
});

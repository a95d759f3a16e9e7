import assert from 'node:assert/strict';
import { Artifacts } from '../../../src/auth/provider/artifacts/artifacts.ts';
import { artifactId } from '../../../src/auth/provider/artifacts/ids.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import { administratorPrincipal } from '../../../src/access/administrators/principal.ts';
import { Sessions } from '../../../src/auth/sessions/sessions.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testHouse } from '../../support/house.ts';
import { signIn } from '../provider/support.ts';

/** The same database, whose reads never answer once it is told to hang. */
function hanging(db: Database): { db: Database; hang: () => void } {
  let hangs = false;
  const read = new Proxy(db.read, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown =>
        hangs ? new Promise(() => undefined) : (value as (...all: unknown[]) => unknown).apply(target, given);
    },
  });
  const proxied = new Proxy(db, {
    get(target, name) {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { db: proxied, hang: () => (hangs = true) };
}

describeOnEachEngine('a database that hangs', () => {
  it('refuses whoever and whatever cannot be asked for, instead of waiting', async function () {
    this.timeout(60_000);
    const house = await testHouse();
    try {
      const { ground } = house;
      const acme = await testCompany(house);
      const { id } = await acme.member('paula', 'Pro');
      const { session, token } = await signIn(house, id);
      const { db, hang } = hanging(ground.db);
      const sources = { user: userPrincipal, administrator: administratorPrincipal };
      const fresh = (): Sessions => new Sessions(db, ground.outbox, sources);
      const born = {
        kind: 'user' as const,
        principalId: id,
        epoch: session.epoch,
        accountEpoch: session.accountEpoch,
        sessionId: session.id,
      };
      assert.ok(await fresh().standing(born));
      const knowsThePerson = fresh();
      assert.ok(await knowsThePerson.standing({ ...born, sessionId: null }));
      hang();
      const artifacts = new Artifacts({ ...ground, db }, fresh());
      // Each would wait for ever; mocha's own limit is the bound here.
      const away = { code: 'database.away' };
      await assert.rejects(fresh().check(token, 'user'), away);
      await assert.rejects(fresh().standing(born), away);
      await assert.rejects(fresh().principalOf('user', id), away);
      await assert.rejects(knowsThePerson.standing(born), away, 'the person is remembered, the session is asked for');
      await assert.rejects(artifacts.live(artifactId('AccessToken', 'x')), away);
    } finally {
      await house.stop();
    }
  });
});

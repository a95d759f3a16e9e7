import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { rows } from '../../src/platform/database/run.ts';
import { sql } from '../../src/platform/database/sql.ts';
import { testCompany } from '../support/company.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { freePorts } from '../support/port.ts';
import { environmentOf, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const schema = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('a stop under load', function () {
  this.timeout(60_000);

  it('answers what it took, ends with 0, and nothing that was acknowledged is missing after it', async () => {
    const config = testConfig();
    const first = await testHouse(config);
    const acme = await testCompany(first);
    const { token } = await createScimKey(first.ground, acme.scope, { name: 'load' });
    await first.stop();

    const port = await freePorts();
    const server = await startServerProcess(environmentOf(config, port));
    const acknowledged = new Set<string>();
    const refused: number[] = [];
    let stopping = false;
    let sent = 0;
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });

    /** One create; false once the server takes no more. */
    const create = (userName: string): Promise<boolean> =>
      new Promise((resolve) => {
        const body = JSON.stringify({ schemas: [schema], userName, emails: [{ value: userName, primary: true }] });
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
        const req = request({ host: '127.0.0.1', port, path: '/scim/v2/Users', method: 'POST', agent, headers });
        req.on('response', (res) => {
          res.resume().on('end', () => {
            if (res.statusCode === 201) acknowledged.add(userName);
            else refused.push(res.statusCode ?? 0);
            resolve(true);
          });
        });
        // A connection that the server has closed before it took the request.
        req.on('error', () => resolve(!stopping));
        req.end(body);
      });
    const worker = async (): Promise<void> => {
      while (await create(`load${sent++}@${acme.domain}`));
    };
    const workers = Array.from({ length: 16 }, worker);
    await until(() => acknowledged.size > 200, 30_000);
    stopping = true;
    const code = await server.end('SIGTERM');
    await Promise.all(workers);
    agent.destroy();

    assert.equal(code, 0);
    assert.deepEqual(refused, [], 'every answer was a yes');
    const again = await testHouse(config);
    const users = await rows<{ userName: string }>(again.ground.db.read, sql`SELECT "userName" FROM "users"`);
    const stored = new Set(users.map(({ userName }) => userName));
    assert.deepEqual(
      [...acknowledged].filter((name) => !stored.has(name)),
      [],
    );
    assert.equal(stored.size, acknowledged.size, 'and what was taken was answered');
    const [records] = await rows<{ count: number }>(
      again.ground.db.read,
      sql`SELECT COUNT(*) AS "count" FROM "trail_records" WHERE "eventName" = 'CreateUser' AND "errorCode" IS NULL`,
    );
    assert.equal(Number(records?.count), acknowledged.size, 'one record each');
    await again.stop();
  });
});

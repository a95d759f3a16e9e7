import type { House } from '../src/app.ts';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { scimRoute } from '../src/directory/scim/route.ts';
import { startJobs } from '../src/jobs.ts';
import { createHttpServer } from '../src/platform/http/server.ts';
import { type Company, testCompany } from '../test/support/company.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import type { Stand } from './databases.ts';

/** SCIM as a server has it, with everything that goes on beside it (the trail is sealed, the outbox worked off). */
export async function startScim({ folder, databaseUrl }: Stand): Promise<{
  house: House;
  acme: Company;
  baseUrl: string;
  token: string;
  stop: () => Promise<void>;
}> {
  const house = await testHouse(testConfig({ scimRate: 1_000_000, logLevel: 'info', databaseUrl }, folder));
  const jobs = startJobs(house);
  const { ground } = house;
  const acme = await testCompany(house);
  const { token } = await createScimKey(ground, acme.scope, { name: 'bench' });
  const { config, log } = ground;
  const app = (): void => undefined;
  const server = createHttpServer({ config, log, metrics: house.metrics, hot: [scimRoute(house)], app });
  const baseUrl = `http://127.0.0.1:${await server.listen()}/scim/v2`;
  const stop = async (): Promise<void> => {
    await server.stop();
    await jobs.stop();
    await house.stop();
  };
  return { house, acme, baseUrl, token, stop };
}

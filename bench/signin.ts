// Federated sign-ins, from the empty browser to the session: what they cost Carillon alone, since browsers and the
// OpenID provider are in another process. Run: npm run bench -- signin, or npm run bench:signin [seconds] [connections,…]
import { startCarillon } from '../src/main.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig } from '../test/support/house.ts';
import { freePorts } from '../test/support/port.ts';
import { onBoth, type Stand } from './databases.ts';
import { Driver } from './load.ts';
import type { Load, Provided } from './signin-load.ts';
import { type Line, printLines } from './table.ts';

const [seconds = '5', connections = '1,8'] = process.argv.slice(2);

async function measure({ name, folder, databaseUrl }: Stand): Promise<void> {
  const driver = new Driver('./signin-load.ts');
  const port = await freePorts();
  const url = `http://127.0.0.1:${port}`;
  const overrides = { port, publicUrl: url, databaseUrl, outboundPrivateHosts: ['127.0.0.1'], signInRate: 1_000_000 };
  const carillon = await startCarillon(testConfig({ ...overrides, logLevel: 'info' }, folder));
  try {
    const provided = await driver.told<Provided>('provided');
    const company = await testCompany(carillon.house, 'acme.example', provided);
    await company.member('rosa.rogue', 'Pro', provided.subject.sub);
    const lines: Line[] = [];
    const run = (count: number, span: number) => driver.run({ url, connections: count, seconds: span } satisfies Load);
    await run(4, 2);
    for (const count of connections.split(',').map(Number)) {
      const { times, seconds: span, cpuMs } = await run(count, Number(seconds));
      const journeys = times['journeys']!;
      const note = `${Math.round((1000 * journeys.length) / cpuMs)} a core-second`;
      lines.push({ what: 'federated sign-in', connections: count, times: journeys, seconds: span, cpuMs, note });
    }
    printLines(`Sign-in on ${name}, ${seconds} s a row`, lines);
  } finally {
    driver.end();
    await carillon.stop();
  }
}

await onBoth(measure);

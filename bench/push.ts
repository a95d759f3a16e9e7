// A directory's first push: everybody, then every group with its members, over eight kept connections.
// Run: npm run bench -- push, or npm run bench:push [people] [groups]
import { onBoth, type Stand } from './databases.ts';
import { drive } from './load.ts';
import type { Load } from './scim-load.ts';
import { startScim } from './scim-server.ts';
import { printLines } from './table.ts';

const [people = 100_000, groups = 500] = process.argv.slice(2).map(Number);
const connections = 8;

async function measure(stand: Stand): Promise<void> {
  const { baseUrl, token, stop } = await startScim(stand);
  const resident = (): number => process.memoryUsage().rss / 2 ** 20;
  const idle = resident();
  let most = idle;
  const watch = setInterval(() => (most = Math.max(most, resident())), 100);
  try {
    const load = { kind: 'push', baseUrl, token, connections, seconds: 0, run: 'push', people, groups } satisfies Load;
    const { times, seconds, cpuMs } = await drive('./scim-load.ts', load);
    const all = Object.values(times).flat();
    const note = `${seconds.toFixed(0)} s; ${idle.toFixed(0)} MB resident before, ${most.toFixed(0)} MB at most`;
    printLines(`A first push of ${people} people and ${groups} groups on ${stand.name}`, [
      { what: 'a person', connections, times: times['create'] ?? [] },
      { what: `a group of ${Math.ceil(people / Math.max(1, groups))}`, connections, times: times['group'] ?? [] },
      { what: 'the whole push', connections, times: all, seconds, cpuMs, note },
    ]);
  } finally {
    clearInterval(watch);
    await stop();
  }
}

await onBoth(measure);

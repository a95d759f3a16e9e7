import { buildHouse, type House, startConsumer } from '../../src/app.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { onEngine } from './engines.ts';
import { testFolder } from './folder.ts';

/** The configuration of a fresh installation in a folder of its own. */
export function testConfig(overrides: Partial<Config> = {}, folder = testFolder()): Config {
  const base = loadConfig({ env: { LOG_LEVEL: 'error', PORT: '0', PUBLIC_URL: 'http://localhost:3000' }, folder });
  return { ...base, ...overrides };
}

/** A house without a server, with its consumer running. */
export async function testHouse(config = testConfig()): Promise<House & { stop: () => Promise<void> }> {
  const house = await buildHouse(await onEngine(config));
  const consumer = startConsumer(house);
  return {
    ...house,
    stop: async () => {
      await consumer.stop();
      await house.close();
    },
  };
}

import { clock } from '../../src/platform/clock/clock.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { startTestCarillon, type TestCarillon } from '../support/carillon.ts';
import { startRogueProvider } from '../support/rogue-provider.ts';
import type { Visitor } from '../support/visitor.ts';

export const password = 'seven otters paddle upstream';

/** Carillon, and an OpenID provider that an administrator may connect. */
export interface Running extends TestCarillon {
  issuer: string;
  /** What the trail has of changes, oldest first. */
  changes: () => Promise<{ eventName: string; errorCode: string | null }[]>;
}

export async function startConsole(overrides: Partial<Config> = {}): Promise<Running> {
  const [carillon, provider] = await Promise.all([startTestCarillon(overrides), startRogueProvider()]);
  const { ground } = carillon.house;
  return {
    ...carillon,
    issuer: provider.issuer,
    changes: async () => {
      await ground.trail.flush();
      const all = await ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
      return all.filter(({ readOnly }) => !readOnly).map(({ eventName, errorCode }) => ({ eventName, errorCode }));
    },
    stop: async () => {
      await carillon.stop();
      await provider.close();
      clock.reset();
    },
  };
}

/** Sets the first administrator up by the link, and gives their browser. */
export async function signedIn({ visitor, setUpLink }: Running): Promise<Visitor> {
  const opened = visitor();
  const page = await opened.get(setUpLink);
  await page.submit('/setup', { organisationName: 'Acme Group', userName: 'ada', password, again: password });
  return opened;
}

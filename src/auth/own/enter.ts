import { clock } from '../../platform/clock/clock.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Done } from '../../trail/trail.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import { admit, type Entered } from '../people/let-in.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** Lets somebody in by their password, in the unit that believes it. @param still as `admit` takes it @throws NotEntitled */
export const admitByPassword = (
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  { userId, target }: { userId: string; target: string },
  from: Browser,
  still?: () => Promise<void>,
): Promise<Done<Entered>> =>
  admit(ground, sessions, m, { userId, by: 'password', target, authTime: clock.now(), amr: 'pwd' }, from, null, still);

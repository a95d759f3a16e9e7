import { clock } from '../../platform/clock/clock.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import { type Entered, letIn } from '../people/let-in.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** Lets in who has registered a moment ago, with the password that they chose. @throws NotEntitled */
export const enterRegistered = (
  ground: Ground,
  sessions: Sessions,
  userId: string,
  target: string,
  from: Browser,
): Promise<Entered> =>
  letIn(ground, sessions, { userId, by: 'password', target, authTime: clock.now(), amr: 'pwd' }, from);

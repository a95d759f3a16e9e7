import { identifyAs } from '../../platform/context/context.ts';
import type { Done } from '../../trail/trail.ts';
import type { Ground } from '../../trail/ground.ts';
import type { User } from '../../users/user.entity.ts';
import type { Further, In } from '../credentials/signing-in/browser.ts';
import { SecondStep } from '../credentials/signing-in/second.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { personHolder } from './holder.ts';
import { admit, signInAction } from './let-in.ts';
import { provedBefore } from './pending.ts';
import { type AnyProof, isOwn, withMethod } from './proof.ts';

/** A person who has proved a password, and what proved it. */
export interface Proved {
  user: User;
  proof: AnyProof;
}

/** The second step of people's sign-ins: it ends where every sign-in of theirs does, so a no in between holds. */
export const personSecondStep = (ground: Ground, sessions: Sessions): SecondStep<Proved, In | Further> =>
  new SecondStep<Proved, In | Further>(ground, {
    kind: 'user',
    whose: async (on, pending) => {
      const subject = await provedBefore(on, pending);
      return subject && { subject, holder: personHolder(subject.user) };
    },
    begin: ({ user, proof }) => {
      const { id, userName, organisationId, accountId } = user;
      identifyAs({ type: 'User', principalId: id, userName, organisationId, accountId });
      return signInAction(proof, user);
    },
    letIn: async (m, { proof }, from, { by, amr }) => {
      const first = isOwn(proof) ? proof.by : 'password';
      const proved = { ...proof, amr: withMethod(proof.amr, amr) };
      // With a second step behind it, `admit` gives a session and a known browser, or leads to another password first.
      return (await admit(ground, sessions, m, proved, from, { provedBy: `${first}+${by}` })) as Done<In | Further>;
    },
  });

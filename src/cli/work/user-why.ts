import { type Obstacle, readWhy } from '../../console/people/why.ts';
import { whyTexts } from '../../console/people/why-texts.ts';
import { isoOrNull } from '../../platform/clock/clock.ts';
import type { GroupPath } from '../../users/entitlement/path.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import type { Call } from '../frame/command.ts';
import { withHouse } from '../frame/house.ts';
import { userNamed } from '../frame/people.ts';
import { presentUser, statusText, tierText } from './user-present.ts';

const pathText = ({ groups, tier }: GroupPath): string => `${groups.join(' → ')} → ${tier ?? whyTexts.noTier}`;

const sentence = ({ text, since, by, mend, command }: Obstacle): string =>
  `${text}${whyTexts.saidWhen(since, by)} ${mend}${command === null ? '.' : `: ${command}`}`;

/** Why somebody may be in, and with what tier, step by step; or what is missing, and who can mend it. */
export const why = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const { id, organisationId, accountId } = await userNamed(on, call, call.required('user'));
    const user = await requireUser(on, { organisationId, accountId }, id);
    const { right, paths, more, obstacles } = await readWhy(on, user);
    ground.trail.observed({
      eventName: 'GetUser',
      organisationId,
      accountId,
      requestParameters: { accountId, userId: id },
    });
    const missing = obstacles.map(sentence);
    const present = presentUser(accountId, user, right);
    const { email, status, maySignIn, tier, because } = present;
    if (call.output.json) {
      const told = obstacles.map((each) => ({ ...each, since: isoOrNull(each.since) }));
      const groups = { groups: paths, moreGroups: more };
      call.output.document({
        id,
        accountId,
        email,
        status,
        maySignIn,
        tier,
        because,
        ...groups,
        missing,
        obstacles: told,
      });
      return;
    }
    call.output.one({
      json: {},
      facts: [
        ['Person', email],
        ['Status', statusText(present)],
        ['May sign in', maySignIn],
        ['Tier', tierText(present)],
        ...because.map(({ text }, at): [string, string] => [at === 0 ? 'Because' : '', String(text)]),
        ...paths.map((path, at): [string, string] => [at === 0 ? 'Groups' : '', pathText(path)]),
        ...(more ? [['', whyTexts.moreWays] as const] : []),
        ...missing.map((text, at): [string, string] => [at === 0 ? 'Missing' : '', text]),
      ],
    });
  });

import { toUnicodeDomain } from '../../accounts/domains/name.ts';
import { iso } from '../../platform/clock/clock.ts';
import { counted } from '../parts.ts';

/** The words of "Why?", on the page of a person and in `carillon user why`. */
export const whyTexts = {
  title: 'Why',
  ways: 'How they come to their tier',
  moreWays: 'There are more ways than are shown here.',
  noTier: 'no permission tier',
  missing: 'What keeps them out',
  nothing: 'Nothing keeps them out: they may sign in.',
  what: 'What',
  since: 'Since',
  by: 'By',
  mend: 'Who can mend it',
  connection: 'There is no identity provider that proves who people are.',
  connectionMend: 'An administrator connects one, under Single sign-on',
  causes: {
    administrator: 'An administrator has suspended them.',
    directory: 'The directory has deactivated them.',
  },
  causeMends: {
    administrator: 'Only an administrator, by activating them; the directory cannot',
    directory: 'Only the directory: activate them there, and it pushes that here',
  },
  enableThere:
    'Only the directory: enable the account there, extend it if it has expired, or restore it; that is seen here within seconds',
  directory: (name: string): string => `The directory ${name}`,
  key: (name: string): string => `The directory, with the key ${name}`,
  domain: (domain: string): string => `The domain of their address, ${toUnicodeDomain(domain)}, is not verified here.`,
  domainMend: (claimed: boolean): string =>
    `An administrator ${claimed ? 'verifies' : 'claims and verifies'} it, under Domains; the domain’s owner adds its TXT record`,
  released: 'They were released: the domain of their address was removed.',
  releasedMend: 'Nothing brings them back; they may register anew',
  account: 'The account was deleted.',
  accountMend: 'Nobody',
  noGroup: (theirs: number): string =>
    theirs === 0
      ? 'The directory has put them in no group, so in none with a permission tier.'
      : `None of the ${counted(theirs, 'group', 'groups')} that hold them has a permission tier.`,
  joinMapped: (mapped: string): string => `The directory adds them to a group that has a tier: ${mapped}`,
  mapTheirs: (theirs: string): string => `An administrator can give one of theirs a tier (${theirs}), under Groups`,
  pushGroups: 'The directory pushes groups; an administrator then gives one a tier, under Groups',
  /** Since when and by whom, in a sentence; empty for what nobody has said. */
  saidWhen: (since: number | null, by: string | null): string =>
    since === null ? '' : ` Since ${iso(since)}${by === null ? '' : `, by ${by}`}.`,
};

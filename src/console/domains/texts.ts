import type { Outcome } from '../../accounts/domains/verify.ts';
import { counted } from '../parts.ts';
import type { DomainRemoval } from '../../users/lifecycle/would-end.ts';
import type { Loss } from '../../users/lifecycle/would-lose.ts';

export const texts = {
  title: 'Domains',
  none: 'No domain is claimed yet. Claim the one that your company’s e-mail addresses end in.',
  claim: 'Claim a new domain',
  domain: 'Domain',
  claimHint: 'Such as example.com. Subdomains are claimed on their own.',
  claimButton: 'Claim domain',
  states: {
    pending: { text: 'Pending verification', tone: 'warn' },
    verified: { text: 'Verified', tone: 'good' },
    releasing: { text: 'Being removed', tone: 'warn' },
    deleting: { text: 'Being removed', tone: 'warn' },
  },
  removing: 'The domain was removed: nobody has access by it any more. What is left of the removal takes a moment.',
  record: 'Add this TXT record to the domain’s DNS. It can take up to 24 hours until it is seen everywhere.',
  keepRecord: 'Keep this TXT record in the domain’s DNS: it is looked for every day.',
  recordName: 'Name of the TXT record',
  recordValue: 'Value',
  checked: 'Last check',
  said: 'What DNS said',
  notChecked: 'Not checked yet',
  verifiedAt: 'Verified',
  outcomes: {
    found: 'The record was found.',
    absent: 'The record is not there, or has another value.',
    disagree: 'The DNS servers do not agree with each other yet. Wait until the change has reached all of them.',
    taken: 'The record was found, but another account has verified this domain, and still proves it.',
    silent:
      'It takes the answer of a resolver and that of a server of the zone itself, and one of them is missing. Nothing is concluded from that.',
  } satisfies Record<Outcome | 'taken', string>,
  absent: (days: number): string =>
    `${counted(days, 'daily check', 'daily checks')} in a row did not find the record. Nobody is put out by that, but after seven another account that proves the domain can have it.`,
  verify: 'Verify now',
  remove: 'Remove',
  servers: 'Each server’s answer',
  server: 'Server',
  role: 'Asked as',
  answer: 'Answer',
  roles: { resolver: 'Resolver', authority: 'Server of the zone' },
  results: {
    answered: 'Has TXT records:',
    absent: 'No TXT record',
    silent: 'No answer',
    error: 'Refused or unreadable',
  },
  nowVerified: (domain: string): string => `${domain} is verified.`,
  notYet: (domain: string, outcome: string): string => `${domain} was looked up. ${outcome}`,
  removeTitle: (domain: string): string => `Remove ${domain}?`,
  removePending: 'The claim is not verified, so nobody loses access. A new claim gets a new TXT value.',
  removeLoss: ({ people, signedIn }: Loss): string =>
    people === 0
      ? 'Nobody loses access by this at the moment.'
      : `This puts out ${counted(people, 'person', 'people')}: they lose access at once, with all that they hold. ${counted(signedIn, 'of them has', 'of them have')} signed in lately.`,
  removeAlsoBy: ({ alsoBy }: DomainRemoval): string[] =>
    alsoBy === 0
      ? []
      : [
          `${counted(alsoBy, 'person signs in', 'people sign in')} with another address in this domain too, and no longer can. By their other addresses they come in as before, and keep everything.`,
        ],
  removeBecomes: ({ becomes, people, suspended, accountType }: DomainRemoval): string[] => {
    if (people === 0) return [];
    const all = `${counted(people, 'person has', 'people have')} a primary address in this domain.`;
    if (becomes === 'deleted' && accountType === 'EnterpriseDirectory')
      return [`${all} Their profiles are deleted: if the domain comes back, they come in as new people.`];
    if (becomes === 'deleted')
      return [`${all} Their profiles are deleted: if the domain comes back, the directory must push them anew.`];
    const stay = suspended === 0 ? '' : ` ${counted(suspended, 'stays', 'stay')} Suspended, and may not.`;
    return [`${all} They are Released for good, and may register anew with their address.${stay}`];
  },
  removeLast: {
    Team: 'It is the last domain: the account becomes a team account.',
    directory:
      'It is the last domain: the directory stays connected, and lets nobody in until a domain is verified again.',
    connected:
      'It is the last domain: the single sign-on settings stay, and let nobody in until a domain is verified again.',
  },
  removeButton: 'Remove domain',
};

import { errors } from '../platform/errors/errors.ts';

export const accountErrors = errors({
  'organisation.notFound': { kind: 'NotFound', text: 'There is no such organisation.' },
  'organisation.nameInvalid': { kind: 'BadRequest', text: 'An organisation needs a name of 1 to 200 characters.' },
  'account.notFound': { kind: 'NotFound', text: 'There is no such account in this organisation.' },
  'account.nameInvalid': { kind: 'BadRequest', text: 'An account needs a name of 1 to 200 characters.' },
  'account.contactInvalid': { kind: 'BadRequest', text: 'The contact must have at most 320 characters.' },
  'account.notEnterprise': {
    kind: 'Unprocessable',
    text: 'This needs an enterprise account. Claim and verify a domain first.',
  },
  'domain.notFound': { kind: 'NotFound', text: 'This account has not claimed that domain.' },
  'domain.claimedAlready': { kind: 'Conflict', text: 'This account has claimed {domain} already.' },
  'domain.taken': { kind: 'Conflict', text: 'Another account has verified {domain}, and still proves it.' },
  'domain.tooMany': { kind: 'BadRequest', text: 'An account can claim at most {limit} domains.' },
});

import { errors } from '../platform/errors/errors.ts';

export const accountErrors = errors({
  'organisation.notFound': { kind: 'NotFound', text: 'There is no such organisation.' },
  'organisation.nameInvalid': { kind: 'BadRequest', text: 'An organisation needs a name of 1 to 200 characters.' },
  'account.notFound': { kind: 'NotFound', text: 'There is no such account in this organisation.' },
  'account.reserved': {
    kind: 'Forbidden',
    text: 'This is where people are who belong to no account. It belongs to nobody, and cannot be managed.',
  },
  'account.nameInvalid': { kind: 'BadRequest', text: 'An account needs a name of 1 to 200 characters.' },
  'account.nameTaken': {
    kind: 'Conflict',
    text: 'This organisation has an account named {name} already. Choose another name.',
  },
  'account.domainsRemain': {
    kind: 'Unprocessable',
    text: 'An account can be deleted when its domains are removed. Remove first: {domains}.',
  },
  'account.peopleRemain': {
    kind: 'Unprocessable',
    text: 'A team account can be deleted when its people are removed or suspended. {people} are left: remove them first.',
  },
  'account.notConfirmed': { kind: 'BadRequest', text: 'Type the name of the account, exactly, to delete it.' },
  'organisation.notConfirmed': {
    kind: 'BadRequest',
    text: 'Type the number of the organisation, twelve digits, to delete it.',
  },
  'account.contactInvalid': { kind: 'BadRequest', text: 'The contact must have at most 320 characters.' },
  'account.notEnterprise': {
    kind: 'Unprocessable',
    text: 'This needs an enterprise account. Claim and verify a domain first.',
  },
  'domain.notFound': { kind: 'NotFound', text: 'This account has not claimed that domain.' },
  'domain.claimedAlready': { kind: 'Conflict', text: 'This account has claimed {domain} already.' },
  'domain.beingRemoved': {
    kind: 'Conflict',
    text: 'The removal of {domain} is still being completed. Claim it again in a minute.',
  },
  'domain.taken': { kind: 'Conflict', text: 'Another account has verified {domain}, and still proves it.' },
  'domain.tooMany': { kind: 'BadRequest', text: 'An account can claim at most {limit} domains.' },
});

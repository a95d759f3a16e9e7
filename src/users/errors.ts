import { errors } from '../platform/errors/errors.ts';

export const userErrors = errors({
  'user.notFound': { kind: 'NotFound', text: 'There is no such user in this account.' },
  'user.addressInvalid': { kind: 'BadRequest', text: '{value} is not an e-mail address.' },
  'user.domainNotVerified': {
    kind: 'BadRequest',
    text: '{value} is outside the verified domains of this account. Claim and verify {domain} first.',
  },
  'user.userNameTaken': { kind: 'Conflict', text: 'Another user of this account has the user name {value}.' },
  'user.addressTaken': { kind: 'Conflict', text: 'Another user of this account has the primary address {value}.' },
  'user.externalIdTaken': { kind: 'Conflict', text: 'Another user of this directory has the external id {value}.' },
  'user.addressBarred': {
    kind: 'Forbidden',
    text: 'An administrator has suspended {value}: this address cannot be registered.',
  },
  'user.notSuspendable': {
    kind: 'Unprocessable',
    text: 'People of a team account are not suspended but removed. Only an enterprise account suspends people.',
  },
  'user.notRemovable': {
    kind: 'Unprocessable',
    text:
      'Only people of a team account, and those who were released, can be removed by an administrator. Suspend them, ' +
      'or delete them in the directory.',
  },
});

import { errors } from '../../platform/errors/errors.ts';

export const ownErrors = errors({
  'own.signInFailed': { kind: 'Unauthorized', text: 'That address and password do not go together.' },
  'own.linkInvalid': {
    kind: 'BadRequest',
    text: 'This link was used already, is too old, or was replaced by a newer one. Please ask for another.',
  },
  'own.addressDiffers': { kind: 'BadRequest', text: 'That is not the address to which this link was sent.' },
  'own.addressInvalid': { kind: 'BadRequest', text: 'That is not an e-mail address to which a mail can be sent.' },
  'own.passwordsDiffer': { kind: 'BadRequest', text: 'The two passwords are not the same.' },
  'own.passwordWrong': { kind: 'Forbidden', text: 'That is not your password.' },
  'own.nameInvalid': { kind: 'BadRequest', text: 'A name has at most 256 characters, and is one line.' },
  'own.noMail': {
    kind: 'ServiceUnavailable',
    text: 'No mail can be sent from here at the moment, and this needs one. Ask whoever runs Carillon.',
  },
  'own.managed': {
    kind: 'Forbidden',
    text: 'Your company’s directory keeps your account, so this is changed there.',
  },
  'own.addressElsewhere': {
    kind: 'BadRequest',
    text: 'People with an address in {domain} sign in as their company has arranged it. Choose another address.',
  },
  'own.addressSame': { kind: 'BadRequest', text: 'That is your address already.' },
  'own.notConfirmed': { kind: 'BadRequest', text: 'That is not your e-mail address.' },
  'own.changedMeanwhile': {
    kind: 'Conflict',
    text: 'Your account was changed meanwhile, so nothing was done. Please try again.',
  },
});

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
  'user.reasonInvalid': {
    kind: 'BadRequest',
    text: 'Give a reason of at most {most} characters, in one line.',
  },
  'user.trialRefused': { kind: 'Conflict', text: 'The trial of this person cannot be changed so.' },
  'user.tierByGroup': {
    kind: 'Unprocessable',
    text:
      'The groups of the directory say who has which permission tier here. Change the tier of a group, or who is in it ' +
      'in the directory.',
  },
  'user.licenceInvalid': { kind: 'BadRequest', text: 'A permission tier is Basic or Pro.' },
  'invitation.notFound': { kind: 'NotFound', text: 'There is no such invitation in this account.' },
  'invitation.nobodyNamed': { kind: 'BadRequest', text: 'Enter at least one e-mail address.' },
  'invitation.tooMany': { kind: 'BadRequest', text: 'At most {most} addresses can be invited at once.' },
  'invitation.notTeam': {
    kind: 'Unprocessable',
    text:
      'Only team accounts invite people. Whoever registers with an address in a verified domain of an enterprise ' +
      'account is in it by that; with a directory, whoever the directory knows.',
  },
  'invitation.domainClaimed': {
    kind: 'Forbidden',
    text: '{value} cannot be invited: another account has shown that the domain {domain} is its own.',
  },
  'invitation.member': { kind: 'Conflict', text: '{value} is in this account already.' },
  'invitation.sentJustNow': {
    kind: 'Throttled',
    text: 'An invitation to {value} was sent less than a minute ago. Wait a minute to send it again.',
  },
  'invitation.sentTooOften': {
    kind: 'Throttled',
    text:
      '{value} was sent enough invitations for now. Try again in two weeks, or have whoever runs the server hand over a ' +
      'link: carillon invitation link.',
  },
  'invitation.rateReached': {
    kind: 'Throttled',
    text: 'This organisation has sent its {perDay} invitations of a day. Try again later.',
  },
  'invitation.over': {
    kind: 'NotFound',
    text: 'This invitation is good no longer. Ask whoever invited you for another one.',
  },
  'invitation.answered': {
    kind: 'Conflict',
    text: 'This invitation was accepted or revoked already. Invite the address anew.',
  },
  'invitation.otherAddress': {
    kind: 'Forbidden',
    text: 'This invitation is for another address than the one that you are signed in with.',
  },
  'invitation.haveAccount': {
    kind: 'Conflict',
    text: 'You have an account with this address already. Sign in with it, then accept the invitation.',
  },
  'invitation.leaveFirst': {
    kind: 'Conflict',
    text: 'You are in the team {account}. You can accept when you agree to leave it.',
  },
  'invitation.managed': {
    kind: 'Forbidden',
    text: 'Your company manages your account, so you cannot join a team with it.',
  },
  'user.notRemovable': {
    kind: 'Unprocessable',
    text:
      'Only people of a team account, those who were released, and, without a directory, those with no address in a ' +
      'verified domain can be removed by an administrator. Suspend them, or delete them in the directory.',
  },
});

import { errors } from '../../platform/errors/errors.ts';

export const ldapErrors = errors({
  'directory.unavailable': {
    kind: 'BadGateway',
    text: 'The directory does not answer at the moment. Nothing was changed; try again shortly.',
  },
  'directory.notTheSame': {
    kind: 'BadGateway',
    text:
      'The servers answer, but for another directory than the one that was connected: a copy, or one that was made anew. ' +
      'Nothing was changed.',
  },
  'directory.refused': {
    kind: 'BadGateway',
    text: 'The directory refused what it was asked. Test the directory: that says at which step, and why.',
  },
  'directory.busy': {
    kind: 'Throttled',
    text: 'The directory is being asked too much at this moment. Try again shortly.',
  },
  'directory.notFound': { kind: 'NotFound', text: 'There is no such directory.' },
  'directory.nameInvalid': { kind: 'BadRequest', text: 'A directory needs a name of 1 to 200 characters.' },
  'directory.serverInvalid': {
    kind: 'BadRequest',
    text:
      '{value} is no address of a directory server. Write ldaps://host, or ldap://host for StartTLS; with :port where ' +
      'it is not the usual one. One to ten servers, each once.',
  },
  'directory.caInvalid': {
    kind: 'BadRequest',
    text: 'The certificate authority must be one or more certificates in PEM form (-----BEGIN CERTIFICATE-----).',
  },
  'directory.bindNameInvalid': {
    kind: 'BadRequest',
    text: 'The service account needs a name: a DN, or in Active Directory also name@domain.',
  },
  'directory.passwordMissing': {
    kind: 'BadRequest',
    text:
      'Enter the password of the service account. It is kept only while the servers, the certificate authority and the ' +
      'service account stay the same.',
  },
  'directory.passwordInvalid': {
    kind: 'BadRequest',
    text: 'The password can have at most 1,024 characters, and no control characters.',
  },
  'directory.baseInvalid': { kind: 'BadRequest', text: 'The base DN can have at most 1,024 printable characters.' },
  'directory.filterInvalid': {
    kind: 'BadRequest',
    text: 'This is no filter that can be used. A filter stands in brackets, such as (objectClass=person).',
  },
  'directory.attributesInvalid': {
    kind: 'BadRequest',
    text: 'Write one attribute a line, such as mail: mail. The line “{value}” is not understood.',
  },
  'directory.checkFailed': { kind: 'BadRequest', text: '{server}: {says} {advice}' },
  'directory.anotherDomain': {
    kind: 'Conflict',
    text:
      'These servers are of another domain than the one that is connected. Its people would be taken for others: ' +
      'authorise it as a directory of its own, and disconnect this one first.',
  },
  'directory.anotherId': {
    kind: 'Conflict',
    text:
      'The people of this directory are known by their {value}, as long as it is connected. By another id they would be ' +
      'taken for others: disconnect the directory before you change it.',
  },
  'directory.tooMany': {
    kind: 'BadRequest',
    text: 'An account can have at most {limit} directories authorised at once.',
  },
  'directory.isConnected': { kind: 'Conflict', text: 'The directory is connected. Disconnect it first.' },
  'directory.notConnected': { kind: 'Conflict', text: 'No directory is connected to this account.' },
  'directory.groupNotFound': {
    kind: 'NotFound',
    text:
      'The group {name} is not found in the directory. The name must match exactly, capitals included, and the group ' +
      'must be below the base DN. If it was made a moment ago, wait for a few minutes, and add it again.',
  },
  'directory.groupAmbiguous': {
    kind: 'BadRequest',
    text:
      'The directory has {count} groups of the name {name}. Add the one that is meant by its id there, or by its full ' +
      'DN: {groups}.',
  },
});

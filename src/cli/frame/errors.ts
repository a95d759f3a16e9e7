import { errors } from '../../platform/errors/errors.ts';

export const cliErrors = errors({
  'cli.usage': { kind: 'BadRequest', text: '{reason}' },
  'cli.limitInvalid': { kind: 'BadRequest', text: 'The limit must be a whole number from 1 to {most}.' },
  'cli.organisationNeeded': {
    kind: 'BadRequest',
    text: 'There are several organisations: say which with --organisation. They are: {choices}.',
  },
  'cli.accountNeeded': {
    kind: 'BadRequest',
    text: 'There are several accounts: say which with --account. They are: {choices}.',
  },
  'cli.ambiguous': { kind: 'BadRequest', text: 'Several are named {name}. Give the id of one: {choices}.' },
  'cli.nothingGiven': { kind: 'BadRequest', text: 'Nothing was given to change. Say it with {options}.' },
  'cli.secretNeeded': {
    kind: 'BadRequest',
    text: 'The {what} must come from a file, a variable of the environment or standard input: {options}.',
  },
  'cli.secretUnreadable': { kind: 'BadRequest', text: 'The {what} could not be read from {place}: {why}.' },
  'cli.noOrganisation': {
    kind: 'NotFound',
    text: 'There is no organisation yet. Start the server once, and follow the link that it prints.',
  },
  'cli.organisationNotFound': { kind: 'NotFound', text: 'There is no organisation {name}.' },
  'cli.noAccount': {
    kind: 'NotFound',
    text: 'This organisation has no account yet. Create one: carillon account create <name>.',
  },
  'cli.notFound': { kind: 'NotFound', text: 'There is no {what} {name} here.' },
  'cli.confirmationNeeded': {
    kind: 'PreconditionFailed',
    text: 'Nothing was changed. This is what happens with --yes, which does it without asking: {says}',
  },
  'cli.declined': { kind: 'PreconditionFailed', text: 'Nothing was changed.' },
  'cli.replayRefused': {
    kind: 'Conflict',
    text: 'Nothing was changed: the request would be refused now, with {status}. {detail}',
  },
  'cli.noDatabase': {
    kind: 'ServiceUnavailable',
    text:
      'There is no database at {path}. Is DATABASE_URL the one of the server, and is this its folder? ' +
      'The first `carillon serve` makes it.',
  },
  'cli.unusable': {
    kind: 'ServiceUnavailable',
    text: 'The installation could not be opened: {why}. `carillon doctor` says what is wrong, and how to mend it.',
  },
  'cli.failed': {
    kind: 'ServiceFailure',
    text: 'Something went wrong that should not have: {why}',
  },
});

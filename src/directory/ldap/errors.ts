import { errors } from '../../platform/errors/errors.ts';

export const ldapErrors = errors({
  'directory.unavailable': {
    kind: 'BadGateway',
    text: 'The directory does not answer at the moment. Nothing was changed; try again shortly.',
  },
  'directory.refused': {
    kind: 'BadGateway',
    text: 'The directory refused what it was asked. Test the directory: the page says at which step and why.',
  },
  'directory.busy': {
    kind: 'Throttled',
    text: 'The directory is being asked too much at this moment. Try again shortly.',
  },
  'directory.notFound': { kind: 'NotFound', text: 'There is no such directory.' },
});

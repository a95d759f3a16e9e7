import { errors } from '../platform/errors/errors.ts';

export const trailErrors = errors({
  'trail.headAltered': {
    kind: 'ServiceFailure',
    text: 'The trail’s chain does not end where it was sealed last. Run: carillon trail verify',
  },
  'trail.keyUnknown': { kind: 'BadRequest', text: 'The file {file} holds no public key in PEM.' },
  'trail.noKey': {
    kind: 'NotFound',
    text: 'The trail has no key yet. The server makes it with the first digest, at the end of its first hour.',
  },
});

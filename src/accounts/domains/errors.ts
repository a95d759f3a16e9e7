import { errors } from '../../platform/errors/errors.ts';

export const domainError = errors({
  'domain.invalid': {
    kind: 'BadRequest',
    text: 'Enter a domain name such as example.com, without https://, a path, a port or a wildcard.',
  },
  'domain.publicSuffix': {
    kind: 'BadRequest',
    text: '{domain} is a suffix under which many organisations have their names. Enter your own name under it.',
  },
  'domain.specialUse': {
    kind: 'BadRequest',
    text: '{domain} is reserved for special use and cannot be claimed.',
  },
});

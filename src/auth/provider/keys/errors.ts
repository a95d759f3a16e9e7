import { errors } from '../../../platform/errors/errors.ts';

export const keyErrors = errors({
  'key.notFound': { kind: 'NotFound', text: 'There is no such signing key.' },
});

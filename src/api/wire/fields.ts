import { z } from 'zod';
import { normaliseAddress } from '../../accounts/domains/name.ts';

/** An e-mail address as a filter; gives it folded. */
export const addressFilter = z.string().transform((text, context) => {
  const key = normaliseAddress(text);
  if (key !== null) return key;
  context.addIssue({ code: 'custom', message: 'an e-mail address is expected' });
  return z.NEVER;
});

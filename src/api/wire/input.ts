import type { z } from 'zod';
import { parseJson } from '../../platform/http/parse.ts';
import { invalid } from '../errors.ts';

/**
 * Judges parameters or content by a schema.
 * @param whole what to call the value itself, when no member of it is at fault
 * @throws api.parameterInvalid, which names the member
 */
export function judged<T>(schema: z.ZodType<T>, value: unknown, whole: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw invalid(issue.keys[0] ?? whole, 'this operation has no such parameter');
  throw invalid(issue?.path.join('.') || whole, (issue?.message ?? 'another value is expected').replace(/\.$/, ''));
}

/** The content as JSON; none counts as an empty object. @throws api.parameterInvalid, what `parseJson` throws */
export function jsonOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    if (error instanceof TypeError) throw invalid('the content', 'it is not UTF-8');
    throw error;
  }
}

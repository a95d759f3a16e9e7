import type { Entry } from './entry.ts';

export interface RangedAttribute {
  attribute: string;
  /** As it was answered, such as `member;range=0-1499`; `*` at the end stands for the last one. */
  option: string;
}

const pattern = /^([^;]+);range=(\d+)-(\d+|\*)$/;

/** The attributes of which a server gave a part (MS-ADTS 3.1.1.3.1.3.3). */
export const rangedAttributes = (entry: Entry): RangedAttribute[] =>
  entry.names.flatMap((option) => {
    const attribute = pattern.exec(option)?.[1];
    return attribute === undefined ? [] : [{ attribute, option }];
  });

/**
 * The number of the first value that is still missing; null after the last one; `astray` for a range that is not the one
 * after what is there, or that promises more and has nothing.
 */
export function nextRange(option: string, had: number, got: number): number | 'astray' | null {
  const [, , first, last] = pattern.exec(option) ?? [];
  if (Number(first) !== had && got > 0) return 'astray';
  if (last === '*') return null;
  return got === 0 ? 'astray' : had + got;
}

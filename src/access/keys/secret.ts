import { randomInt } from 'node:crypto';

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const drawn = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** An access key ID in the form that the AWS tools take; its prefix tells a leaked key from one of AWS. */
export const newAccessKeyId = (): string => `CKIA${drawn(idAlphabet, 16)}`;

/** 40 characters, 238 bits; letters and digits alone, so that no shell or configuration file changes it. */
export const newSecretAccessKey = (): string => drawn(secretAlphabet, 40);

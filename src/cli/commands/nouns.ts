import type { Noun } from '../frame/program.ts';
import { admin } from './admin.ts';
import { envExample } from './env-example.ts';
import { serve } from './serve.ts';
import { trail } from './trail.ts';

/** Every noun of the command line, in the order of the help. A new one is a line here. */
export const nouns: readonly Noun[] = [
  serve, //
  admin,
  trail,
  envExample,
];

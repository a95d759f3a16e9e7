import { CarillonError } from '../../platform/errors/errors.ts';

/** How a command ends, for scripts: a closed set. `docs/command-line.md` says the same. */
export const exits = {
  done: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  unconfirmed: 4,
  unusable: 5,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** What each status means, as the reference tells it. */
export const exitMeanings: Record<keyof typeof exits, string> = {
  done: 'Done.',
  refused: 'Refused or failed: nothing was changed. `error.code` says why. For `doctor`: something must be mended.',
  usage: 'The command was called wrongly: an unknown option, a missing argument, a choice that was left open.',
  notFound: 'What was named does not exist.',
  unconfirmed: 'The command asks before it does that, and nobody said yes: nothing was changed.',
  unusable: 'The configuration is faulty, or the database, the keys or the log cannot be opened.',
};

/** Refusals of floors below that mean that the installation itself cannot be opened. */
const unusable = /^(config\.|log\.|database\.|http\.tls|secrets\.keyring)/;
const unconfirmed = new Set(['cli.confirmationNeeded', 'cli.declined']);

/** The status of a command that ended with `error`. */
export function exitOf(error: unknown): Exit {
  if (!(error instanceof CarillonError)) return exits.refused;
  if (unconfirmed.has(error.code)) return exits.unconfirmed;
  if (unusable.test(error.code) || error.kind === 'ServiceUnavailable') return exits.unusable;
  if (error.kind === 'NotFound') return exits.notFound;
  return error.kind === 'BadRequest' && error.code.startsWith('cli.') ? exits.usage : exits.refused;
}

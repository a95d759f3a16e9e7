import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Where a command is called: results go to `out`, talk goes to `say`. */
export interface Terminal {
  /** Writes to standard output. */
  out: (text: string) => void;
  /** Writes to standard error. */
  say: (text: string) => void;
  /** Whether somebody is there who can be asked. */
  readonly interactive: boolean;
  /** Asks for one line; without an answer it is empty. `hidden` keeps it off the screen. */
  ask: (question: string, hidden?: boolean) => Promise<string>;
  /** All that was piped in. */
  input: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

async function ask(question: string, hidden = false): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: nowhere(), terminal: hidden });
  process.stderr.write(question); // not before the system has stopped showing what is typed
  if (hidden) lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT')); // raw mode takes the key from the system
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(''), ended]);
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** The terminal of this process. */
export const processTerminal = (): Terminal => ({
  out: (written) => void process.stdout.write(written),
  say: (written) => void process.stderr.write(written),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  ask,
  input: () => text(process.stdin),
  env: process.env,
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nouns } from '../../src/cli/commands/nouns.ts';
import { execute } from '../../src/cli/frame/program.ts';
import type { Config } from '../../src/platform/config/settings.ts';

/** What a command said, and its status. */
export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  /** Standard output as JSON. */
  json: () => any; // eslint-disable-line typescript/no-explicit-any -- a test reads what it expects
  /** The refusal, as `--json` has it. */
  error: () => { code: string; message: string; field?: string };
}

interface Surroundings {
  /** What is piped in. */
  input?: string;
  /** What somebody at a terminal answers, one after another; without it nobody is there. */
  answers?: string[];
  env?: Record<string, string>;
  /** What reads the configuration, when that itself is looked at. */
  configuration?: (serving?: boolean) => Config;
}

const ran = (status: number, stdout: string, stderr: string): Ran => ({
  status,
  stdout,
  stderr,
  json: () => JSON.parse(stdout),
  error: () => JSON.parse(stderr).error,
});

/** Runs a command line in this process, on the installation that `config` says. */
export async function runCommand(config: Config, words: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const answers = [...(around.answers ?? [])];
  let stdout = '';
  let stderr = '';
  const status = await execute(nouns, words, {
    configuration: around.configuration ?? (() => config),
    terminal: {
      out: (text) => (stdout += text),
      say: (text) => (stderr += text),
      interactive: around.answers !== undefined,
      ask: async (question) => {
        stderr += question;
        return answers.shift() ?? '';
      },
      input: async () => around.input ?? '',
      env: around.env ?? {},
    },
  });
  return ran(status, stdout, stderr);
}

export const entry = fileURLToPath(new URL('../../src/carillon.mjs', import.meta.url));

/** Runs a command line in a process of its own, without a terminal. */
export const runProcess = (env: NodeJS.ProcessEnv, words: readonly string[], input = ''): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...words], { env }, (error, stdout, stderr) => {
      resolve(ran(error ? Number(error.code ?? -1) : 0, stdout, stderr));
    });
    child.stdin?.end(input);
  });

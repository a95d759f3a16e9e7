import { type Command, Option } from 'commander';
import type { Config } from '../../platform/config/settings.ts';
import { cliErrors } from './errors.ts';
import { type Exit, exits } from './exit.ts';
import { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** The command line while it is put together: a noun's file adds its commands to it. */
export interface Cli {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly configuration: (serving?: boolean) => Config;
  /** Called with the status of the verb that ran. */
  readonly ended: (status: Exit) => void;
}

/** One call of a verb: what was typed, and where its answer goes. */
export interface Call {
  readonly terminal: Terminal;
  /** Reads the configuration. @param serving whether a server is to start with it. @throws config.faults */
  readonly configuration: (serving?: boolean) => Config;
  readonly output: Output;
  /** The argument, or the value of the option, of that name in camel case; undefined when it was left out. */
  value: (name: string) => string | undefined;
  /** An argument that the command cannot be called without. */
  required: (name: string) => string;
  /** Whether an option without a value was given. */
  flag: (name: string) => boolean;
}

/** Gives the status when it is done and yet did not succeed, as `doctor` does. */
type Work = (call: Call) => Promise<Exit | void>;

/** Options that many verbs have, and that mean the same everywhere. */
const shared: Record<SharedOption, readonly [flags: string, meaning: string, otherwise?: string]> = {
  organisation: ['--organisation <organisation>', 'its twelve digits or its name; needed when there are several'],
  account: ['--account <account>', 'the id of the account or its name; needed when there are several'],
  yes: ['--yes', 'do it without being asked, as a script must'],
  limit: ['--limit <number>', 'how many at most', '50'],
};

type SharedOption = 'organisation' | 'account' | 'yes' | 'limit';

export interface VerbSpec {
  /** As it is typed after the noun, with its arguments: `show <user>`. */
  call: string;
  /** One line, for the list of commands. */
  does: string;
  /** What there is to know besides. */
  more?: string;
  /** What each argument expects. */
  expects?: Record<string, string>;
  takes?: readonly SharedOption[];
  /** Its own options: flags, meaning, default. */
  options?: readonly (readonly [flags: string, meaning: string, otherwise?: string])[];
  /** At least one, as it would be typed. */
  examples: readonly [string, ...string[]];
  /** What `noun` alone does. */
  isDefault?: boolean;
  /** Imports the work when it is called for, so that no command pays for another. */
  work: () => Promise<Work>;
}

/** Adds a noun, to which `verb` adds what can be done. */
export const noun = (cli: Cli, name: string, does: string): Command => cli.program.command(name).description(does);

/** Adds a verb to a noun, or to the program itself. */
export function verb(cli: Cli, to: Command, spec: VerbSpec): void {
  const [name = '', ...parameters] = spec.call.split(' ');
  const command = to.command(name, { isDefault: spec.isDefault ?? false }).summary(spec.does);
  command.description([`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, spec.more].filter(Boolean).join(' '));
  const names: string[] = [];
  for (const parameter of parameters) {
    const argument = parameter.replaceAll(/[<>[\]]/g, '');
    names.push(argument);
    command.argument(parameter, spec.expects?.[argument] ?? '');
  }
  for (const [flags, meaning, otherwise] of spec.options ?? []) add(command, flags, meaning, otherwise);
  for (const option of spec.takes ?? []) add(command, ...shared[option]);
  // A script may say it everywhere; only what asks speaks of it.
  if (!spec.takes?.includes('yes')) command.addOption(new Option(shared.yes[0]).hideHelp());
  add(command, '--json', 'the answer as one JSON document');
  command.addHelpText('after', `\n${spec.examples.length > 1 ? 'Examples' : 'Example'}:\n${indented(spec.examples)}`);
  examplesOf.set(command, spec.examples);
  command.action(async () => {
    const options = command.opts<Record<string, string | boolean | undefined>>();
    const given = new Map<string, string | boolean | undefined>(Object.entries(options));
    for (const [at, argument] of names.entries()) given.set(argument, command.args[at]);
    const work = await spec.work();
    cli.ended((await work(callOf(cli, given))) ?? exits.done);
  });
}

/** The examples of each command, for the reference. */
export const examplesOf = new WeakMap<Command, readonly string[]>();

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

function add(command: Command, flags: string, meaning: string, otherwise?: string): void {
  const option = new Option(flags, meaning);
  command.addOption(otherwise === undefined ? option : option.default(otherwise));
}

function callOf(cli: Cli, given: ReadonlyMap<string, string | boolean | undefined>): Call {
  const value = (name: string): string | undefined => {
    const found = given.get(name);
    return typeof found === 'string' ? found : undefined;
  };
  return {
    terminal: cli.terminal,
    configuration: cli.configuration,
    output: new Output(cli.terminal, given.get('json') === true),
    value,
    required: (name) => {
      const found = value(name);
      if (found === undefined) throw cliErrors('cli.usage', { field: name, values: { reason: `${name} is missing.` } });
      return found;
    },
    flag: (name) => given.get(name) === true,
  };
}

/** A whole number that was typed, from 1 to `most`. @throws cli.limitInvalid */
export function limitOf(call: Call, most = 10_000): number {
  const typed = call.value('limit') ?? '50';
  const limit = /^\d{1,6}$/.test(typed) ? Number(typed) : 0;
  if (limit < 1 || limit > most) throw cliErrors('cli.limitInvalid', { field: 'limit', values: { most } });
  return limit;
}

import type { Command } from 'commander';
import { examplesOf } from './command.ts';
import { exitMeanings, exits } from './exit.ts';

/** A cell of a table in Markdown. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');

/** The reference of the command line, in Markdown: what `docs/command-line.md` holds. */
export function referenceOf(program: Command): string {
  const statuses = Object.entries(exitMeanings).map(
    ([name, meaning]) => `| ${exits[name as keyof typeof exits]} | ${cell(meaning)} |`,
  );
  return [
    '# The command line',
    'Made from the commands themselves by `npm run commands`; each says the same with `--help`.',
    'Call it as `npm run -s carillon -- <command>` in the checkout, or as `carillon <command>` where the package’s `bin` is linked. It reads the same configuration as the server, from the environment, `.env` and `config/`, and must run as the same user. The server may run meanwhile: what a command changes counts at once, and the trail names the operating system’s user who called it.',
    '**Output.** Results go to standard output, everything else to standard error. With `--json` standard output is one JSON document: names in lower camel case, times in ISO 8601 UTC, lists under their own name, and `more` where there is more than was asked for. A secret is in it only when it was made just then. A refusal is then `{"error":{"code","message","field"}}` on standard error; codes are stable.',
    '**Names.** Organisations, accounts, groups, keys and people are named by their id or by their name, people also by their e-mail address. `--organisation` and `--account` are needed only where there are several.',
    '**Questions.** What puts people out, or cannot be taken back, says what it will do and to how many, and asks. In a script, without a terminal, it refuses with status 4 and changes nothing unless `--yes` is given, which every command takes.',
    ['| status | meaning |', '|---|---|', ...statuses].join('\n'),
    '## Commands',
    indexOf(program),
    ...leavesOf(program).map(sectionOf),
  ].join('\n\n');
}

/** The commands that do something, in their order; the others only group them. */
const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

const anchorOf = (command: Command): string => nameOf(command).replaceAll(' ', '-');

const indexOf = (program: Command): string =>
  leavesOf(program)
    .map((command) => `- [\`${nameOf(command)}\`](#${anchorOf(command)}): ${command.summary()}`)
    .join('\n');

function sectionOf(command: Command): string {
  const parameters = command.registeredArguments.map((argument) => [
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    argument.description,
  ]);
  const shown = command.options.filter(({ hidden }) => !hidden);
  const options = shown.map(({ flags, description, defaultValue }) => [
    flags,
    defaultValue === undefined ? description : `${description} (${JSON.stringify(defaultValue)} without it)`,
  ]);
  const table = [...parameters, ...options].map(([name = '', meaning = '']) => `| \`${name}\` | ${cell(meaning)} |`);
  return [
    `### ${nameOf(command)}`,
    command.description(),
    ['| | |', '|---|---|', ...table].join('\n'),
    ['```sh', ...(examplesOf.get(command) ?? []), '```'].join('\n'),
  ].join('\n\n');
}

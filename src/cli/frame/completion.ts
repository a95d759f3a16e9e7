import type { Command } from 'commander';

/** Every command by its words after `carillon`, with what may follow: verbs, or options. */
function* following(command: Command, path: string): Generator<readonly [string, string[]]> {
  const { commands } = command;
  const visible = command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
  yield [path, commands.length > 0 ? commands.map((each) => each.name()) : [...visible, '--help']];
  for (const each of commands) yield* following(each, path ? `${path} ${each.name()}` : each.name());
}

/** A script for bash, and by bashcompinit for zsh, that completes nouns, verbs and options. */
export function completionOf(program: Command): string {
  const all = [...following(program, '')];
  const cases = all
    .toSorted(([a], [b]) => b.length - a.length) // `account list` before `account`
    .map(([path, words]) => `    ${path ? `'${path}'*` : '*'}) words='${words.join(' ')}' ;;`);
  return [
    '_carillon() {',
    '  local path= word words',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    [[ $word == -* ]] || path="${path:+$path }$word"',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -F _carillon carillon',
    '',
  ].join('\n');
}

import { environmentVariable, settingEntries } from './settings.ts';

const width = 100;

function comment(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`;
    if (longer.length > width && lines[last] !== '') lines.push(` ${word}`);
    else lines[last] = longer;
  }
  return lines.map((line) => `#${line}`).join('\n');
}

/** The text of `.env.example`: every setting with its meaning, what it expects and its default, all commented out. */
export function envExample(): string {
  const head = [
    comment('Copy to .env and take the # off what you want to change. Variables of the environment win over .env.'),
    comment('A list is separated by commas. Variables that begin with CARILLON_ and are not below are refused.'),
  ].join('\n');
  const environment = [
    comment('The name of a file in config/ to lay over config/default.json: production reads config/production.json.'),
    `#${environmentVariable}=`,
  ].join('\n');
  const entries = settingEntries().map(([, setting]) => {
    const from = setting.derived === undefined ? '' : ` Default: ${setting.derived}.`;
    const value = setting.default ?? '';
    return [
      comment(`${setting.meaning} Expects ${setting.kind.expected}.${from}`),
      `#${setting.env}=${Array.isArray(value) ? value.join(',') : String(value)}`,
    ].join('\n');
  });
  return `${[head, environment, ...entries].join('\n\n')}\n`;
}

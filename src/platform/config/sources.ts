import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentVariable } from './settings.ts';

export interface Source {
  /** As a fault names it. */
  place: string;
  /** Variables are text under the variable's name; a file's keys are settings. */
  kind: 'variables' | 'file';
  values: Map<string, unknown>;
}

export interface Fault {
  name: string;
  place: string;
  wrong: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const variables = (place: string, env: Environment): Source => ({
  place,
  kind: 'variables',
  // An empty variable is how many tools write "not set".
  values: new Map(Object.entries(env).filter(([, value]) => value !== undefined && value !== '')),
});

function file(folder: string, name: string, required: boolean, faults: Fault[]): Source {
  const place = `config/${name}.json`;
  const source: Source = { place, kind: 'file', values: new Map() };
  const text = textOf(join(folder, 'config', `${name}.json`));
  if (text === undefined) {
    if (required) faults.push({ name: environmentVariable, place, wrong: 'the file is not there' });
    return source;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      source.values = new Map(Object.entries(value));
    else faults.push({ name: place, place, wrong: 'expected one JSON object' });
  } catch {
    // The parser's own message quotes the file, which may hold a secret.
    faults.push({ name: place, place, wrong: 'is not valid JSON' });
  }
  return source;
}

/**
 * Reads the environment, `.env` and the files of `config/`, strongest first.
 * @param faults where what cannot be read is added
 */
export function readSources(env: Environment, folder: string, faults: Fault[]): Source[] {
  const outer = variables('environment', env);
  const dotEnv = variables('.env', parseEnv(textOf(join(folder, '.env')) ?? ''));
  const sources = [outer, dotEnv];
  const given = outer.values.get(environmentVariable) ?? dotEnv.values.get(environmentVariable);
  if (typeof given === 'string') {
    const name = given.trim();
    if (/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
      if (name !== 'default') sources.push(file(folder, name, true, faults));
    } else faults.push({ name: environmentVariable, place: 'environment', wrong: 'expected a short lower-case name' });
  }
  return [...sources, file(folder, 'default', false, faults)];
}

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { sampleGroups, samplePeople } from './people.ts';
import type { Group, Person } from './people.ts';

/** One SCIM request that was sent, for the log pane. */
export interface LogEntry {
  at: number;
  method: string;
  path: string;
  /** 0 when no answer came. */
  status: number;
  ms: number;
  request: string;
  response: string;
}

export interface ScimSettings {
  baseUrl: string;
  token: string;
}

/** All that the sample company remembers. The directory writes it, the provider reads it at each sign-in. */
export interface CompanyState {
  people: Person[];
  groups: Group[];
  scim: ScimSettings;
  /** What the last *Test the Integration* said. */
  test?: { ok: boolean; text: string };
  /** Newest first. */
  log: LogEntry[];
}

/**
 * Writes a file so that a reader, or a start after a kill, sees the old or the new content and never a part.
 * @param path the file; its folder is made when missing
 */
export function writeAtomically(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/**
 * A JSON file's content.
 * @returns undefined when there is no such file
 * @throws SyntaxError when it is not JSON
 */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text);
}

/** Acme on its first day: the sample people and groups, connected to nothing. */
export const firstState = (people: Person[] = samplePeople(), groups: Group[] = sampleGroups()): CompanyState => ({
  people,
  groups,
  scim: { baseUrl: '', token: '' },
  log: [],
});

export const writeState = (path: string, state: CompanyState): void =>
  writeAtomically(path, `${JSON.stringify(state, null, 1)}\n`);

/** What the directory wrote last; undefined before its first start. */
export const readState = (path: string): CompanyState | undefined => readJson(path) as CompanyState | undefined;

/** The people as the directory knows them this very moment; the sample when it has written nothing yet. */
export const readPeople = (path: string): Person[] => readState(path)?.people ?? samplePeople();

import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

const patienceMs = 120_000;

/**
 * Makes something once a run, the first time that somebody needs it; mocha's workers share it.
 * @param make gives what the others must know of it, as JSON
 * @throws Error when it could not be made
 */
export async function oncePerRun<T>(name: string, make: (folder: string) => Promise<T>): Promise<T> {
  const run = process.env['TEST_RUN_FOLDER'] ?? '';
  const [ready, lock, folder] = ['ready.json', 'lock', ''].map((end) => join(run, end ? `${name}.${end}` : name));
  const read = (): T => JSON.parse(readFileSync(ready!, 'utf8')) as T;
  if (existsSync(ready!)) return read();
  try {
    mkdirSync(lock!);
  } catch {
    await until(() => existsSync(ready!) || !existsSync(lock!), patienceMs);
    if (!existsSync(ready!)) throw new Error(`${name} of this test run could not be made`);
    return read();
  }
  try {
    mkdirSync(folder!, { recursive: true, mode: 0o700 });
    const made = await make(folder!);
    writeFileSync(`${ready}.part`, JSON.stringify(made));
    renameSync(`${ready}.part`, ready!);
    return made;
  } catch (error) {
    rmdirSync(lock!);
    throw error;
  }
}

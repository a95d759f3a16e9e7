import { storage } from '../../../../src/storage/storage.ts';
import { listRequests } from '../../../../src/directory/scim/inspector/list.ts';
import type { KeptView } from '../../../../src/directory/scim/inspector/view.ts';
import type { House } from '../../../../src/app.ts';
import type { Served } from '../support.ts';

/** What is kept of the company's directory, newest first. */
export async function kept({ house, acme }: Served, query: object = {}): Promise<KeptView[]> {
  await house.inspector.flush();
  return (await listRequests(house.ground, { ...acme.scope, limit: 1_000, ...query })).requests;
}

/** Where the database says any of these, in any column of any table. */
export async function placesOf({ ground }: House, tells: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { options } of storage.entities) {
    const all = await ground.db.read.query<Record<string, unknown>[]>(`SELECT * FROM "${options.tableName}"`);
    for (const row of all)
      for (const [column, value] of Object.entries(row)) {
        const text = ((typeof value === 'string' ? value : JSON.stringify(value)) ?? '').toLowerCase();
        if (tells.some((tell) => text.includes(tell.toLowerCase()))) found.push(`${options.tableName}.${column}`);
      }
  }
  return [...new Set(found)];
}

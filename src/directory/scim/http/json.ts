import { setImmediate } from 'node:timers/promises';

/** Elements of a list that are written before others have their turn. */
const slice = 1_000;

/** A resource, or a list of them, as JSON.stringify writes it: very many members in slices, between which others are answered. */
export async function jsonOf(body: object): Promise<string> {
  if (!isLong(body)) return JSON.stringify(body);
  const parts: string[] = [];
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    const text = await textOf(name, value);
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

async function textOf(name: string, value: unknown): Promise<string | undefined> {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const parts: string[] = [];
  if (name === 'Resources') for (const each of value as object[]) parts.push(await jsonOf(each));
  else
    for (let i = 0; i < value.length; i += slice) {
      parts.push(JSON.stringify(value.slice(i, i + slice)).slice(1, -1));
      await setImmediate();
    }
  return `[${parts.join(',')}]`;
}

/** Whether a list in it, or in one of its resources, is longer than a slice. */
function isLong(body: object): boolean {
  for (const name of Object.keys(body)) {
    const value = (body as Record<string, unknown>)[name];
    if (!Array.isArray(value)) continue;
    if (name === 'Resources' ? value.some((each: object) => isLong(each)) : value.length > slice) return true;
  }
  return false;
}

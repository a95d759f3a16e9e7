import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import { readJson, writeAtomically } from '../state.ts';

export interface Keys {
  signing: JWK;
  cookies: string[];
}

/** The provider's keys: read, or made on the first start and kept. RS256, as Okta signs. */
export async function loadKeys(path: string): Promise<Keys> {
  const kept = readJson(path) as Keys | undefined;
  if (kept !== undefined) return kept;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomBytes(12).toString('base64url');
  const keys: Keys = {
    signing: { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' },
    cookies: [randomBytes(32).toString('base64url')],
  };
  writeAtomically(path, JSON.stringify(keys));
  return keys;
}

interface Row {
  payload: AdapterPayload;
  /** Milliseconds; undefined lives for ever. */
  until?: number;
}

/**
 * Where oidc-provider keeps its models: one JSON file, written at each change, so that a kill loses nothing. Meant
 * for a handful of people.
 * @param path the file; made when missing
 */
export function fileAdapter(path: string): AdapterFactory {
  const rows = new Map(Object.entries((readJson(path) as Record<string, Row> | undefined) ?? {}));
  const alive = (row: Row | undefined): boolean => row !== undefined && (row.until ?? Infinity) > Date.now();
  const save = (): void => {
    for (const [key, row] of rows) if (!alive(row)) rows.delete(key);
    writeAtomically(path, JSON.stringify(Object.fromEntries(rows)));
  };
  return (model): Adapter => {
    const key = (id: string): string => `${model}:${id}`;
    const live = (id: string): AdapterPayload | undefined => {
      const row = rows.get(key(id));
      return alive(row) ? row?.payload : undefined;
    };
    const findBy = (name: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
      for (const [id, row] of rows)
        if (id.startsWith(`${model}:`) && row.payload[name] === value && alive(row)) return row.payload;
      return undefined;
    };
    return {
      upsert: async (id, payload, expiresIn) => {
        rows.set(key(id), expiresIn === undefined ? { payload } : { payload, until: Date.now() + expiresIn * 1000 });
        save();
      },
      find: async (id) => live(id),
      findByUid: async (uid) => findBy('uid', uid),
      findByUserCode: async (code) => findBy('userCode', code),
      consume: async (id) => {
        const payload = live(id);
        if (payload === undefined) return;
        payload.consumed = Math.floor(Date.now() / 1000);
        save();
      },
      destroy: async (id) => {
        if (rows.delete(key(id))) save();
      },
      revokeByGrantId: async (grantId) => {
        for (const [id, row] of rows) if (row.payload.grantId === grantId) rows.delete(id);
        save();
      },
    };
  };
}

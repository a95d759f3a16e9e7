import { createAccessKey } from '../../src/access/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { openRecords } from '../../src/trail/people/open.ts';
import { TrailRecordTable, type TrailRecord } from '../../src/trail/record.entity.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { newAdministrator } from '../support/administrator.ts';
import { startTestCarillon, type TestCarillon } from '../support/carillon.ts';
import { type Company, testCompany } from '../support/company.ts';
import { amzTime, type Answer, send, signed, type Unsigned } from '../support/signer.ts';

export interface Key {
  accessKeyId: string;
  secret: string;
  owner: { organisationId: string; administratorId: string };
}

export interface Api extends TestCarillon {
  /** A company whose administrator holds `key`. */
  acme: Company & { key: Key };
  /** Another organisation, with a key of its own. */
  other: Company & { key: Key };
  /** The headers that every client sends. */
  headers: (...more: [string, string][]) => [string, string][];
  call: (key: Key, method: string, target: string, ...more: [string, string][]) => Promise<Answer>;
  send: (request: Unsigned) => Promise<Answer>;
  /** Counts how often this person was put out. */
  epochOf: (userId: string) => Promise<number>;
  records: (eventName: string) => Promise<TrailRecord[]>;
}

async function withKey({ house }: TestCarillon, company: Company): Promise<Company & { key: Key }> {
  const { ground } = house;
  const owner = await newAdministrator(house, 'grace', company.scope.organisationId);
  const { key, secret } = await createAccessKey(ground, owner);
  return { ...company, key: { accessKeyId: key.id, secret, owner } };
}

/** Carillon with two organisations, each of which has an administrator with an access key. */
export async function startApi(overrides: Partial<Config> = {}): Promise<Api> {
  const carillon = await startTestCarillon({ apiRate: 100_000, ...overrides });
  const { url, house } = carillon;
  const headers: Api['headers'] = (...more) => [
    ['Host', new URL(url).host],
    ['X-Amz-Date', amzTime(clock.now())],
    ...more,
  ];
  return {
    ...carillon,
    acme: await withKey(carillon, await testCompany(house)),
    other: await withKey(carillon, await testCompany(house, 'other.example')),
    headers,
    call: (key, method, target, ...more) => send(url, signed({ method, target, headers: headers(...more) }, key)),
    send: (request) => send(url, request),
    epochOf: async (userId) => (await house.ground.db.read.findOneBy(UserTable, { id: userId }))?.epoch ?? 0,
    records: async (eventName) => {
      await house.ground.trail.flush();
      const { db, seal } = house.ground;
      const found = await db.read.find(TrailRecordTable, { where: { eventName }, order: { id: 'ASC' } });
      return openRecords(db.read, seal, found);
    },
    stop: async () => {
      clock.reset();
      await carillon.stop();
    },
  };
}

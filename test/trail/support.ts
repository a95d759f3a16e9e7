import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import { withContext } from '../../src/platform/context/context.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import type { Ground } from '../../src/trail/ground.ts';
import { personal } from '../../src/trail/people/personal.ts';
import { Digests } from '../../src/trail/seals/digests.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { type ChainReport, verifyChain } from '../../src/trail/verify/verify.ts';
import { testHouse } from '../support/house.ts';

/** A house with an organisation whose trail is filled, sealed and signed by hand. */
export interface Sealable {
  ground: Ground;
  organisationId: string;
  sealer: Sealer;
  digests: Digests;
  /** Writes records of changes, each about a person of their own, by an administrator. */
  act: (count: number, organisationId?: string) => Promise<string[]>;
  verify: () => Promise<ChainReport>;
  /** Raw SQL, as somebody with the database's password would write it. */
  tamper: (statement: string, ...parameters: unknown[]) => Promise<unknown>;
  stop: () => Promise<void>;
}

export const administratorId = '00000000-0000-7000-8000-0000000ad417';

/** Runs something as a signed-in administrator does it. */
export const asAdministrator = <T>(organisationId: string, work: () => T): T =>
  withContext(
    {
      requestId: newId(),
      clientAddress: '203.0.113.7',
      userAgent: 'Browser/1.0',
      identity: { type: 'Administrator', principalId: administratorId, userName: 'ada', organisationId },
    },
    work,
  );

export async function sealable(): Promise<Sealable> {
  const house = await testHouse();
  const { ground } = house;
  const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
  const act = async (count: number, organisationId = organisation.id): Promise<string[]> => {
    const people: string[] = [];
    for (let i = 0; i < count; i++) {
      const about = newId();
      people.push(about);
      await asAdministrator(organisationId, () =>
        ground.trail.perform({ eventName: `Change${i}`, organisationId }, async () => ({
          result: undefined,
          responseElements: { userName: personal(`person-${i}@acme.example`), tier: 'Pro' },
          about,
        })),
      );
    }
    return people;
  };
  return {
    ground,
    organisationId: organisation.id,
    sealer: new Sealer(ground),
    digests: new Digests(ground),
    act,
    verify: () => verifyChain(ground, organisation.id),
    tamper: (statement, ...parameters) => {
      let count = 0;
      const isPostgres = ground.db.engine === 'postgres';
      const text = isPostgres ? statement.replaceAll('?', () => `$${++count}`) : statement;
      return ground.db.write((m) => m.query(text, parameters));
    },
    stop: house.stop,
  };
}

/** Seals what waits, however many turns it takes. */
export async function sealAll(sealer: Sealer): Promise<number> {
  let all = 0;
  for (let some = await sealer.turn(); some > 0; some = await sealer.turn()) all += some;
  return all;
}

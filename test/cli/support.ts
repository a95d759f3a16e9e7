import type { House } from '../../src/app.ts';
import type { Sessions } from '../../src/auth/sessions/sessions.ts';
import { userPrincipal } from '../../src/auth/people/principal.ts';
import type { User } from '../../src/users/user.entity.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { type Ran, runCommand } from '../support/command.ts';
import { type Company, testCompany } from '../support/company.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

export interface Stage {
  house: House;
  company: Company;
  /** Runs a command line on this installation, words separated by blanks; nobody is there to be asked. */
  run: (words: string) => Promise<Ran>;
  /** The same with `--json`, which must succeed. */
  json: (words: string) => Promise<any>; // eslint-disable-line typescript/no-explicit-any -- a test reads what it expects
  /** Runs words that have blanks in them. */
  call: (words: string[], around?: Parameters<typeof runCommand>[2]) => Promise<Ran>;
  stop: () => Promise<void>;
}

/** A company that a directory pushes into, and the command line beside its house. */
export async function startStage(overrides: Parameters<typeof testConfig>[0] = {}): Promise<Stage> {
  const house = await testHouse(testConfig(overrides));
  const company = await testCompany(house);
  const call: Stage['call'] = (words, around) => runCommand(house.ground.config, words, around);
  return {
    house,
    company,
    call,
    run: (words) => call(words.split(' ')),
    json: async (words) => {
      const ran = await call([...words.split(' '), '--json']);
      if (ran.status !== 0) throw new Error(`${words}: ${ran.status} ${ran.stderr}`);
      return ran.json();
    },
    stop: house.stop,
  };
}

/** Signs a person in, as a connector does once it has proved them. @returns the token of the session */
export async function signIn({ ground, sessions }: Pick<House, 'ground' | 'sessions'>, user: User): Promise<string> {
  return ground.db.write(async (m) => {
    const principal = await userPrincipal(m, user.id);
    const { token, session } = await sessions.begin(m, principal!, 3_600_000);
    await m.update(UserTable, { id: user.id }, { liveUntil: session.expiresAt, joinedAt: session.createdAt });
    return token;
  });
}

/** Whether a session is in. */
export const isIn = async (sessions: Sessions, token: string): Promise<boolean> =>
  (await sessions.check(token, 'user')).in;

/** A no of another process holds at once on SQLite, and on PostgreSQL when it is heard of: within a second. */
export const goesOut = async (sessions: Sessions, token: string): Promise<unknown> =>
  until(async () => !(await isIn(sessions, token)), 1000);

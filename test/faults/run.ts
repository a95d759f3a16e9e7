import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import type { Engine } from '../../src/platform/database/sql.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { Installation } from './installation.ts';
import type { Death } from './table.ts';
import { assertWhole, drained, recordsOf } from './whole.ts';

/** Longer than any claim: what a process that died had in hand belongs to whoever looks next. */
const claimsMs = 61_000;

/** Something that is done to an installation, and of which a process dies. */
export interface Action<Subject> {
  /** How the trail names it; null for what leaves no record. */
  record: string | null;
  prepare: (at: Installation) => Promise<Subject>;
  /** Does it. @returns whether the answer was a yes */
  act: (at: Installation, subject: Subject) => Promise<boolean>;
  /** Instead of `act` in a server: the command that does it. */
  command?: (subject: Subject) => string[];
  /** Whether it was done, wholly; it throws for what was done by half. */
  isDone: (at: Installation, subject: Subject) => Promise<boolean>;
  /** Who did it does it again, as they would, not having been answered. */
  again: (at: Installation, subject: Subject, done: boolean) => Promise<void>;
  /** What must hold in the end besides. */
  inTheEnd?: (at: Installation, subject: Subject) => Promise<void>;
}

/** An action whose subject only it knows. */
// eslint-disable-next-line typescript/no-explicit-any -- each action has a subject of its own
export type AnyAction = Action<any>;

/** Describes, on each engine, each action of a table and each point at which a process dies of it. */
export function describeDeaths<Names extends string>(
  title: string,
  table: Record<Names, readonly Death[]>,
  actions: Record<Names, AnyAction>,
): void {
  describeOnEachEngine(title, function (engine) {
    this.timeout(60_000);
    let at: Installation;
    before(async () => {
      at = await Installation.prepare();
    });
    afterEach(() => clock.reset());
    after(() => at.end());

    for (const name of Object.keys(table) as Names[]) {
      for (const death of table[name].filter(({ only }) => only === undefined || only === engine)) {
        const where = death.detail === null ? death.point : `${death.point}:${death.detail}`;
        it(`${name}, at ${where}: ${says[death.leaves]}`, () => dieAndLook(at, actions[name], death, engine));
      }
    }
  });
}

const says = {
  nothing: 'nothing of it is there',
  all: 'all of it is there',
  either: 'all of it is there, or nothing',
};

async function dieAndLook(at: Installation, action: AnyAction, death: Death, engine: Engine): Promise<void> {
  const subject = await action.prepare(at);
  const records = action.record === null ? 0 : await recordsOf(at, action.record);
  await drained(at);
  await at.stop();
  let acknowledged = false;
  if (action.command) await at.commandDiesOf(death, action.command(subject));
  else acknowledged = await at.diesOf(death, () => action.act(at, subject));
  if (needsClaims(death, engine)) clock.advance(claimsMs);
  await at.start();

  const done = await action.isDone(at, subject);
  if (death.leaves !== 'either') assert.equal(done, death.leaves === 'all');
  if (acknowledged) assert.ok(done, 'it was acknowledged');
  if (action.record !== null) assert.equal((await recordsOf(at, action.record)) - records, done ? 1 : 0, 'records');

  await action.again(at, subject, done);
  assert.ok(await action.isDone(at, subject), 'it can be done again');
  await drained(at);
  await action.inTheEnd?.(at, subject);
  await assertWhole(at);
  assert.ok(await at.isIn(at.bystander), 'nobody else was put out');
}

/** Where the process may have had something claimed. On SQLite the outbox's claims are taken back at the start. */
const needsClaims = ({ point }: Death, engine: Engine): boolean =>
  point === 'logout.sent' || (engine === 'postgres' && /^(out|outbox|seal|scim|unit\.committed)\b/.test(point));

import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { iso } from '../../platform/clock/clock.ts';
import { trailErrors } from '../../trail/errors.ts';
import { listDigests } from '../../trail/seals/list.ts';
import { publicKeyOf } from '../../trail/seals/keys.ts';
import type { Finding } from '../../trail/verify/findings.ts';
import { type ChainReport, listChains, verifyChain } from '../../trail/verify/verify.ts';
import { organisationOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { limitOf } from '../frame/command.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { withHouse } from '../frame/house.ts';

/** Verifies the trail: one report a chain; ends with `refused` when something is wrong. */
export const verify = (call: Call): Promise<Exit> =>
  withHouse(call, async ({ ground }) => {
    const keys = keysOf(call);
    const chains = call.value('organisation')
      ? [(await organisationOf(ground.db.read, call)).id]
      : await listChains(ground);
    const reports: ChainReport[] = [];
    for (const chain of chains) {
      const report = await verifyChain(ground, chain, { ...(keys && { keys }), onProgress: progressOf(call) });
      if (call.terminal.interactive) call.terminal.say('\r\u{1b}[K');
      reports.push(report);
      if (!call.output.json) for (const line of linesOf(report)) call.output.line(line);
    }
    const isRight = reports.every(({ finding }) => finding === null);
    if (call.output.json) call.output.document({ verified: isRight, chains: reports.map(jsonOf) });
    else if (reports.length === 0) call.output.talk('Nothing is sealed yet: the server seals within a second.');
    return isRight ? exits.done : exits.refused;
  });

/** Lists signed digests, newest first. */
export const digests = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id } = await organisationOf(ground.db.read, call);
    const items = await listDigests(ground.db.read, id, limitOf(call));
    call.output.list({
      name: 'digests',
      items: items.map(({ number, position, since, until, jws, filedAt }) => ({
        number,
        since: iso(since),
        until: iso(until),
        position,
        filedAt: filedAt === null ? null : iso(filedAt),
        jws,
      })),
      columns: {
        Number: ({ number }) => number,
        Since: ({ since }) => since,
        Until: ({ until }) => until,
        'Up to record': ({ position }) => position,
        'File written': ({ filedAt }) => filedAt,
      },
      empty: 'No digest is signed yet: the first comes at the end of the hour.',
    });
  });

/** Prints the public key of the digests, PEM. @throws trail.noKey */
export const key = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const publicKey = await publicKeyOf(ground.db.read);
    if (!publicKey) throw trailErrors('trail.noKey');
    if (call.output.json) call.output.document({ publicKey });
    else for (const line of publicKey.trim().split('\n')) call.output.line(line);
  });

function keysOf(call: Call): KeyObject[] | null {
  const file = call.value('key');
  if (file === undefined) return null;
  try {
    return [createPublicKey(readFileSync(file))];
  } catch (error) {
    throw trailErrors('trail.keyUnknown', { field: 'key', values: { file }, cause: error });
  }
}

/** Progress on one line, where somebody watches. */
const progressOf =
  (call: Call) =>
  ({ chain, records, of }: { chain: string; records: number; of: number }): void => {
    if (call.terminal.interactive) call.terminal.say(`\r\u{1b}[KVerifying ${chain}: ${records} of ${of} records …`);
  };

const plural = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;

function linesOf(report: ChainReport): string[] {
  const { chain, records, digests: signed, finding } = report;
  const covered = report.signedUntil === null ? 'no digest yet' : `signed until ${iso(report.signedUntil)}`;
  const counted = `${plural(records, 'record')}, ${plural(signed, 'digest')}, ${covered}`;
  const notes = [
    report.unsigned > 0 && `${plural(report.unsigned, 'record')} since the last digest`,
    report.waiting > 0 && `${plural(report.waiting, 'record')} not sealed yet`,
    report.erased > 0 && `${plural(report.erased, 'erased set', 'erased sets')} of personal values`,
    report.filesMissing > 0 &&
      `${plural(report.filesMissing, 'digest')} without a file here, as after a restore on another machine; right in the database`,
  ].filter((note) => note !== false);
  const result = finding ? `WRONG after ${counted}` : `right: ${counted}`;
  return [
    `${chain}  ${result}`,
    ...notes.map((note) => `  ${note}`),
    ...(finding ? [`  ${placeOf(finding)}`, `  ${finding.says}`] : []),
  ];
}

const placeOf = ({ position, recordId, eventName, eventTime }: Finding): string =>
  [
    position === null ? 'somewhere' : `record ${position}`,
    eventName,
    eventTime === null ? null : iso(eventTime),
    recordId,
  ]
    .filter((part) => part !== null)
    .join('  ');

const jsonOf = ({ finding, signedUntil, ...report }: ChainReport): Record<string, unknown> => ({
  ...report,
  signedUntil: signedUntil === null ? null : iso(signedUntil),
  finding: finding && { ...finding, eventTime: finding.eventTime === null ? null : iso(finding.eventTime) },
});

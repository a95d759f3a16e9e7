import { sweepGuesses } from './auth/credentials/guesses/devices.ts';
import type { Domain } from './accounts/domains/domain.entity.ts';
import { claimsToCheck, verifyDomain } from './accounts/domains/verify.ts';
import { forgetReplies } from './api/replay/once.ts';
import { type House, mailHandlers } from './app.ts';
import { sweepCounters } from './platform/rates/shared.ts';
import { sweepMails } from './platform/mail/post.ts';
import { sweepDirectoryGuesses } from './directory/ldap/sign-in/guesses.ts';
import { DirectoryFollower } from './directory/ldap/sync/follower.ts';
import { ldapSource } from './directory/ldap/sync/source.ts';
import { sweepUpstream } from './auth/connectors/upstream/offers.ts';
import { keepKeys } from './auth/provider/keys/rotate.ts';
import { tidyRelyingParties } from './auth/provider/logout/tidy.ts';
import { sweepLinks } from './auth/own/links.ts';
import { sweepArtifacts } from './auth/provider/artifacts/rows.ts';
import { CarillonError } from './platform/errors/errors.ts';
import { clock } from './platform/clock/clock.ts';
import { lazily } from './platform/database/database.ts';
import { chunks } from './platform/database/chunks.ts';
import { refreshStatistics } from './platform/database/postgres/statistics.ts';
import { changed, rows } from './platform/database/run.ts';
import { sql } from './platform/database/sql.ts';
import { eraseExpired } from './trail/people/erase.ts';
import { Digests } from './trail/seals/digests.ts';
import { Sealer } from './trail/seals/sealer.ts';
import type { Writer } from './platform/database/unit.ts';
import { idAt } from './platform/ids/ids.ts';
import { type Job, Jobs } from './platform/jobs/jobs.ts';
import { sweepInvitations } from './users/invitations/invitations.ts';
import { sweepDepartures } from './users/lifecycle/departures.ts';
import { loseDomain } from './users/lifecycle/domains.ts';
import { eraseWhatIsDue } from './users/lifecycle/erase.ts';
import { takeInStragglers } from './users/lifecycle/take-in.ts';
import { sweepTrialMarks } from './users/trial/marks.ts';
import { tellOfEndedTrials } from './users/trial/tell.ts';

const dayMs = 86_400_000;
const claimsAtOnce = 50;
const toldMs = 600_000;
const seenAtOnce = 50;

/** What the server does by itself, and how often. */
export function startJobs(house: House): Jobs {
  const { ground, metrics } = house;
  const sealer = new Sealer(ground);
  const digests = new Digests(ground);
  const follower = new DirectoryFollower(ground, ldapSource(ground, house.ldap));
  for (const [which, help] of [
    ['followed', 'LDAP directories that this process follows.'],
    ['failing', 'LDAP directories that this process follows and cannot read.'],
    ['waiting', 'LDAP directories that this process follows and whose guard waits for an administrator.'],
  ] as const)
    metrics.gauge(`directories_${which}`, help, () => follower.count(which));
  const jobs: Job[] = [
    { name: 'check domains', seconds: ground.config.domainCheckSeconds, work: () => checkDomains(house) },
    { name: 'keep last seen', seconds: 5, work: () => keepLastSeen(house) },
    {
      name: 'erase what was deleted',
      seconds: 60,
      work: async () => void (await eraseWhatIsDue(ground, house.upstairs)),
    },
    { name: 'seal the trail', seconds: 0.5, work: async () => void (await sealer.turn()) },
    { name: 'sign digests of the trail', seconds: 30, work: () => digests.turn() },
    { name: 'keep signing keys', seconds: 60, work: () => keepKeys(ground) },
    { name: 'tidy relying parties', seconds: 60, work: () => tidyRelyingParties(ground) },
    { name: 'refresh statistics', seconds: 0.5, work: async () => void (await refreshStatistics(ground.db)) },
    { name: 'tell of ended trials', seconds: 5, work: async () => void (await tellOfEndedTrials(ground)) },
    { name: 'take in stragglers', seconds: 600, work: () => takeInStragglers(ground, house.upstairs) },
    { name: 'sweep what is over', seconds: 600, work: () => sweep(house) },
    { name: 'follow directories', seconds: 1, work: () => follower.turn() },
  ];
  return new Jobs(ground.log, jobs, () => follower.stop());
}

/** Looks for the TXT records whose turn it is; one that fails, or is slow, does not keep other organisations waiting. */
async function checkDomains(house: House): Promise<void> {
  const claims = await claimsToCheck(house.ground.db.read, claimsAtOnce);
  const byOrganisation = Map.groupBy(claims, ({ organisationId }) => organisationId);
  await Promise.all([...byOrganisation.values()].map((some) => checkEach(house, some)));
}

async function checkEach({ ground, dns }: House, claims: readonly Domain[]): Promise<void> {
  for (const { organisationId, accountId, id: domainId } of claims) {
    try {
      await verifyDomain(ground, dns, loseDomain(ground), { organisationId, accountId, domainId });
    } catch (error) {
      if (!(error instanceof CarillonError)) throw error;
      ground.log.info({ code: error.code, domainId }, 'domain not verified');
    }
  }
}

/** Writes down when sessions and their people were last seen: a moment later, so that no request waits for it. */
async function keepLastSeen({ ground, sessions }: House): Promise<void> {
  const seen = [...sessions.takeSeen()];
  if (seen.length === 0) return;
  // Few at a time and in order: nobody waits long for a row, and no two wait for each other.
  for (const some of chunks(
    seen.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    seenAtOnce,
  )) {
    await ground.db.write(async (m) => {
      for (const [id, at] of some) await keepSeen(m, id, at);
    }, lazily);
  }
}

async function keepSeen(m: Writer, id: string, at: number): Promise<void> {
  const [session] = await changed<{ principalId: string; kind: string }>(
    m,
    sql`UPDATE "sessions" SET "lastSeenAt" = ${at} WHERE "id" = ${id} RETURNING "principalId", "kind"`,
  );
  if (session?.kind !== 'user') return;
  await changed(m, sql`UPDATE "users" SET "lastActiveAt" = ${at} WHERE "id" = ${session.principalId} RETURNING "id"`);
}

/** Deletes rows that nothing looks at any more. */
async function sweep(house: House): Promise<void> {
  const { ground } = house;
  const now = clock.now();
  await forgetReplies(ground);
  await ground.db.write(async (m) => {
    await eraseExpired(m);
    await rows(m, sql`DELETE FROM "sign_in_attempts" WHERE "expiresAt" < ${now - dayMs}`);
    await sweepUpstream(m);
    await rows(m, sql`DELETE FROM "setup_links" WHERE "expiresAt" < ${now - 30 * dayMs}`);
    await sweepGuesses(m);
    await sweepDirectoryGuesses(m);
    await sweepLinks(m);
    await rows(m, sql`DELETE FROM "sessions" WHERE "expiresAt" < ${now - 30 * dayMs}`);
    await sweepArtifacts(m);
    await sweepInvitations(m);
    const handlers = mailHandlers(house);
    for (const { id, kind, organisationId, accountId, aboutId } of await sweepMails(m)) {
      const fate = { id, kind, organisationId, accountId, aboutId, outcome: 'Failed', reason: 'expired' } as const;
      await handlers.get(kind)?.(m, fate);
    }
    await sweepDepartures(m);
    await sweepTrialMarks(m);
    await sweepCounters(m);
    await sweepOutbox(m, now - 7 * dayMs);
    // What was told to other processes, and heard a moment later.
    await sweepOutbox(m, now - toldMs, sql`AND "attempts" = 0`);
  });
}

/** Deletes what is done since before that time. An id is made a moment before its event, and a busy process's run ahead. */
const sweepOutbox = (m: Writer, before: number, which = sql``): Promise<unknown> =>
  rows(
    m,
    sql`DELETE FROM "outbox" WHERE "id" < ${idAt(before + dayMs / 24)} AND "state" = 'done' AND "createdAt" < ${before} ${which}`,
  );

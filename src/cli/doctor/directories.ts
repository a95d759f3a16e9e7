import type { Account } from '../../accounts/accounts/account.entity.ts';
import { diagnose } from '../../directory/ldap/diagnosis/diagnose.ts';
import { stepNames } from '../../directory/ldap/diagnosis/texts.ts';
import { bindPasswordSecret, type Directory } from '../../directory/ldap/directory.entity.ts';
import { followingOf } from '../../directory/ldap/sync/status.ts';
import { failureText, heldText, problemText } from '../../directory/ldap/sync/texts.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { fail, type Finding, named, ok, warn } from './finding.ts';

/** Whether the password of a connected directory can be opened, and each of its servers answers as it must. */
export async function lookAtDirectory(
  read: Reader,
  seal: Seal,
  outbound: Outbound | null,
  account: Account,
  directory: Directory,
): Promise<Finding[]> {
  const { id, name, bindPassword } = directory;
  const set = `carillon directory set ${id} --account ${account.id}`;
  let password: string;
  try {
    password = seal.unseal(bindPassword, placeIn(bindPasswordSecret, id));
  } catch {
    return [
      fail(
        `The password of the service account of ${name} (${account.name}) cannot be opened with this keyring.`,
        `Restore the keyring that it was sealed with, or give the password anew: ${set}`,
      ),
    ];
  }
  if (!outbound) return lookAtFollowing(read, account, directory);
  const trials = await diagnose(outbound, { ...directory, bindPassword: password });
  const some = trials.some((trial) => trial.ok);
  const findings = trials.flatMap(({ server, steps }) =>
    steps
      .filter((step) => !step.ok)
      .map(({ step, says, advice }) => {
        const found = `${server}, of ${name} (${account.name}): ${stepNames[step]}: ${says}`;
        return some ? warn(found, advice ?? set) : fail(found, advice ?? set);
      }),
  );
  if (findings.length === 0) findings.push(ok(`${name}, of ${account.name}, answers as it must.`));
  return [...findings, ...(await lookAtFollowing(read, account, directory))];
}

/** Whether a connected directory is followed, and what of it waits for an administrator. */
async function lookAtFollowing(read: Reader, account: Account, directory: Directory): Promise<Finding[]> {
  const { organisationId, id: accountId } = account;
  const { word, state, waiting, problems } = await followingOf(read, {
    organisationId,
    accountId,
    connectionId: directory.id,
  });
  const of = `${directory.name} (${account.name})`;
  const findings: Finding[] = [];
  if (state && state.failingSince !== null) {
    const since = iso(state.failingSince);
    findings.push(fail(`${of} cannot be read since ${since}: ${state.errorCode}.`, failureText(state.errorCode)));
  } else if (word === 'notFollowed') {
    findings.push(
      warn(`No running server follows ${of}: changes there are not seen.`, 'Start the server: carillon serve'),
    );
  }
  const waits = waiting.entry + waiting.member;
  const look = `carillon directory held ${directory.id} --account ${accountId}`;
  if (waits > 0)
    findings.push(fail(`${of}: ${heldText(waits)}`, `Look at them, and let it go on or mend the directory: ${look}`));
  for (const problem of problems.slice(0, 5)) {
    const { why, todo } = problemText(problem);
    findings.push(warn(`${of}: ${problem.count} entries are nobody here (${named(problem.names)}). ${why}`, todo));
  }
  return findings;
}

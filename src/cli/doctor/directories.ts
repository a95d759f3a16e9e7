import type { Account } from '../../accounts/accounts/account.entity.ts';
import { diagnose } from '../../directory/ldap/diagnosis/diagnose.ts';
import { stepNames } from '../../directory/ldap/diagnosis/texts.ts';
import { bindPasswordSecret, type Directory } from '../../directory/ldap/directory.entity.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

/** Whether the password of a connected directory can be opened, and each of its servers answers as it must. */
export async function lookAtDirectory(
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
  if (!outbound) return [];
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
  return findings.length > 0 ? findings : [ok(`${name}, of ${account.name}, answers as it must.`)];
}

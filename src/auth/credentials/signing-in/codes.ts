import type { Ground } from '../../../trail/ground.ts';
import { credentialErrors } from '../errors.ts';
import type { Proven } from '../factors/proof.ts';
import { looksLikeRecoveryCode, proveRecoveryCode } from '../factors/recovery-codes.ts';
import { proveTotp } from '../factors/totp.ts';
import { returnCodeGuess, takeCodeGuess } from '../guesses/codes.ts';
import type { Holder } from '../holders.ts';

/**
 * Judges what was typed as a code: six digits of an app, of which few may be guessed, or a recovery code, which nobody
 * can guess, so that wrong digits of others never keep it from working.
 * @throws factor.codeWrong, factor.tooManyCodes
 */
export async function proveCode(
  ground: Ground,
  holder: Holder,
  typed: string,
  device: string | null,
  { recovery }: { recovery: boolean },
): Promise<Proven> {
  const code = typed.slice(0, 64).replaceAll(/\s/g, '');
  if (recovery && looksLikeRecoveryCode(code)) {
    const proven = await proveRecoveryCode(ground.db.read, holder, code);
    if (!proven) throw credentialErrors('factor.codeWrong', { field: 'code' });
    return proven;
  }
  await ground.db.write((m) => takeCodeGuess(m, holder, device));
  const proven = await proveTotp(ground, holder, code);
  if (!proven) throw credentialErrors('factor.codeWrong', { field: 'code' });
  return {
    ...proven,
    spend: async (m) => {
      await proven.spend(m);
      await returnCodeGuess(m, holder, device);
    },
  };
}

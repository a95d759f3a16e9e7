import type { Passkey } from '../factors/factors.entity.ts';
import type { PasskeyOptions, Passkeys } from '../factors/passkeys.ts';
import { type Offer, offerAgain, offerTotp } from '../factors/totp.ts';
import type { Fault } from '../../../platform/http/pages/forms.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Holder } from '../holders.ts';
import { registerPurpose } from '../signing-in/second.ts';

/** The secret that a page shows: after a wrong code the same once more, for it may be in an app already. */
export const offerFor = (ground: Ground, holder: Holder, sent: URLSearchParams, fault: Fault): Promise<Offer> =>
  fault?.code === 'factor.codeWrong' || fault?.code.startsWith('passkey.')
    ? offerAgain(ground, holder, sent.get('offered') ?? '').catch(() => offerTotp(ground, holder))
    : offerTotp(ground, holder);

/** What a page asks for a new passkey with; null where there can be none. */
export const passkeyOffer = (
  passkeys: Passkeys,
  holder: Holder,
  displayName: string,
  browser: string,
  known: readonly Passkey[],
): PasskeyOptions | null =>
  passkeys.party && passkeys.askNew({ purpose: registerPurpose(holder), browser }, holder, displayName, known);

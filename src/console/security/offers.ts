import type { Passkey } from '../../access/administrators/factors/factors.entity.ts';
import type { PasskeyOptions, Passkeys } from '../../access/administrators/factors/passkeys.ts';
import { type Holder, type Offer, offerAgain, offerTotp } from '../../access/administrators/factors/totp.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Fault } from '../forms.ts';

/** The secret that a page shows: after a wrong code the same once more, for it may be in an app already. */
export const offerFor = (ground: Ground, holder: Holder, sent: URLSearchParams, fault: Fault): Promise<Offer> =>
  fault?.code === 'factor.codeWrong' || fault?.code.startsWith('passkey.')
    ? offerAgain(ground, holder, sent.get('offered') ?? '').catch(() => offerTotp(ground, holder))
    : offerTotp(ground, holder);

/** What a page asks for a new passkey with; null where there can be none. */
export const passkeyOffer = (
  passkeys: Passkeys,
  holder: Holder,
  organisationName: string,
  browser: string,
  known: readonly Passkey[],
): PasskeyOptions | null =>
  passkeys.party && passkeys.askNew({ purpose: `register:${holder.id}`, browser }, holder, organisationName, known);

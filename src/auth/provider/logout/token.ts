import { clock } from '../../../platform/clock/clock.ts';
import { newId } from '../../../platform/ids/ids.ts';
import type { SigningKeys } from '../keys/keys.ts';
import type { LogoutDelivery } from './delivery.entity.ts';

/** It is made for one attempt, so it need not live longer than clocks differ. */
const lifeSeconds = 120;
const event = 'http://schemas.openid.net/event/backchannel-logout';

/** The logout token of a delivery (OpenID Connect Back-Channel Logout 1.0 §2.4). It never has a nonce. */
export function logoutToken(
  keys: SigningKeys,
  issuer: string,
  delivery: Pick<LogoutDelivery, 'id' | 'clientId' | 'subject' | 'withSession'>,
): Promise<string> {
  const iat = Math.floor(clock.now() / 1000);
  const claims = {
    iss: issuer,
    aud: delivery.clientId,
    iat,
    exp: iat + lifeSeconds,
    jti: newId(),
    sub: delivery.subject,
    ...(delivery.withSession && { sid: delivery.id }),
    events: { [event]: {} },
  };
  return keys.sign(claims, 'logout+jwt');
}

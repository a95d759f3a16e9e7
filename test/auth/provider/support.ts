import { createClient } from '../../../src/auth/provider/clients/clients.ts';
import type { ClientInput } from '../../../src/auth/provider/clients/check.ts';
import type { OidcClient } from '../../../src/auth/provider/clients/client.entity.ts';
import { noteRelyingParty } from '../../../src/auth/provider/logout/end.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import type { Session } from '../../../src/auth/sessions/session.entity.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import type { House } from '../../../src/app.ts';

/** A relying party as an administrator registers one, with what the test says besides. */
export const testClient = (
  house: House,
  organisationId: string,
  input: ClientInput = {},
): Promise<{ client: OidcClient; secret: string | null }> =>
  createClient(house, organisationId, {
    name: 'Wiki',
    kind: 'web',
    ...((input.kind ?? 'web') === 'web' && { redirectUris: ['https://wiki.acme.example/callback'] }),
    ...input,
  });

/** A device of a person, begun as a sign-in begins one. */
export const signIn = (house: House, userId: string): Promise<{ session: Session; token: string }> =>
  house.ground.db.write(async (m) => {
    const principal = await userPrincipal(m, userId);
    if (!principal?.mayBeIn) throw new Error('this person may not come in');
    const begun = await house.sessions.begin(m, principal, 3_600_000);
    await m.update(UserTable, { id: userId }, { liveUntil: begun.session.expiresAt });
    return begun;
  });

/** Notes that a client was given an ID token under a session. */
export const takePart = (house: House, client: OidcClient, session: Session, subject = session.principalId) =>
  house.ground.db.write((m) => noteRelyingParty(m, { client, session, subject }));

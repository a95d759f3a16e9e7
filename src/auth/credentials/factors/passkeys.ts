import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { isIP } from 'node:net';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { parseJson } from '../../../platform/http/parse.ts';
import { newId } from '../../../platform/ids/ids.ts';
import type { Keyring } from '../../../platform/secrets/keyring.ts';
import type { Ground } from '../../../trail/ground.ts';
import { credentialErrors } from '../errors.ts';
import { type Asked, challengeEnds, issueChallenge, spendChallenge } from './challenge.ts';
import { type Holder, type HolderKind, tableOf } from '../holders.ts';
import { type Passkey, passkeyTables } from './factors.entity.ts';
import type { Enrolment, Proven } from './proof.ts';

const mostPasskeys = 20;
/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812). */
const algorithms = [-8, -7, -257];

const bytes = (base64url: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64url, 'base64url'));
const text = (value: Uint8Array): string => Buffer.from(value).toString('base64url');

/** Costs 300 ms and 12 MB to load, so it is loaded when the first passkey is shown. */
const library = () => import('@simplewebauthn/server');

/** What the server is to authenticators (WebAuthn §5.1.2): null where browsers offer no passkeys. */
export function relyingParty(publicUrl: string): { id: string; origin: string } | null {
  const { hostname, origin, protocol } = new URL(publicUrl);
  const secure = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
  return secure && isIP(hostname.replaceAll(/[[\]]/g, '')) === 0 ? { id: hostname, origin } : null;
}

/** Options for the browser, as its own `parse…OptionsFromJSON` take them (WebAuthn §5.1.8). */
export type PasskeyOptions = Record<string, unknown>;

/** What challenges are authenticated with: those of one kind of holder are nothing to another. */
const challengeKeys: Record<HolderKind, string> = {
  administrator: 'passkey challenges',
  user: 'passkey challenges of people',
};

/** Asks the authenticators of one kind of holder, and judges their answers. */
export class Passkeys {
  readonly #ground: Ground;
  readonly #key: Buffer;
  readonly #table: (typeof passkeyTables)[HolderKind];
  /** Null where passkeys cannot be used. */
  readonly party: { id: string; origin: string } | null;

  constructor(ground: Ground, keyring: Keyring, kind: HolderKind) {
    this.#ground = ground;
    this.#key = keyring.derive(challengeKeys[kind]);
    this.#table = passkeyTables[kind];
    this.party = relyingParty(ground.config.publicUrl);
  }

  /**
   * What to ask for a proof with.
   * @param known the passkeys that will do; without any, whichever the authenticator has for us
   */
  ask(asked: Asked, known: readonly Passkey[] = []): PasskeyOptions {
    return {
      challenge: issueChallenge(this.#key, asked),
      rpId: this.party?.id,
      userVerification: 'required',
      timeout: 300_000,
      allowCredentials: known.map(({ credentialId, transports }) => ({
        type: 'public-key',
        id: credentialId,
        transports,
      })),
    };
  }

  /**
   * What to ask for a new passkey with.
   * @param displayName as the authenticator's own dialogue names the holder
   */
  askNew(asked: Asked, { id, label }: Holder, displayName: string, known: readonly Passkey[]): PasskeyOptions {
    return {
      challenge: issueChallenge(this.#key, asked),
      rp: { id: this.party?.id, name: 'Carillon' },
      user: {
        id: Buffer.from(id).toString('base64url'),
        name: label,
        displayName,
      },
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
      timeout: 300_000,
      excludeCredentials: known.map(({ credentialId }) => ({ type: 'public-key', id: credentialId })),
    };
  }

  /**
   * Judges an authenticator's answer to `ask` (WebAuthn §7.2): ours, of this browser, with the person verified.
   * @param of whose passkey it must be; null when it shall say so itself
   * @throws passkey.refused
   */
  async prove(answer: string, asked: Asked, of: string | null): Promise<Proven & { passkey: Passkey }> {
    try {
      const response = this.#parse(answer) as AuthenticationResponseJSON;
      const passkey = await this.#ground.db.read.findOneBy(this.#table, { credentialId: response.id });
      if (!passkey || (of !== null && passkey.holderId !== of)) throw new Error('an unknown passkey');
      const { userHandle } = response.response;
      if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== passkey.holderId) {
        throw new Error('a passkey of somebody else');
      }
      const challenge = this.#challenge();
      const { id, credentialId, publicKey, counter } = passkey;
      const { verifyAuthenticationResponse } = await library();
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge.check(this.#key, asked),
        expectedOrigin: this.party?.origin ?? '',
        expectedRPID: this.party?.id ?? '',
        credential: { id: credentialId, publicKey: bytes(publicKey), counter },
        requireUserVerification: true,
      });
      if (!verified) throw new Error('a wrong signature');
      const { newCounter, credentialBackedUp } = authenticationInfo;
      return {
        by: 'passkey',
        amr: credentialBackedUp ? 'swk' : 'hwk',
        passkey,
        spend: async (m) => {
          await spendChallenge(m, passkey.organisationId, challenge.value, challenge.ends);
          const spent = await changed(
            m,
            sql`UPDATE ${tableOf(this.#table)} SET "counter" = ${newCounter}, "backedUp" = ${credentialBackedUp},
                  "lastUsedAt" = ${clock.now()}
                WHERE "id" = ${id} AND ${newCounter === 0 ? sql`"counter" = 0` : sql`"counter" < ${newCounter}`}
                RETURNING "id"`,
          );
          if (spent.length === 0) throw credentialErrors('passkey.refused', { detail: 'the counter went back' });
        },
      };
    } catch (cause) {
      throw refused(cause);
    }
  }

  /**
   * Judges an authenticator's answer to `askNew` (WebAuthn §7.1).
   * @throws passkey.refused, .nameInvalid, .tooMany
   */
  async enrol(answer: string, asked: Asked, holder: Holder, name: string): Promise<Enrolment> {
    const called = name.normalize('NFC').trim();
    if (called === '' || called.length > 64 || /\p{Cc}/u.test(called)) {
      throw credentialErrors('passkey.nameInvalid', { field: 'passkeyName' });
    }
    try {
      const response = this.#parse(answer) as RegistrationResponseJSON;
      const challenge = this.#challenge();
      const { verifyRegistrationResponse } = await library();
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge.check(this.#key, asked),
        expectedOrigin: this.party?.origin ?? '',
        expectedRPID: this.party?.id ?? '',
        requireUserVerification: true,
        supportedAlgorithmIDs: algorithms,
      });
      if (!verified) throw new Error('a wrong attestation');
      const { credential, credentialBackedUp } = registrationInfo;
      const row: Passkey = {
        id: newId(),
        organisationId: holder.organisationId,
        holderId: holder.id,
        credentialId: credential.id,
        publicKey: text(credential.publicKey),
        counter: credential.counter,
        transports: (credential.transports ?? []).map((transport) => transport.slice(0, 32)).slice(0, 8),
        name: called,
        backedUp: credentialBackedUp,
        createdAt: clock.now(),
        lastUsedAt: null,
      };
      return {
        eventName: 'CreatePasskey',
        amr: credentialBackedUp ? 'swk' : 'hwk',
        store: async (m) => {
          await spendChallenge(m, holder.organisationId, challenge.value, challenge.ends);
          if ((await m.countBy(this.#table, { holderId: holder.id })) >= mostPasskeys) {
            throw credentialErrors('passkey.tooMany', { values: { most: mostPasskeys } });
          }
          if (await m.existsBy(this.#table, { credentialId: row.credentialId })) {
            throw credentialErrors('passkey.refused', { detail: 'it is registered already' });
          }
          await m.insert(this.#table, row);
        },
      };
    } catch (cause) {
      throw refused(cause);
    }
  }

  #parse(answer: string): { id: string; response: object } {
    if (!this.party) throw credentialErrors('passkey.impossible');
    const value = parseJson(answer) as { id?: unknown; response?: unknown } | null;
    const { id, response } = value ?? {};
    if (typeof id !== 'string' || typeof response !== 'object' || response === null) throw new Error('no answer');
    return value as { id: string; response: object };
  }

  /** Notes the challenge that the library found in the answer, while it asks whether that is the right one. */
  #challenge(): { value: string; ends: number; check: (key: Buffer, asked: Asked) => (given: string) => boolean } {
    const noted = {
      value: '',
      ends: 0,
      check: (key: Buffer, asked: Asked) => (given: string) => {
        noted.value = given;
        noted.ends = challengeEnds(key, asked, given) ?? 0;
        return noted.ends > 0;
      },
    };
    return noted;
  }
}

const refused = (cause: unknown): CarillonError =>
  cause instanceof CarillonError && cause.code.startsWith('passkey.')
    ? cause
    : credentialErrors('passkey.refused', { cause, detail: cause instanceof Error ? cause.message : String(cause) });

import { firstRow, isTrue } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { isKeptByNobody } from '../../users/own.ts';
import type { Principal } from '../sessions/principal.ts';

/** scope → the claims that it stands for (OpenID Connect Core §5.4); `account` is ours. */
export const scopeClaims: Record<string, string[]> = {
  openid: ['sub', 'amr'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at', 'locale'],
  email: ['email', 'email_verified'],
  account: ['account_id', 'account_name', 'organisation_id', 'tier'],
};

interface Facts {
  userName: string;
  displayName: string | null;
  primaryAddress: string;
  profile: string | Record<string, unknown>;
  updatedAt: number | string;
  accountName: string;
  domainVerified: unknown;
  mailProved: unknown;
}

const words = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 1024 ? value : undefined;

/** Everything that an application may be told of a person; what of it is told, its scopes decide. */
export async function claimsOf(on: Reader, principal: Principal): Promise<Record<string, unknown>> {
  const facts = await firstRow<Facts>(
    on,
    sql`SELECT u."userName", u."displayName", u."primaryAddress", u."profile", u."updatedAt", a."name" AS "accountName",
          EXISTS (SELECT 1 FROM "domains" d WHERE d."accountId" = u."accountId" AND d."name" = u."primaryDomain"
                  AND d."state" = 'verified') AS "domainVerified",
          (EXISTS (SELECT 1 FROM "logins" l WHERE l."userId" = u."id" AND l."addressKey" = u."primaryAddressKey")
            AND ${isKeptByNobody(sql`u."connectionId"`)}
            AND NOT EXISTS (SELECT 1 FROM "domains" d WHERE d."name" = u."primaryDomain" AND d."state" = 'verified'
                            AND d."accountId" <> u."accountId")) AS "mailProved"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId" WHERE u."id" = ${principal.id}`,
  );
  if (!facts) return {};
  const profile = (typeof facts.profile === 'string' ? JSON.parse(facts.profile) : facts.profile) as {
    name?: { givenName?: unknown; familyName?: unknown; formatted?: unknown };
    locale?: unknown;
    preferredLanguage?: unknown;
    addresses?: unknown;
  };
  const all: Record<string, unknown> = {
    name: words(facts.displayName) ?? words(profile.name?.formatted),
    given_name: words(profile.name?.givenName),
    family_name: words(profile.name?.familyName),
    preferred_username: facts.userName,
    updated_at: Math.floor(Number(facts.updatedAt) / 1000),
    locale: localeOf(profile.locale) ?? localeOf(profile.preferredLanguage),
    email: facts.primaryAddress,
    // The directory's word is not enough: the account must have proved that the domain is its own, or the person, by a
    // link that was mailed there, that the mailbox is theirs.
    email_verified: isTrue(facts.domainVerified) || isTrue(facts.mailProved),
    postal_code: postalCodeOf(profile.addresses),
    account_id: principal.accountId,
    account_name: facts.accountName,
    organisation_id: principal.organisationId,
    tier: principal.tier,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

/** Of the addresses that a directory has pushed (RFC 7643 §4.1.2), the primary one's, else the office's, else any. */
function postalCodeOf(addresses: unknown): string | undefined {
  const all = (Array.isArray(addresses) ? addresses : []) as {
    primary?: unknown;
    type?: unknown;
    postalCode?: unknown;
  }[];
  const known = all.filter(({ postalCode }) => words(postalCode) !== undefined);
  const chosen = known.find(({ primary }) => primary === true) ?? known.find(({ type }) => type === 'work') ?? known[0];
  return words(chosen?.postalCode);
}

/** One language tag (RFC 5646); directories also write "de_CH", or a list of what somebody prefers. */
function localeOf(value: unknown): string | undefined {
  const tag = words(value)?.split(/[,;]/)[0]?.trim().replace('_', '-');
  return tag !== undefined && /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag) ? tag : undefined;
}

/** The steps of a connection, in their order: what the diagnosis shows, and a fault names. */
export const steps = ['resolve', 'tcp', 'startTls', 'tls', 'bind', 'request'] as const;
export type Step = (typeof steps)[number];

/** Why a step failed; TLS's are the faults that a certificate can have. */
export type Reason =
  | 'notAllowed'
  | 'noSuchName'
  | 'refused'
  | 'unreachable'
  | 'timedOut'
  | 'closed'
  | 'malformed'
  | 'startTlsRefused'
  | 'startTlsStripped'
  | 'certificateExpired'
  | 'certificateNotYetValid'
  | 'wrongHost'
  | 'selfSigned'
  | 'unknownAuthority'
  | 'notTls'
  | 'credentials'
  | 'anotherDomain'
  | 'busy';

/** A server that cannot be used, or a connection that ended: another server may do better. For the log and the diagnosis. */
export class LdapFault extends Error {
  readonly step: Step;
  readonly reason: Reason;
  readonly server: string;

  constructor(server: string, step: Step, reason: Reason, detail: string, cause?: unknown) {
    super(`${server}: ${step}: ${reason}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'LdapFault';
    this.server = server;
    this.step = step;
    this.reason = reason;
  }
}

/** An answer of the directory that is no success (RFC 4511 §4.1.9): the connection itself is sound. */
export class LdapRefusal extends Error {
  readonly code: number;
  /** The directory's own words; they may name entries, so they are for the log alone. */
  readonly text: string;

  constructor(what: string, code: number, text: string) {
    super(`${what}: result ${code}: ${text}`);
    this.name = 'LdapRefusal';
    this.code = code;
    this.text = text;
  }
}

/** Result codes that callers ask for (RFC 4511, appendix A). */
export const resultCodes = {
  success: 0,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  referral: 10,
  adminLimitExceeded: 11,
  constraintViolation: 19,
  noSuchObject: 32,
  invalidDn: 34,
  inappropriateAuth: 48,
  invalidCredentials: 49,
  insufficientAccess: 50,
  busy: 51,
  unavailable: 52,
  unwilling: 53,
} as const;

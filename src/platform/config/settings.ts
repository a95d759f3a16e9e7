import type { z } from 'zod';
import {
  choice,
  database,
  host,
  isHostWithPort,
  isNetwork,
  isServer,
  listOf,
  organisationNumber,
  origin,
  secret,
  text,
  wholeNumber,
} from './kinds.ts';
import type { Kind } from './kinds.ts';
import { sender, smtp } from './smtp.ts';

interface Setting {
  /** The variable of the environment. */
  env: string;
  kind: Kind<unknown>;
  /** What holds when nothing is said; undefined: nothing, or what `derived` says. */
  default: string | number | readonly string[] | undefined;
  /** Where the default comes from, when it depends on another setting. */
  derived?: string;
  /** Its value is never shown. */
  secret?: boolean;
  /** For the operator: what it does. */
  meaning: string;
}

/** Every setting. A key is its name in `config/*.json` and in the object that `loadConfig` gives. */
export const settings = {
  publicUrl: {
    env: 'PUBLIC_URL',
    kind: origin,
    default: undefined,
    derived: 'localhost with PORT, https when TLS_CERTIFICATE is set',
    meaning:
      'The origin by which people and other servers reach Carillon. Every link, issuer and redirect URI is built from it, never from the Host header. With https, cookies are Secure.',
  },
  port: {
    env: 'PORT',
    kind: wholeNumber(0, 65_535),
    default: 3000,
    meaning: 'The TCP port to listen on; 0 takes a free one.',
  },
  host: {
    env: 'HOST',
    kind: host,
    default: '127.0.0.1',
    meaning:
      'The address to listen on; 0.0.0.0 listens on all. For others than this machine set TLS_CERTIFICATE, or put a proxy that speaks TLS in front.',
  },
  tlsCertificate: {
    env: 'TLS_CERTIFICATE',
    kind: text("a file's path, or development"),
    default: undefined,
    derived: 'none: plain http, for a proxy that speaks TLS in front',
    meaning:
      'The PEM file of the certificate, with those of its issuers behind it, with which Carillon speaks https itself, and then nothing else. It is read again when it changes. The word development takes the self-signed certificate in CERTS_DIR.',
  },
  tlsKey: {
    env: 'TLS_KEY',
    kind: text("a file's path"),
    default: undefined,
    derived: 'the file of TLS_CERTIFICATE, with both in it',
    meaning: 'The PEM file of the private key of TLS_CERTIFICATE.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    kind: database,
    default: 'data/carillon.db',
    secret: true, // a server's address has a password in it
    meaning:
      'Where everything is kept: the path of a SQLite file, which Carillon makes, and its folder; or postgres://user:password@host:5432/database, of PostgreSQL 15 or newer. A unix socket: postgres://user@/database?host=/var/run/postgresql. A server on another machine must prove its name by TLS (sslmode=verify-full, with sslrootcert=file for a CA of your own) unless sslmode says less: verify-ca, require, disable.',
  },
  dataDir: {
    env: 'DATA_DIR',
    kind: text("a folder's path"),
    default: undefined,
    derived: 'the folder of the database',
    meaning: 'The folder for files that Carillon writes beside the database.',
  },
  trailDigestDir: {
    env: 'TRAIL_DIGEST_DIR',
    kind: text("a folder's path"),
    default: undefined,
    derived: 'trail-digests in DATA_DIR',
    meaning:
      'The folder for the signed digests of the trail, one file an hour and organisation. Copy them to another machine: they show what was cut off or altered here.',
  },
  trailUnknownDays: {
    env: 'TRAIL_UNKNOWN_DAYS',
    kind: wholeNumber(1, 3_650),
    default: 365,
    meaning:
      'How many days the trail keeps client addresses and other personal values of people whom nobody knew, such as in refused sign-ins. After that they are erased; the records stay.',
  },
  certsDir: {
    env: 'CERTS_DIR',
    kind: text("a folder's path"),
    default: 'certs',
    meaning: 'The folder of keys and certificates; what is missing is made on the first start.',
  },
  trustedProxies: {
    env: 'TRUSTED_PROXIES',
    kind: listOf(isNetwork, 'IP addresses or CIDR networks'),
    default: [],
    meaning: 'Proxies whose X-Forwarded-For is believed. From anyone else the header is ignored.',
  },
  outboundPrivateHosts: {
    env: 'OUTBOUND_PRIVATE_HOSTS',
    kind: listOf(isHostWithPort, 'host names or IP addresses, each with or without :port'),
    default: [],
    meaning:
      'Hosts that Carillon may call although they are at private or loopback addresses, such as an identity provider inside the company. These may be called by plain http too.',
  },
  dnsResolvers: {
    env: 'DNS_RESOLVERS',
    kind: listOf(isServer(true), 'IP addresses, each with or without :port'),
    default: [],
    meaning: "DNS resolvers that are asked for a domain's TXT record; none: those of the system.",
  },
  dnsAuthoritative: {
    env: 'DNS_AUTHORITATIVE',
    kind: listOf(isServer(false), 'IP addresses with :port'),
    default: [],
    meaning: "For tests and the demo: servers to take for every zone's authoritative ones instead of looking them up.",
  },
  domainCheckSeconds: {
    env: 'DOMAIN_CHECK_SECONDS',
    kind: wholeNumber(1, 86_400),
    default: 300,
    meaning: 'How often domains that wait for verification are looked up.',
  },
  sessionHours: {
    env: 'SESSION_HOURS',
    kind: wholeNumber(1, 8_760),
    default: 12,
    meaning: 'How long a person stays signed in on a device.',
  },
  adminSessionHours: {
    env: 'ADMIN_SESSION_HOURS',
    kind: wholeNumber(1, 720),
    default: 12,
    meaning: 'How long an administrator stays signed in.',
  },
  keepDeletedDays: {
    env: 'KEEP_DELETED_DAYS',
    kind: wholeNumber(0, 3_650),
    default: 30,
    meaning:
      'How many days what was deleted (people, accounts, organisations) is kept, out of everybody’s reach, until it is erased.',
  },
  signingKeyDays: {
    env: 'SIGNING_KEY_DAYS',
    kind: wholeNumber(1, 365),
    default: 30,
    meaning: 'After how many days the key that signs ID tokens is replaced by the one published beside it.',
  },
  accessTokenSeconds: {
    env: 'ACCESS_TOKEN_SECONDS',
    kind: wholeNumber(30, 3_600),
    default: 900,
    meaning:
      'How long, at most, an access token for an application is good. An application may have less; one that is a JWT never has more than 300.',
  },
  idTokenSeconds: {
    env: 'ID_TOKEN_SECONDS',
    kind: wholeNumber(60, 3_600),
    default: 600,
    meaning: 'How long the ID token is good that tells an application who has signed in.',
  },
  refreshTokenDays: {
    env: 'REFRESH_TOKEN_DAYS',
    kind: wholeNumber(1, 365),
    default: 30,
    meaning:
      'After how many days at most an application must ask the person again, however often it has renewed its tokens. Without offline access they end with the session anyway.',
  },
  smtpUrl: {
    env: 'SMTP_URL',
    kind: smtp,
    default: undefined,
    derived: 'none: no mail is sent, and pages say so',
    secret: true, // it has a password in it
    meaning:
      'The SMTP server that takes mails: registrations, invitations, lost passwords. With smtps:// TLS from the first byte; with smtp:// STARTTLS is required unless the host is this machine. The server must prove its name; NODE_EXTRA_CA_CERTS names a file with a CA of your own.',
  },
  mailFrom: {
    env: 'MAIL_FROM',
    kind: sender,
    default: undefined,
    derived: 'carillon@ the host of PUBLIC_URL',
    meaning: 'Whom mails come from. Its domain should name the SMTP server in SPF, and sign by DKIM there.',
  },
  invitationsPerDay: {
    env: 'INVITATIONS_PER_DAY',
    kind: wholeNumber(1, 1_000_000),
    default: 500,
    meaning: 'How many invitations one organisation may send by mail in a day.',
  },
  operatorOrganisation: {
    env: 'OPERATOR_ORGANISATION',
    kind: organisationNumber,
    default: undefined,
    derived: 'none: the command line alone looks after people in no account',
    meaning:
      'The organisation whose administrators look after this installation in the console too: they see the people who are in no account, and may suspend them.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    kind: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    meaning: 'The least important level that is logged.',
  },
  logFile: {
    env: 'LOG_FILE',
    kind: text("a file's path, or -"),
    default: undefined,
    derived: 'carillon.log in DATA_DIR',
    meaning:
      'Where the log goes, one JSON object a line; - is standard error. At 50 MB the file is renamed to the same name with .1 at the end, in place of the one before, and begun anew.',
  },
  metricsToken: {
    env: 'METRICS_TOKEN',
    kind: secret(16),
    default: undefined,
    derived:
      'none: /metrics answers this machine only, and nobody unless PUBLIC_URL is at localhost or a loopback address',
    secret: true,
    meaning: 'The bearer token that /metrics asks for.',
  },
  scimRate: {
    env: 'SCIM_RATE',
    kind: wholeNumber(1, 1_000_000),
    default: 1000,
    meaning: 'Requests a second that one SCIM key may make.',
  },
  apiRate: {
    env: 'API_RATE',
    kind: wholeNumber(1, 1_000_000),
    default: 100,
    meaning: 'Requests a second that one access key may make to the administration API.',
  },
  signInRate: {
    env: 'SIGN_IN_RATE',
    kind: wholeNumber(1, 1_000_000),
    default: 600,
    meaning:
      'How often, a minute, people behind one client address may begin to sign in at their company. Guessing the password of an administrator is slowed by limits of its own.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** The value of TLS_CERTIFICATE that stands for the self-signed certificate in CERTS_DIR. */
export const developmentCertificate = 'development';

/** The variable that names the file `config/{name}.json` to lay over `config/default.json`. */
export const environmentVariable = 'CARILLON_ENV';

/** The table for those who walk over it. */
export const settingEntries = (): [SettingName, Setting][] => Object.entries(settings) as [SettingName, Setting][];

type Values = { readonly [K in SettingName]: z.output<(typeof settings)[K]['kind']['schema']> };

/** Every setting, judged; paths are absolute. */
export type Config = Omit<Values, Unset> & { readonly [K in Unset]: Values[K] | undefined };

/** Settings that may be left out, and have no default. */
type Unset = 'metricsToken' | 'tlsCertificate' | 'tlsKey' | 'smtpUrl' | 'mailFrom' | 'operatorOrganisation';

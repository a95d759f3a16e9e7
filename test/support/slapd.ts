import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Attribute, Change, Client, Control } from 'ldapts';
import { TestAuthority, type TestCertificate } from './authority.ts';
import { testFolder } from './folder.ts';
import { keepServer, type KeptServer } from './kept-server.ts';
import { ownLoopback } from './loopback.ts';
import { oncePerRun } from './once.ts';
import { freePorts } from './port.ts';

const program = '/usr/sbin/slapd';
const loader = '/usr/sbin/slapadd';
const schemas = '/etc/ldap/schema';
const baseDn = 'dc=ldap,dc=example,dc=test';
const patienceMs = 60_000;

/** An OpenLDAP server, seeded as `seed` says. */
export interface Slapd {
  host: string;
  /** LDAPS; and LDAP, for StartTLS. */
  url: string;
  startTlsUrl: string;
  /** PEM. */
  ca: string;
  baseDn: string;
  bindName: string;
  bindPassword: string;
  adminDn: string;
  adminPassword: string;
  /** Of everybody else. */
  password: string;
}

interface Trusted {
  certificate: TestCertificate;
  /** PEM. */
  ca: string;
}

export interface SlapdOptions {
  /** Its certificate, which may have a fault, and who is to be trusted for it; null: it does not offer TLS at all. */
  tls?: ((host: string) => Trusted) | null;
  /** More entries, as LDIF, loaded before it starts (without memberOf, which is written for live changes alone). */
  ldif?: string;
  /** How many entries one answer may have without paging; 1,000 as Windows has it. */
  sizeLimit?: number;
}

export const isSlapdHere = (): boolean => existsSync(program) && existsSync(schemas);

/**
 * To be called in a suite's first `before`: the run's one OpenLDAP server, which many suites use at once, so that each
 * changes only what it has itself added. Without slapd the suite is skipped.
 */
export async function needSlapd(suite: Mocha.Context): Promise<Slapd> {
  if (!isSlapdHere()) suite.skip();
  suite.timeout(patienceMs);
  return oncePerRun('slapd', async (folder) => (await start(folder, {})).slapd);
}

/** A server of the suite's own, with the same seed: to be stopped, stalled and changed at will. */
export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd & KeptServer> {
  const { slapd, server } = await start(testFolder(), options);
  return { ...slapd, ...server };
}

async function start(folder: string, options: SlapdOptions): Promise<{ slapd: Slapd; server: KeptServer }> {
  const port = await freePorts(2);
  const host = await ownLoopback([port, port + 1]);
  const trusted = options.tls === null ? null : (options.tls ?? trust)(host);
  const conf = join(folder, 'conf');
  for (const path of [conf, join(folder, 'db')]) mkdirSync(path, { mode: 0o700 });
  if (trusted) {
    writeFileSync(join(folder, 'server.pem'), trusted.certificate.cert, { mode: 0o600 });
    writeFileSync(join(folder, 'server.key'), trusted.certificate.key, { mode: 0o600 });
  }
  await load(folder, conf, 0, configuration(folder, trusted !== null, options.sizeLimit ?? 1_000));
  await load(folder, conf, 1, `${entries}\n${options.ldif ?? ''}`);
  const slapd: Slapd = {
    host,
    url: `ldaps://${host}:${port + 1}`,
    startTlsUrl: `ldap://${host}:${port}`,
    ca: trusted?.ca ?? '',
    baseDn,
    bindName: `uid=svc,ou=people,${baseDn}`,
    bindPassword: 'svc-secret',
    adminDn: `cn=admin,${baseDn}`,
    adminPassword: 'admin-secret',
    password: 'Passw0rd!',
  };
  const listens = trusted ? `${slapd.startTlsUrl}/ ${slapd.url}/` : `${slapd.startTlsUrl}/`;
  // -d 0 keeps it in the foreground.
  const server = await keepServer(folder, [program, '-d', '0', '-F', conf, '-h', listens], () => answers(slapd));
  await seed(slapd);
  return { slapd, server };
}

function trust(host: string): Trusted {
  const authority = new TestAuthority('Test OpenLDAP Authority');
  return { certificate: authority.issue({ names: ['ldap.example.test', host] }), ca: authority.cert };
}

/** Loads a database while nobody serves it. */
async function load(folder: string, conf: string, database: number, ldif: string): Promise<void> {
  const file = join(folder, `load-${database}.ldif`);
  writeFileSync(file, ldif);
  await promisify(execFile)(loader, ['-q', '-n', String(database), '-F', conf, '-l', file], { timeout: patienceMs });
}

async function answers({ startTlsUrl }: Slapd): Promise<boolean> {
  const client = new Client({ url: startTlsUrl, timeout: 2_000, connectTimeout: 2_000 });
  try {
    await client.search('', { scope: 'base', attributes: ['1.1'] });
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => {});
  }
}

/** On a server with a fault in its certificate, or without TLS, the database's owner may bind all the same: it is local. */
async function ownerOf({ startTlsUrl, adminDn, adminPassword }: Slapd): Promise<Client> {
  const client = new Client({ url: startTlsUrl, timeout: 20_000, connectTimeout: 20_000 });
  await client.bind(adminDn, adminPassword);
  return client;
}

const relax = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });

/** Groups go in over LDAP: memberOf is written for live changes alone. Then what the password policy knows of people. */
async function seed(slapd: Slapd): Promise<void> {
  const owner = await ownerOf(slapd);
  const person = (name: string): string => `uid=${name},ou=people,${baseDn}`;
  const group = (name: string): string => `cn=${name},ou=groups,${baseDn}`;
  const add = (name: string, member: string[]): Promise<void> =>
    owner.add(group(name), { objectClass: 'groupOfNames', cn: name, member });
  await add('nested', [person('cora'), person('zoe')]);
  await add('pro', [person('ben'), group('nested')]);
  await add('basic', ['anna', 'ben', 'shirley.rodriguez', 'locked', 'expired', 'mustchange'].map(person));
  await add('loop-a', [person('ivan')]);
  await add('loop-b', [group('loop-a')]);
  const change = (dn: string, type: string, value: string, operation: 'add' | 'replace' = 'replace'): Promise<void> =>
    owner.modify(dn, new Change({ operation, modification: new Attribute({ type, values: [value] }) }), relax);
  await change(group('loop-a'), 'member', group('loop-b'), 'add');
  await change(person('locked'), 'pwdAccountLockedTime', '000001010000Z'); // for ever (draft-behera-ldap-password-policy)
  await change(person('mustchange'), 'pwdReset', 'TRUE');
  await change(person('expired'), 'pwdPolicySubentry', `cn=short,ou=policies,${baseDn}`);
  await change(person('expired'), 'pwdChangedTime', '20200101000000Z');
  await owner.unbind();
}

const people: [uid: string, name: string, mail: string, proxies: string[]][] = [
  [
    'anna',
    'Anna Müller, (X)',
    'anna@ldap.example.test',
    ['SMTP:anna@ldap.example.test', 'smtp:a.mueller@ldap.example.test'],
  ],
  ['ben', 'Ben Müller, (X)', 'ben@ldap.example.test', ['SMTP:ben@ldap.example.test']],
  ['cora', 'Cora Müller, (X)', 'cora@ldap.example.test', []],
  ['dan', 'Dan Noboby', 'dan@ldap.example.test', []],
  ['ivan', 'Ivan No Tier', 'ivan@ldap.example.test', []],
  ['zoe', 'Zoë Müller-Łukasz 東京', 'zoe@ldap.example.test', []],
  ['locked', 'Locked Out', 'locked@ldap.example.test', []],
  ['expired', 'Expired Password', 'expired@ldap.example.test', []],
  ['mustchange', 'Must Change', 'mustchange@ldap.example.test', []],
  ['dup1', 'Dup One', 'dup@ldap.example.test', []],
  ['dup2', 'Dup Two', 'dup2@ldap.example.test', ['smtp:dup@ldap.example.test']],
  [
    'shirley.rodriguez',
    'Shirley Rodriguez',
    'shirley.rodriguez@example.com',
    ['SMTP:shirley.rodriguez@example.com', 'smtp:shirley.rodriguez@example2.com', 'smtp:srodriguez@anotherdomain.com'],
  ],
];

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const policy = (name: string, maxAge: number): string => `
dn: cn=${name},ou=policies,${baseDn}
objectClass: pwdPolicy
objectClass: device
cn: ${name}
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3
pwdLockoutDuration: 0
pwdMustChange: TRUE
pwdAllowUserChange: TRUE
pwdMaxAge: ${maxAge}
`;

const entries = `
dn: ${baseDn}
objectClass: dcObject
objectClass: organization
o: Example
dc: ldap
${['people', 'groups', 'policies'].map((ou) => `\ndn: ou=${ou},${baseDn}\nobjectClass: organizationalUnit\nou: ${ou}\n`).join('')}
${policy('default', 0)}${policy('short', 86_400)}
dn: uid=svc,ou=people,${baseDn}
objectClass: account
objectClass: simpleSecurityObject
uid: svc
userPassword: svc-secret
${people
  .map(
    ([uid, name, mail, proxies]) => `
dn: uid=${uid},ou=people,${baseDn}
objectClass: inetOrgPerson
objectClass: mailRecipient
uid: ${uid}
cn:: ${base64(name)}
sn:: ${base64(name.split(' ')[1] ?? name)}
displayName:: ${base64(name)}
mail: ${mail}
${proxies.map((proxy) => `proxyAddresses: ${proxy}\n`).join('')}userPassword: Passw0rd!
`,
  )
  .join('')}`;

const configuration = (folder: string, tls: boolean, sizeLimit: number): string => `
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: ${folder}/slapd.pid
${tls ? `olcTLSCertificateFile: ${folder}/server.pem\nolcTLSCertificateKeyFile: ${folder}/server.key\n` : ''}olcSizeLimit: size.soft=${sizeLimit} size.hard=${sizeLimit} size.prtotal=unlimited

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
${['back_mdb', 'memberof', 'refint', 'ppolicy', 'syncprov'].map((name) => `olcModuleLoad: ${name}`).join('\n')}

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

${['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include: file://${schemas}/${name}.ldif\n\n`).join('')}dn: cn=proxyaddresses,cn=schema,cn=config
objectClass: olcSchemaConfig
cn: proxyaddresses
olcAttributeTypes: ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
olcObjectClasses: ( 1.3.6.1.4.1.4203.666.100.1 NAME 'mailRecipient' SUP top AUXILIARY MAY ( proxyAddresses ) )

dn: olcDatabase=config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: config
olcRootDN: cn=admin,cn=config
olcRootPW: admin-secret

dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: ${baseDn}
olcDbDirectory: ${folder}/db
olcDbMaxSize: 1073741824
olcDbEnvFlags: nosync
olcRootDN: cn=admin,${baseDn}
olcRootPW: admin-secret
olcDbIndex: objectClass,uid,mail,proxyAddresses,member,memberOf,entryUUID,entryCSN,modifyTimestamp eq
olcAccess: to attrs=userPassword by self write by anonymous auth by * none
olcAccess: to * by users read by * none

dn: olcOverlay=memberof,olcDatabase={1}mdb,cn=config
objectClass: olcMemberOf
olcOverlay: memberof
olcMemberOfRefInt: TRUE

dn: olcOverlay=refint,olcDatabase={1}mdb,cn=config
objectClass: olcRefintConfig
olcOverlay: refint
olcRefintAttribute: member

dn: olcOverlay=ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: cn=default,ou=policies,${baseDn}
olcPPolicyUseLockout: TRUE

dn: olcOverlay=syncprov,olcDatabase={1}mdb,cn=config
objectClass: olcSyncProvConfig
olcOverlay: syncprov
`;

// Before the tests: the real servers and clients that they drive come from Debian's packages. Where one is missing and
// cannot be installed, its suites skip, and say so; in CI a missing one is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';

/** The parts by which Samba's database is a domain's. */
const hasSambaModules = () => folder('/usr/lib').some((name) => existsSync(`/usr/lib/${name}/samba/ldb/samba_dsdb.so`));
const folder = (path) => (existsSync(path) ? readdirSync(path) : []);

/** What a suite needs, the packages that bring it, and whether it is here. */
const needs = [
  {
    what: 'BROWSER',
    packages: ['chromium'],
    isHere: () =>
      [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some(
        (path) => path && existsSync(path),
      ),
  },
  {
    what: 'POSTGRESQL',
    packages: ['postgresql'],
    isHere: () =>
      folder('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/initdb`)),
  },
  { what: 'AWS COMMAND LINE', packages: ['awscli'], isHere: () => existsSync('/usr/bin/aws') },
  {
    what: 'APACHE',
    packages: ['apache2', 'libapache2-mod-auth-openidc'],
    isHere: () => existsSync('/usr/lib/apache2/modules/mod_auth_openidc.so') && existsSync('/usr/sbin/apache2'),
  },
  {
    what: 'ACTIVE DIRECTORY',
    packages: ['samba', 'samba-ad-provision', 'python3-samba'],
    // Which of the releases of Debian part off.
    ifKnown: ['samba-dsdb-modules', 'samba-ad-dc'],
    isHere: () => existsSync('/usr/sbin/samba') && existsSync('/usr/share/samba/setup') && hasSambaModules(),
  },
  {
    what: 'OPENLDAP',
    packages: ['slapd', 'ldap-utils'],
    isHere: () => existsSync('/usr/sbin/slapd') && existsSync('/usr/bin/ldapsearch'),
  },
];
const missing = () => needs.filter(({ isHere }) => !isHere());
const apt = (...args) =>
  spawnSync('apt-get', ['-y', '-q', ...args], {
    stdio: 'ignore',
    timeout: 900_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });

const isKnown = (name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;
if (missing().length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  apt('update');
  const wanted = missing().flatMap(({ packages, ifKnown = [] }) => [...packages, ...ifKnown.filter(isKnown)]);
  console.log(`Installing ${wanted.join(', ')} for the tests …`);
  // Debian's own slapd would listen on every address, and take the ports that the tests' servers need: not configured,
  // and at this run level, it is not started.
  spawnSync('debconf-set-selections', { input: 'slapd slapd/no_configuration boolean true\n' });
  apt('install', '--no-install-recommends', ...wanted);
}
for (const { what, packages } of missing()) {
  console.log(`\n*** ${packages.join(', ')} not here, and not to be installed: THE ${what} TESTS ARE SKIPPED. ***\n`);
}
if (process.env.CI && missing().length > 0) process.exit(1);

import type { Reason } from '../client/fault.ts';
import { type Cause, causeIn } from '../sign-in/verdict.ts';
import type { DiagnosisStep } from './diagnose.ts';

/** What every step is called. */
export const stepNames: Record<DiagnosisStep, string> = {
  resolve: 'Name',
  tcp: 'Connection',
  startTls: 'StartTLS',
  tls: 'TLS',
  bind: 'Service account',
  base: 'Base DN',
  user: 'A person',
  group: 'A group',
};

interface Advice {
  says: string;
  advice: string;
}

const reasons: Record<Reason, Advice> = {
  notAllowed: {
    says: 'The server is at a private address, which Carillon may not call.',
    advice: 'Its operator must list the host in OUTBOUND_PRIVATE_HOSTS, and start Carillon again.',
  },
  noSuchName: {
    says: 'The name of the server is not found.',
    advice: 'Check its spelling, and that the resolver of this machine knows it.',
  },
  refused: {
    says: 'Nothing listens there.',
    advice: 'Check the port (636 for ldaps, 389 for ldap with StartTLS), and that the server runs.',
  },
  unreachable: {
    says: 'The server cannot be reached.',
    advice: 'Check routes and firewalls between this machine and the server.',
  },
  timedOut: {
    says: 'The server did not answer in time.',
    advice: 'Check firewalls, which often drop in silence, and whether the server hangs.',
  },
  closed: {
    says: 'The server closed the connection.',
    advice:
      'Check the port (ldaps is usually at 636, ldap with StartTLS at 389), the log of the server, and whether it has a ' +
      'certificate: without one Active Directory closes connections to ldaps.',
  },
  malformed: { says: 'What answers there is no LDAP server.', advice: 'Check the host and the port.' },
  startTlsRefused: {
    says: 'The server refuses StartTLS.',
    advice: 'Give it a certificate, or use ldaps. No password is ever sent without TLS.',
  },
  startTlsStripped: {
    says: 'The answer to StartTLS was tampered with.',
    advice: 'Something between this machine and the server changes what it says. Use ldaps, and find out what it is.',
  },
  certificateExpired: { says: 'The server’s certificate has expired.', advice: 'Renew it on the server.' },
  certificateNotYetValid: {
    says: 'The server’s certificate is not valid yet.',
    advice: 'Check the clocks of both machines, and the certificate.',
  },
  wrongHost: {
    says: 'The server’s certificate is for another host.',
    advice: 'Use the name that the certificate has, or give the server one with this name.',
  },
  selfSigned: {
    says: 'The server’s certificate is signed by nobody but itself.',
    advice: 'Give the server a certificate of your authority; or paste this very one under “Certificate authority”.',
  },
  unknownAuthority: {
    says: 'The server’s certificate is of an authority that is not trusted here.',
    advice: 'Paste the certificate of your authority under “Certificate authority”, with those between, if any.',
  },
  notTls: { says: 'The server does not speak TLS there.', advice: 'Check the port, or use ldap:// for StartTLS.' },
  credentials: {
    says: 'The directory does not accept the service account.',
    advice: 'Check its name and password, and whether it is locked, disabled or expired there.',
  },
  anotherDomain: {
    says: 'The server is of another directory than the one that was connected.',
    advice:
      'Check where its name leads. If the directory was made anew, disconnect it, save its settings once more, and connect it again.',
  },
  busy: {
    says: 'The server says that it is busy, unavailable, or does not want to answer.',
    advice: 'Try again in a while, since a server that is starting says so too, and check its log.',
  },
};

const found: Partial<Record<DiagnosisStep, Advice>> = {
  base: {
    says: 'There is no entry at the base DN, or the service account may not read it.',
    advice: 'Check the base DN, and the rights of the service account.',
  },
  user: {
    says: 'The filter finds no person with a mail address.',
    advice: 'Check the user filter and the mail attribute, and that the service account may read people.',
  },
  group: {
    says: 'The filter finds no group.',
    advice: 'Check the group filter, and that the service account may read groups.',
  },
};

const denied: Advice = {
  says: 'The directory refused to answer.',
  advice: 'Check the rights of the service account; the log of Carillon has the directory’s own words.',
};

/** What Active Directory says of a service account that it does not accept. */
const causes: Partial<Record<Cause, string>> = {
  wrongPassword: 'It says that the password is wrong, or that nobody has that name.',
  noSuchUser: 'It says that nobody has that name.',
  logonHours: 'It says that the account may not sign in at this hour.',
  workstation: 'It says that the account may not sign in from here.',
  passwordExpired: 'It says that the password has expired.',
  disabled: 'It says that the account is disabled.',
  accountExpired: 'It says that the account has expired.',
  mustChangePassword: 'It says that the password must be changed first.',
  locked: 'It says that the account is locked.',
};

/** The directory's reason not to accept the service account, as a sentence; empty where it gives none. */
export const causeSays = (answer: string): string => causes[causeIn(answer) ?? 'refused'] ?? '';

/** What a failed step means, and what to do. */
export const adviceOf = (step: DiagnosisStep, reason: Reason | 'nothing' | 'denied'): Advice => {
  if (reason === 'nothing') return found[step] ?? denied;
  return reason === 'denied' ? denied : reasons[reason];
};

export const texts = {
  resolved: 'Found, and may be called.',
  connected: 'Connected.',
  startTls: 'The server goes on with TLS.',
  tls: (protocol: string, subject: string, until: string): string =>
    `${protocol}, with the certificate of ${subject}, valid until ${until}.`,
  endsSoon: 'The certificate ends soon: renew it on the server before.',
  bound: 'Accepted.',
  base: (dn: string): string => `${dn} is there.`,
  stateHidden:
    'The service account may not read userAccountControl of this entry, so nobody can tell whether it is enabled: ' +
    'people whose entries are so do not come in. Give it the right to read that attribute.',
  user: (name: string, mail: string): string => `For example ${name}, ${mail}.`,
  group: (name: string, members: number): string => `For example ${name}, with ${members} direct members.`,
};

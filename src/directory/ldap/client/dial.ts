import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import { byDeadline, deadlineIn } from './deadline.ts';
import { LdapFault, type Reason, type Step } from './fault.ts';
import { startTls } from './start-tls.ts';
import type { Target } from './target.ts';

export interface Trust {
  outbound: Pick<Outbound, 'addresses'>;
  /** The certificates (PEM) of the only authorities that are trusted; null: those of the system. */
  ca: string | null;
}

export interface DialOptions extends Trust {
  deadlineMs: number;
  /** Is told of each step that went well. */
  done?: ((step: Step, ms: number) => void) | undefined;
}

/** How long one address of a name may take before the next is tried as well (RFC 8305 §5). */
const nextAddressAfterMs = 300;

/**
 * Opens a connection to a server, with TLS up and the host name checked: nothing that is worth keeping has crossed the
 * wire before. The address that is dialled is the very one that the outbound rule allowed.
 * @throws LdapFault, naming the step, at the latest after the deadline
 */
export async function dial(target: Target, { outbound, ca, deadlineMs, done }: DialOptions): Promise<TLSSocket> {
  using deadline = deadlineIn(deadlineMs);
  const { signal } = deadline;
  const step = async <T>(name: Step, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    done?.(name, performance.now() - began);
    return result;
  };
  const addresses = await step('resolve', resolve(target, outbound, signal));
  const socket = await step('tcp', openTcp(target, addresses, signal));
  try {
    if (target.tls === 'startTls') await step('startTls', startTls(target, socket, signal));
    return await step('tls', secure(target, socket, ca, signal));
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function resolve({ url, host, port }: Target, outbound: Trust['outbound'], signal: AbortSignal) {
  const late = (): Error => new LdapFault(url, 'resolve', 'timedOut', 'the resolver did not answer');
  try {
    const found = await byDeadline<{ address: string; family: number }[]>(signal, late, (yes, no) => {
      outbound.addresses(host, port).then(yes, no);
    });
    if (found.length === 0) throw new LdapFault(url, 'resolve', 'noSuchName', 'the name has no address');
    return found;
  } catch (error) {
    if (error instanceof LdapFault) throw error;
    const allowed = !(error instanceof CarillonError);
    const detail = allowed ? String(error) : (error.detail ?? error.message);
    throw new LdapFault(url, 'resolve', allowed ? 'noSuchName' : 'notAllowed', detail, error);
  }
}

function openTcp(
  { url, host, port }: Target,
  addresses: { address: string; family: number }[],
  signal: AbortSignal,
): Promise<Socket> {
  const lookup: LookupFunction = (_name, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first!.address, first!.family);
  };
  const socket = connectTcp({
    host,
    port,
    lookup,
    noDelay: true,
    keepAlive: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
  });
  const late = (): Error => {
    socket.destroy();
    return new LdapFault(url, 'tcp', 'timedOut', 'no connection before the deadline');
  };
  return byDeadline<Socket>(signal, late, (yes, no) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      no(new LdapFault(url, 'tcp', tcpReason(error), textOf(error), error));
    socket.once('connect', () => yes(socket)).once('error', fail);
    return () => {
      socket.off('error', fail).on('error', () => {}); // what comes later is seen by whoever reads
    };
  });
}

function secure({ url, host }: Target, socket: Socket, ca: string | null, signal: AbortSignal): Promise<TLSSocket> {
  const secured = connectTls({
    socket,
    // An address is checked against the certificate's addresses; a name is sent too (RFC 6066 §3).
    ...(isIP(host) ? { host } : { servername: host }),
    ...(ca !== null && { ca: [ca] }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // whatever the environment says
  });
  const late = (): Error => {
    secured.destroy();
    return new LdapFault(url, 'tls', 'timedOut', 'the handshake did not end before the deadline');
  };
  return byDeadline<TLSSocket>(signal, late, (yes, no) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      no(new LdapFault(url, 'tls', tlsReason(error), textOf(error), error));
    const closed = (): void => no(new LdapFault(url, 'tls', 'closed', 'the server ended the handshake'));
    secured
      .once('secureConnect', () => yes(secured))
      .once('error', fail)
      .once('close', closed);
    return () => {
      secured
        .off('close', closed)
        .off('error', fail)
        .on('error', () => {});
    };
  });
}

const textOf = (error: NodeJS.ErrnoException): string => `${error.code ?? error.name}: ${error.message}`;

const tcpReason = ({ code }: NodeJS.ErrnoException): Reason => {
  if (code === 'ECONNREFUSED') return 'refused';
  return code === 'ETIMEDOUT' ? 'timedOut' : 'unreachable';
};

const tlsReasons: Record<string, Reason> = {
  CERT_HAS_EXPIRED: 'certificateExpired',
  CERT_NOT_YET_VALID: 'certificateNotYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrongHost',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknownAuthority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknownAuthority',
  CERT_SIGNATURE_FAILURE: 'unknownAuthority',
  INVALID_CA: 'unknownAuthority',
};

const tlsReason = ({ code = '' }: NodeJS.ErrnoException): Reason => {
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'closed';
  return tlsReasons[code] ?? 'notTls';
};

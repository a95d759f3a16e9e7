import type { Socket } from 'node:net';
import { BerReader, ExtendedRequest } from 'ldapts';
import { byDeadline } from './deadline.ts';
import { LdapFault, type Reason, resultCodes } from './fault.ts';
import { Frames } from './frames.ts';
import type { Target } from './target.ts';

const oid = '1.3.6.1.4.1.1466.20037';

/**
 * Asks a server to go on with TLS (RFC 4511 §4.14), as the very first thing. Done here and not by ldapts, whose
 * `startTLS` has no deadline, and would take what somebody on the way put behind the answer for answers under TLS.
 * @throws LdapFault startTlsRefused, startTlsStripped, timedOut, closed, malformed
 */
export function startTls({ url }: Target, socket: Socket, signal: AbortSignal): Promise<void> {
  const fault = (reason: Reason, detail: string): LdapFault => new LdapFault(url, 'startTls', reason, detail);
  const late = (): Error => fault('timedOut', 'no answer to StartTLS before the deadline');
  const frames = new Frames();
  let rest = 0;
  return byDeadline<void>(signal, late, (yes, no) => {
    const read = (chunk: Buffer): void => {
      try {
        rest += chunk.length;
        const [answer] = frames.push(chunk);
        if (!answer) return;
        rest -= answer.length;
        socket.pause(); // what follows belongs to TLS
        if (rest > 0) no(fault('startTlsStripped', 'something was put behind the answer to StartTLS'));
        else judge(answer);
      } catch (error) {
        no(fault('malformed', String(error)));
      }
    };
    const judge = (answer: Buffer): void => {
      const { id, operation, code } = readResult(answer);
      if (id === 1 && operation === 0x78 && code === resultCodes.success) yes();
      else if (id === 1 && operation === 0x78) no(fault('startTlsRefused', `result ${code}`));
      else no(fault('startTlsStripped', `the answer is to message ${id}, operation ${operation}`));
    };
    const closed = (): void => no(fault('closed', 'the server closed the connection instead of an answer'));
    socket.on('data', read).once('close', closed);
    socket.write(new ExtendedRequest({ messageId: 1, oid }).write());
    return () => {
      socket.off('data', read).off('close', closed);
    };
  });
}

function readResult(answer: Buffer): { id: number | null; operation: number | null; code: number | null } {
  const reader = new BerReader(answer);
  reader.readSequence();
  const id = reader.readInt();
  const operation = reader.readSequence();
  return { id, operation, code: reader.readEnumeration() };
}

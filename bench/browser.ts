// What a load sends as a browser: as little work as Node has, since it shares the processors with what is measured.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Connections that are kept. */
export const keptAgent = (connections: number): Agent => new Agent({ keepAlive: true, maxSockets: connections });

/** Asks, and reads the whole answer. @param form is posted; without it the page is fetched */
export function ask(
  agent: Agent,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  form?: Readonly<Record<string, string>>,
): Promise<Reply> {
  const body = form && new URLSearchParams(form).toString();
  const posted = body !== undefined && {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const options = { method: body === undefined ? 'GET' : 'POST', agent, headers: { ...headers, ...posted } };
    const sent = request(url, options, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.once('error', reject).once('end', () => {
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.once('error', reject).end(body);
  });
}

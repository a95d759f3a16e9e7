import { createServer } from 'node:http';
import { decodeJwt } from 'jose';
import { portOf } from '../support/port.ts';

/** The end of a relying party's back channel. */
export interface RelyingParty {
  uri: string;
  /** Whose ends it was told, by `sub`, as often as it was told. */
  told: string[];
  stop: () => Promise<void>;
}

export async function startRelyingParty(): Promise<RelyingParty> {
  const told: string[] = [];
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      told.push(decodeJwt(new URLSearchParams(text).get('logout_token') ?? '').sub ?? '');
      res.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${portOf(server)}/backchannel`,
    told,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

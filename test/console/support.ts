import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createDns, Packet } from 'dns2';
import type { Router } from 'express';
import { firstAdministrator } from '../../src/access/administrators/first.ts';
import { buildHouse, startConsumer, type House } from '../../src/app.ts';
import { createConsole } from '../../src/console/console.ts';
import type { ConsoleWeb } from '../../src/console/web.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createCookies } from '../../src/platform/http/cookies.ts';
import { createCsrf } from '../../src/platform/http/csrf.ts';
import { createPagesApp } from '../../src/platform/http/pages/app.ts';
import { assetsRoute } from '../../src/platform/http/pages/assets.ts';
import { createHttpServer } from '../../src/platform/http/server.ts';
import { createStreams } from '../../src/platform/http/streams.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { testFolder } from '../support/house.ts';
import { portOf } from '../support/port.ts';
import { Browser } from './browser.ts';

export const password = 'seven otters paddle upstream';

/** A console on a free port, with a DNS server and an OpenID issuer of its own. */
export interface Running {
  house: House;
  web: ConsoleWeb;
  router: Router;
  url: string;
  issuer: string;
  /** The TXT records that DNS gives, by name. */
  zone: Map<string, string>;
  setUpLink: string;
  browser: () => Browser;
  /** What the trail has of changes, oldest first. */
  changes: () => Promise<{ eventName: string; errorCode: string | null }[]>;
  stop: () => Promise<void>;
}

export async function startConsole(env: Record<string, string> = {}): Promise<Running> {
  const folder = testFolder();
  const zone = new Map<string, string>();
  const dns = await startDns(zone);
  const issuer = await startIssuer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = loadConfig({
    env: {
      PUBLIC_URL: url,
      PORT: String(port),
      LOG_LEVEL: 'silent',
      DNS_RESOLVERS: dns.at,
      DNS_AUTHORITATIVE: dns.at,
      OUTBOUND_PRIVATE_HOSTS: '127.0.0.1',
      ...env,
    },
    folder,
  });
  const house = await buildHouse(config);
  const setUpLink = (await firstAdministrator(house.ground)) ?? '';
  const cookies = createCookies(url);
  const csrf = createCsrf({ key: house.keyring.derive('csrf'), cookies, publicUrl: url });
  const streams = createStreams();
  const web: ConsoleWeb = { ...house, cookies, csrf, streams };
  const router = createConsole(web);
  const { log } = house.ground;
  const server = createHttpServer({
    config,
    log,
    metrics: house.metrics,
    streams,
    hot: [assetsRoute],
    app: createPagesApp({ config, csrf, log, routes: [router] }),
  });
  const consumer = startConsumer(house);
  await server.listen();
  return {
    house,
    web,
    router,
    url,
    issuer: issuer.url,
    zone,
    setUpLink,
    browser: () => new Browser(url),
    changes: async () => {
      await house.ground.trail.flush();
      const all = await house.ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
      return all.filter(({ readOnly }) => !readOnly).map(({ eventName, errorCode }) => ({ eventName, errorCode }));
    },
    stop: async () => {
      await server.stop();
      await consumer.stop();
      await house.close();
      await dns.stop();
      issuer.server.close();
      clock.reset();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sets the first administrator up by the link, and gives their browser. */
export async function signedIn({ browser, setUpLink }: Running): Promise<Browser> {
  const opened = browser();
  const page = await opened.get(setUpLink);
  await page.submit('/setup', { organisationName: 'Acme Group', userName: 'ada', password, again: password });
  return opened;
}

async function startDns(zone: Map<string, string>): Promise<{ at: string; stop: () => unknown }> {
  const server = createDns({
    udp: true,
    handle: (request, send) => {
      const answer = Packet.createResponseFromRequest(request);
      const name = request.questions[0]?.name ?? '';
      const value = zone.get(name);
      if (value === undefined) answer.header.rcode = Packet.RCODE.NXDOMAIN;
      else {
        const record = new Packet.Resource(name, Packet.TYPE.TXT, Packet.CLASS.IN, 60);
        record.data = value;
        answer.answers.push(record);
      }
      void send(answer);
    },
  });
  const addresses = await server.listen({ udp: { port: 0, address: '127.0.0.1' } });
  return { at: `127.0.0.1:${addresses.udp?.port ?? 0}`, stop: () => server.close() };
}

async function startIssuer(): Promise<{ url: string; server: Server }> {
  const server = createServer((req, res) => {
    if (req.url !== '/.well-known/openid-configuration') {
      res.writeHead(404).end();
      return;
    }
    const url = `http://127.0.0.1:${portOf(server)}`;
    const document = {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
      userinfo_endpoint: `${url}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, server };
}

/** PUBLIC_URL must be known before the server listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const port = portOf(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

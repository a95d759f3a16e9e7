import { once } from 'node:events';
import { createServer } from 'node:net';
import { buildHouse, type House, startConsumer } from '../../src/app.ts';
import { createAuthPages } from '../../src/auth/pages/pages.ts';
import { sessionRoutes } from '../../src/auth/pages/session-routes.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { secretPlace } from '../../src/auth/connectors/openid/provider.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { createCookies } from '../../src/platform/http/cookies.ts';
import { createCsrf } from '../../src/platform/http/csrf.ts';
import { createPagesApp } from '../../src/platform/http/pages/app.ts';
import { assetsRoute } from '../../src/platform/http/pages/assets.ts';
import { createHttpServer } from '../../src/platform/http/server.ts';
import { createStreams } from '../../src/platform/http/streams.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import type { Tier } from '../../src/accounts/accounts/types.ts';
import type { User } from '../../src/users/user.entity.ts';
import { type Company, testCompany, testConfig } from './house.ts';
import { portOf } from './port.ts';
import type { RogueProvider } from './rogue-provider.ts';
import { Visitor } from './visitor.ts';

export interface TestCarillon {
  url: string;
  house: House;
  visitor: (userAgent?: string) => Visitor;
  stop: () => Promise<void>;
}

/** A port that was free a moment ago: PUBLIC_URL must be known before anything listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** The house with the person's pages, the session check and a consumer, on a port of its own. */
export async function startTestCarillon(overrides: Partial<Config> = {}): Promise<TestCarillon> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = testConfig({
    publicUrl: url,
    port,
    outboundPrivateHosts: ['127.0.0.1'],
    signInRate: 100_000,
    ...overrides,
  });
  const house = await buildHouse(config);
  const { ground, keyring, metrics } = house;
  const cookies = createCookies(config.publicUrl);
  const csrf = createCsrf({ key: keyring.derive('csrf'), cookies, publicUrl: config.publicUrl });
  const streams = createStreams();
  const web = { ...house, cookies, csrf, streams };
  const server = createHttpServer({
    config,
    log: ground.log,
    metrics,
    streams,
    hot: [...sessionRoutes(web), assetsRoute],
    app: createPagesApp({ config, csrf, log: ground.log, routes: [createAuthPages(web)] }),
  });
  const consumer = startConsumer(house);
  await server.listen();
  return {
    url,
    house,
    visitor: (userAgent) => new Visitor(url, userAgent),
    stop: async () => {
      await server.stop();
      await consumer.stop();
      await house.close();
    },
  };
}

export interface ConnectedCompany extends Company {
  connectionId: string;
  /** A person whom the directory pushed, in a group of that name which gives that tier. */
  member: (name: string, tier: Tier, externalId?: string) => Promise<User>;
}

/** A company whose connection is to that provider. */
export async function connectCompany(
  { house }: TestCarillon,
  provider: RogueProvider,
  { domain = 'acme.example', redirect = 'own' }: { domain?: string; redirect?: 'own' | 'shared' } = {},
): Promise<ConnectedCompany> {
  const { ground } = house;
  const company = await testCompany(house, domain);
  const { connectionId } = company.scope;
  await ground.db.write((m) =>
    m.update(
      ConnectionTable,
      { id: connectionId },
      {
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret: ground.seal.seal(provider.clientSecret, secretPlace(connectionId)),
        redirect,
        announcesIssuer: true,
      },
    ),
  );
  return {
    ...company,
    connectionId,
    member: async (name, tier, externalId) => {
      const user = await company.person(name, externalId);
      const group = await company.group(`Carillon ${tier} of ${name}`, [user]);
      await mapGroup(ground, company.scope, { groupName: group.displayName, tier });
      return user;
    },
  };
}

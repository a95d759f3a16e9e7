import { startConsumer, buildHouse, type House, mailHandlers } from './app.ts';
import { firstAdministrator } from './access/administrators/first.ts';
import { apiRoute } from './api/route.ts';
import { startJobs } from './jobs.ts';
import type { Config } from './platform/config/settings.ts';
import { createCookies } from './platform/http/cookies.ts';
import { createCsrf } from './platform/http/csrf.ts';
import { healthRoute, readyRoute } from './platform/http/health.ts';
import { metricsRoute } from './platform/http/metrics.ts';
import { createPagesApp } from './platform/http/pages/app.ts';
import { assetsRoute } from './platform/http/pages/assets.ts';
import { MailSender } from './platform/mail/sender.ts';
import { createHttpServer } from './platform/http/server.ts';
import { createStreams } from './platform/http/streams.ts';
import { openTls } from './platform/http/tls.ts';
import { LogoutDeliveries } from './auth/provider/logout/deliveries.ts';
import { jwksRoute } from './auth/provider/keys/route.ts';
import { createConsole } from './console/console.ts';
import { createAuthPages } from './auth/pages/pages.ts';
import { askedRoutes } from './auth/provider/amazon/asked.ts';
import { amazonFace } from './auth/provider/amazon/face.ts';
import { amazonRoute } from './auth/provider/amazon/route.ts';
import { interactionRoutes } from './auth/provider/interaction/routes.ts';
import { OpenIdProvider } from './auth/provider/provider.ts';
import { createSecretCheck } from './auth/provider/clients/secret-check.ts';
import { introspectionRoute } from './auth/provider/introspection/route.ts';
import { providerRoute } from './auth/provider/route.ts';
import { sessionRoutes } from './auth/pages/session-routes.ts';
import { scimRoute } from './directory/scim/route.ts';

export interface Carillon {
  house: House;
  /** The port that it listens on. */
  port: number;
  /** The link with which the first administrator sets a password; at the very first start only. */
  setUpLink: string | null;
  /** Answers what was accepted, then ends. */
  stop: () => Promise<void>;
}

/** The composition root: builds everything, listens, and gives the way to stop. */
export async function startCarillon(config: Config): Promise<Carillon> {
  const tls = openTls(config); // before anything is open: a wrong file stops the start
  const house = await buildHouse(config);
  const { ground, keyring, metrics } = house;
  const setUpLink = await firstAdministrator(ground);
  const cookies = createCookies(config.publicUrl);
  const csrf = createCsrf({ key: keyring.derive('csrf'), cookies, publicUrl: config.publicUrl });
  const streams = createStreams();
  const web = { ...house, cookies, csrf, streams };
  const secretCheck = createSecretCheck();
  const openid = new OpenIdProvider({ ...web, secretCheck }, house.keys);
  const amazon = new OpenIdProvider(openid.parts, house.keys, amazonFace(config.publicUrl));
  const issuer = `${config.publicUrl}/oidc`;
  const server = createHttpServer({
    config,
    tls,
    log: ground.log,
    metrics,
    streams,
    hot: [
      scimRoute(house),
      jwksRoute(house.keys),
      apiRoute(house),
      ...sessionRoutes(web),
      introspectionRoute({ ...house, check: secretCheck, issuer }),
      providerRoute(openid),
      ...askedRoutes(house),
      amazonRoute(amazon),
      assetsRoute,
      healthRoute(),
      readyRoute([{ name: 'database', check: async () => void (await ground.db.read.query('SELECT 1')) }]),
      metricsRoute(metrics, { token: config.metricsToken, publicUrl: config.publicUrl }),
    ],
    app: createPagesApp({
      config,
      csrf,
      log: ground.log,
      routes: [createAuthPages(web), interactionRoutes(openid, amazon), createConsole(web)],
    }),
  });
  const consumer = startConsumer(house);
  const deliveries = new LogoutDeliveries(house, issuer);
  const mails = new MailSender(ground, mailHandlers(house));
  const jobs = startJobs(house);
  const end = async (): Promise<void> => {
    await jobs.stop();
    await mails.stop();
    await consumer.stop();
    await deliveries.stop();
    await house.close();
  };
  const port = await server.listen().catch(async (error: unknown) => {
    await end();
    throw error;
  });
  ground.log.info({ port, publicUrl: config.publicUrl }, 'listening');
  consumer.wake();
  return {
    house,
    port,
    setUpLink,
    stop: async () => {
      await server.stop();
      await end();
      ground.log.info({}, 'stopped');
    },
  };
}

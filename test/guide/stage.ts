import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Directory, startDirectory } from '../../deploy/demo/directory/server.ts';
import { type ProviderProcess, startProviderProcess } from '../../deploy/demo/provider/process.ts';
import { type FakeAd, startFakeAd } from '../support/fake-ad.ts';
import { startBrowser } from '../support/browser.ts';
import { startTestCarillon, type TestCarillon } from '../support/carillon.ts';
import { testFolder } from '../support/folder.ts';
import { freePorts } from '../support/port.ts';

/** What Carillon is known by at the sample company's identity provider. */
export const client = { id: '0oaguide0000000000d7', secret: 'acme-guide-client-secret' };

/** Everything that the guide's walk meets: Carillon, unconfigured, and the sample company with its people. */
export interface Stage {
  carillon: TestCarillon;
  /** Carillon’s address, as browsers know it. */
  url: string;
  directory: Directory;
  /** The address of the company's identity provider, which answers from `register` on. */
  issuer: string;
  /** Adds Carillon as an application to the identity provider, as the company's own administrator does. */
  register: (redirectUri: string, initiateLoginUri: string) => Promise<void>;
  /** The directory of another account: what the pages show of it is the same in every run. */
  activeDirectory: FakeAd;
  browser: Browser;
  /** A browser of its own, as wide as the guide's pictures. */
  visitor: () => Promise<{ context: BrowserContext; page: Page }>;
  stop: () => Promise<void>;
}

/** One browser for every picture: its name stands in the lists of devices. */
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** Starts all of it in a folder of its own. */
export async function startStage(): Promise<Stage> {
  const folder = testFolder();
  const [port, providerPort] = [await freePorts(), await freePorts()];
  const url = `http://localhost:${port}`; // browsers give passkeys to names, never to bare addresses
  const statePath = join(folder, 'acme.json');
  const carillon = await startTestCarillon({
    port,
    publicUrl: url,
    host: 'localhost',
    outboundPrivateHosts: [`localhost:${providerPort}`, '127.0.0.1'],
    smtpUrl: `smtp://127.0.0.1:${await freePorts()}`, // nobody's: the guide mails nothing
  });
  const activeDirectory = await acmeDirectory();
  const directory = await startDirectory({ port: 0, statePath });
  let provider: ProviderProcess | undefined;
  const register = async (redirectUri: string, initiateLoginUri: string): Promise<void> => {
    provider = await startProviderProcess({
      port: providerPort,
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          client_name: 'Carillon',
          redirect_uris: [redirectUri],
          initiate_login_uri: initiateLoginUri,
        },
      ],
      peoplePath: statePath,
      keyPath: join(folder, 'provider-keys.json'),
      sessionsPath: join(folder, 'provider-sessions.json'),
    });
  };
  const browser = await startBrowser();
  return {
    carillon,
    url,
    directory,
    issuer: `http://localhost:${providerPort}`,
    register,
    activeDirectory,
    browser,
    visitor: async () => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 720 },
        deviceScaleFactor: 1,
        colorScheme: 'light',
        reducedMotion: 'reduce',
        bypassCSP: true,
        locale: 'en-US',
        userAgent,
      });
      await context.addInitScript({ path: fileURLToPath(new URL('steady.js', import.meta.url)) });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      return { context, page };
    },
    stop: async () => {
      await browser.close();
      await directory.close();
      await activeDirectory.stop();
      await carillon.stop();
      await provider?.stop();
    },
  };
}

/** A domain with two people and a group of them. */
function acmeDirectory(): Promise<FakeAd> {
  const domain = 'corp.acme.example';
  const base = 'DC=corp,DC=acme,DC=example';
  const person = (id: number, name: string, mail: string) => ({
    dn: `CN=${name},OU=Staff,${base}`,
    attributes: {
      objectCategory: ['person'],
      objectClass: ['user'],
      objectGUID: [Buffer.alloc(16, id)],
      displayName: [name],
      mail: [mail],
      userAccountControl: ['512'],
    },
  });
  const people = [
    person(1, 'Ada Lovelace', `ada@works.acme.example`),
    person(2, 'Ben Okafor', 'ben@works.acme.example'),
  ];
  const group = {
    dn: `CN=Carillon Pro,OU=Groups,${base}`,
    attributes: {
      objectClass: ['group'],
      objectGUID: [Buffer.alloc(16, 3)],
      cn: ['Carillon Pro'],
      member: people.map(({ dn }) => dn),
    },
  };
  const top = { dn: base, attributes: { objectClass: ['domain'], objectGUID: [Buffer.alloc(16, 4)] } };
  return startFakeAd({ domain, entries: [top, ...people, group] });
}

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Carillon, startCarillon } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { type Directory, startDirectory } from './directory/server.ts';
import { startDns } from './dns/dns.ts';
import { companyDomain } from './people.ts';
import { requireFree } from './ports.ts';
import { startProviderProcess } from './provider/process.ts';
import { setUp } from './set-up.ts';
import { readJson, writeAtomically } from './state.ts';

const clientId = '0oacarillondemo0d7';

export interface DemoOptions {
  /** Everything that the demo keeps. */
  folder: string;
  ports: { carillon: number; directory: number; provider: number };
  /** An empty PostgreSQL database for Carillon; without one it keeps a SQLite file in the folder. */
  databaseUrl?: string | undefined;
  /** What else on this machine Carillon may call, such as an application that trusts it. */
  privateHosts?: readonly string[];
}

export interface Demo {
  publicUrl: string;
  directoryUrl: string;
  issuer: string;
  organisationId: string;
  carillon: Carillon;
  directory: Directory;
  stop: () => Promise<void>;
}

/**
 * Starts the sample company and Carillon, and on the first start does what the two administrators would do: claim the
 * domain, connect the provider, create an access key, push, map the groups. A start after a crash goes on from there.
 */
export async function startDemo({ folder, ports, databaseUrl, privateHosts = [] }: DemoOptions): Promise<Demo> {
  await requireFree(Object.values(ports));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const publicUrl = `http://localhost:${ports.carillon}`;
  const issuer = `http://localhost:${ports.provider}`;
  const statePath = join(folder, 'acme.json');
  const clientSecret = keptSecret(join(folder, 'client.json'));

  const dns = await startDns({}, { zones: [companyDomain] });
  const directory = await startDirectory({ port: ports.directory, statePath });
  const provider = await startProviderProcess({
    port: ports.provider,
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        client_name: 'Carillon',
        redirect_uris: [`${publicUrl}/auth/okta/callback`],
        initiate_login_uri: `${publicUrl}/auth/okta`,
      },
    ],
    peoplePath: statePath,
    keyPath: join(folder, 'provider-keys.json'),
    sessionsPath: join(folder, 'provider-sessions.json'),
  });
  const config = loadConfig({
    env: {
      ...loggedFrom(process.env),
      PUBLIC_URL: publicUrl,
      PORT: String(ports.carillon),
      DATABASE_URL: databaseUrl ?? join(folder, 'carillon.db'),
      CERTS_DIR: join(folder, 'certs'),
      // The company lives on this machine: of loopback addresses only the demo's own provider may be called.
      OUTBOUND_PRIVATE_HOSTS: [`localhost:${ports.provider}`, ...privateHosts].join(','),
      DNS_RESOLVERS: dns.address,
      DNS_AUTHORITATIVE: dns.address,
    },
    folder,
  });
  const carillon = await startCarillon(config);
  const organisationId = await setUp({ carillon, dns, directory, publicUrl, issuer, clientId, clientSecret });
  return {
    publicUrl,
    directoryUrl: directory.url,
    issuer,
    organisationId,
    carillon,
    directory,
    stop: async () => {
      await directory.close();
      await carillon.stop();
      await provider.stop();
      await dns.close();
    },
  };
}

const loggedFrom = ({ LOG_LEVEL }: NodeJS.ProcessEnv): Record<string, string> => (LOG_LEVEL ? { LOG_LEVEL } : {});

/** The client secret that both sides know: made once. */
function keptSecret(path: string): string {
  if (existsSync(path)) return (readJson(path) as { clientSecret: string }).clientSecret;
  const clientSecret = randomBytes(32).toString('base64url');
  writeAtomically(path, JSON.stringify({ clientSecret }));
  return clientSecret;
}

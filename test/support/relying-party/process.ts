import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RelyingPartyOptions {
  port: number;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Of passport-amazon: that it sends access tokens in the Authorization header, and its codes with PKCE. */
  careful?: boolean;
}

/** What the application holds of somebody who is signed in to it. */
export interface Held {
  sub: string;
  sid: string;
  person: Record<string, unknown>;
  idToken: string;
  accessToken: string;
  refreshToken: string;
}

export interface RelyingParty {
  url: string;
  /** The logout tokens that it has taken. */
  told: () => Promise<{ sub?: string; sid?: string }[]>;
  stop: () => Promise<void>;
}

/** What an administrator registers for the application at that port. */
export function addressesAt(port: number): {
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri: string;
} {
  const url = `http://127.0.0.1:${port}`;
  return {
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/bye`],
    backchannelLogoutUri: `${url}/backchannel`,
  };
}

const programs = {
  openid: fileURLToPath(new URL('main.ts', import.meta.url)),
  amazon: fileURLToPath(new URL('amazon.ts', import.meta.url)),
};

/**
 * Starts the application, by openid-client or by passport-amazon, in a process of its own, which ends with this one, however that ends.
 * @throws Error when it ends before it is ready
 */
export async function startRelyingParty(
  options: RelyingPartyOptions,
  program: keyof typeof programs = 'openid',
): Promise<RelyingParty> {
  const child = spawn(process.execPath, [programs[program]], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, RELYING_PARTY: JSON.stringify(options) },
  });
  const gone = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    gone.then(() => Promise.reject(new Error('the application ended before it was ready'))),
  ]);
  const url = `http://127.0.0.1:${options.port}`;
  return {
    url,
    told: async () => (await fetch(`${url}/told`)).json() as Promise<{ sub?: string; sid?: string }[]>,
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

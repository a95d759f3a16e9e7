import { clock } from '../../src/platform/clock/clock.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { startTestCarillon, type TestCarillon } from '../support/carillon.ts';
import { startRogueProvider } from '../support/rogue-provider.ts';
import type { Page } from '../support/page.ts';
import type { Visitor } from '../support/visitor.ts';
import { listOrganisations } from '../../src/accounts/organisations/organisations.ts';

export const password = 'seven otters paddle upstream';

/** Carillon, and an OpenID provider that an administrator may connect. */
export interface Running extends TestCarillon {
  issuer: string;
  /** What the trail has of changes, oldest first. */
  changes: () => Promise<{ eventName: string; errorCode: string | null }[]>;
}

export async function startConsole(overrides: Partial<Config> = {}): Promise<Running> {
  const [carillon, provider] = await Promise.all([startTestCarillon(overrides), startRogueProvider()]);
  const { ground } = carillon.house;
  return {
    ...carillon,
    issuer: provider.issuer,
    changes: async () => {
      await ground.trail.flush();
      const all = await ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
      return all.filter(({ readOnly }) => !readOnly).map(({ eventName, errorCode }) => ({ eventName, errorCode }));
    },
    stop: async () => {
      await carillon.stop();
      await provider.close();
      clock.reset();
    },
  };
}

/** Sets the first administrator up by the link, and gives their browser. */
export async function signedIn({ visitor, setUpLink }: Running): Promise<Visitor> {
  const opened = visitor();
  const page = await opened.get(setUpLink);
  await page.submit('/setup', { organisationName: 'Acme Group', userName: 'ada', password, again: password });
  return opened;
}

/** The code that an authenticator app shows, by Carillon's own clock; `steps` from now. */
export async function appCode(secret: string, steps = 0): Promise<string> {
  const { generate } = await import('otplib/functional');
  return generate({ secret, epoch: Math.floor(clock.now() / 1000) + steps * 30 });
}

/** Adds an authenticator app by its page; gives its secret and the recovery codes. */
export async function addApp(browser: Visitor): Promise<{ secret: string; codes: string[] }> {
  const page = await browser.get('/console/security/totp');
  const secret = (/copy">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  const answer = await page.submit('/console/security/totp', { code: await appCode(secret, -1) });
  return { secret, codes: [...answer.body.matchAll(/class="copy">([\w-]{19})</g)].map(([, code = '']) => code) };
}

/** Types name and password into the form of this browser. */
export async function signIn(
  browser: Visitor,
  organisationId: string,
  userName = 'ada',
  given = password,
): Promise<Page> {
  return (await browser.get('/console/sign-in')).submit('/console/sign-in', {
    organisationId,
    userName,
    password: given,
  });
}

/** The number of the only organisation. */
export const organisationOf = async ({ house }: Running): Promise<string> =>
  (await listOrganisations(house.ground.db.read))[0]?.id ?? '';

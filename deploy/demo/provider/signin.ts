import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { icon, pageHeaders, style } from '../look.ts';
import { readForm } from '../form.ts';
import type { Person } from '../people.ts';
import { readPeople } from '../state.ts';
import type { ProviderOptions } from './options.ts';
import { faultPage, homePage, same, signInPage } from './pages.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const equal = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { ...pageHeaders, 'content-type': `${type}; charset=utf-8` }).end(body);
}

/**
 * The provider's own pages around oidc-provider: home, sign-in, sign-out, style.
 * @returns the handler of every request of the process
 */
export function pagesAround(provider: Provider, options: ProviderOptions & { issuer: string }) {
  const protocol = provider.callback();
  const people = (): Person[] => readPeople(options.peoplePath);

  const home = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const session = await provider.Session.get(provider.createContext(req, res));
    const who = people().find((each) => each.id === session.accountId && each.active);
    send(res, 200, 'text/html', homePage(who, options.clients, options.issuer, '/signout'));
  };

  const signIn = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const interaction = await provider.interactionDetails(req, res);
    const action = `/signin/${interaction.uid}`;
    const refuse = (status: number, chosen: string, error?: string): void =>
      send(
        res,
        status,
        'text/html',
        signInPage({ action, people: people(), chosen, ...(error !== undefined && { error }) }),
      );
    const hint = interaction.params['login_hint'];
    if (req.method !== 'POST') return refuse(200, typeof hint === 'string' ? hint : '');
    const form = await readForm(req);
    const userName = form.get('username') ?? '';
    const who = people().find((each) => same(each.userName, userName));
    if (!who || !equal(form.get('password') ?? '', who.password))
      return refuse(401, userName, 'The name and the password do not belong together.');
    if (!who.active)
      return refuse(403, userName, 'Your Acme user is deactivated. Ask your company’s directory administrator.');
    const old = interaction.session;
    if (old?.uid !== undefined && old.accountId !== who.id) {
      // Somebody else's session in this browser ends here, else oidc-provider asks to confirm its end.
      delete interaction.session;
      await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
      await (await provider.Session.findByUid(old.uid))?.destroy();
    }
    await provider.interactionFinished(req, res, { login: { accountId: who.id, amr: ['pwd'] } });
  };

  return (req: IncomingMessage, res: ServerResponse): void => {
    const path = (req.url ?? '/').split('?')[0] ?? '/';
    const run = async (): Promise<void> => {
      if (path === '/') return home(req, res);
      if (path === '/style.css') return send(res, 200, 'text/css', style);
      if (path === '/icon.svg') return send(res, 200, 'image/svg+xml', icon);
      if (path === '/signout') return void res.writeHead(303, { location: '/oauth2/v1/logout' }).end();
      if (path.startsWith('/signin/')) return signIn(req, res);
      return protocol(req, res);
    };
    run().catch((error: unknown) => {
      if (res.headersSent) {
        res.destroy();
        return;
      }
      const expired = error instanceof Error && error.name === 'SessionNotFound';
      if (!expired) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      send(
        res,
        expired ? 400 : 500,
        'text/html',
        faultPage(expired ? 'This sign-in is over. Start again from the application.' : 'The provider failed.'),
      );
    });
  };
}

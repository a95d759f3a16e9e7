import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { readForm } from '../form.ts';
import { icon, pageHeaders, style } from '../look.ts';
import type { Group, Person } from '../people.ts';
import { firstState } from '../state.ts';
import type { ScimSettings } from '../state.ts';
import { openCompany } from './company.ts';
import type { Company } from './company.ts';
import { chosenGroup, directoryPage, logPart, logScript } from './pages.ts';

export interface DirectoryOptions {
  /** 0 takes a free port. */
  port: number;
  /** The company's JSON file; the provider reads the same. */
  statePath: string;
  /** Taken when the file knows no connection yet, or another one. */
  scim?: ScimSettings;
  /** Who works there on the first start; the sample company when left out. */
  people?: Person[];
  groups?: Group[];
  /** Waits between tries; for tests. */
  wait?: (milliseconds: number) => Promise<void>;
}

export interface Directory {
  url: string;
  /** The buttons, for callers without a browser. */
  company: Company;
  close(): Promise<void>;
}

/** How long a button's answer waits for its requests; slower ones go on, and show in the log. */
const patience = 5000;
const slow = 'Still pushing. The log shows how it goes.';

/**
 * Starts the directory administrator's page on the loopback interface.
 * @throws Error when the port is taken
 */
export async function startDirectory(options: DirectoryOptions): Promise<Directory> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const company = openCompany({
    statePath: options.statePath,
    first: firstState(options.people, options.groups),
    wait: options.wait ?? ((milliseconds) => pause(milliseconds, undefined, { signal })),
    signal,
  });
  const { scim } = options;
  const kept = company.state().scim;
  if (scim && (kept.baseUrl !== scim.baseUrl || kept.token !== scim.token)) company.configure(scim.baseUrl, scim.token);
  void company.resume();

  // One note, shown once: a single administrator plays here.
  let note: string | undefined;
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    const send = (status: number, type: string, body: string): void =>
      void res.writeHead(status, { ...pageHeaders, 'content-type': `${type}; charset=utf-8` }).end(body);
    if (!ownHost(req)) return send(421, 'text/plain', 'This page is reached on the loopback interface alone.');
    if (req.method === 'GET') {
      const files: Record<string, [string, string]> = {
        '/style.css': ['text/css', style],
        '/icon.svg': ['image/svg+xml', icon],
        '/log.js': ['text/javascript', logScript],
      };
      const file = files[pathname];
      if (file) return send(200, ...file);
      if (pathname === '/log') return send(200, 'text/html', logPart(company.state().log).text);
      if (pathname !== '/') return send(404, 'text/plain', 'There is no such page.');
      const said = note;
      note = undefined;
      return send(200, 'text/html', directoryPage(company.state(), said));
    }
    if (req.method !== 'POST') return send(405, 'text/plain', 'GET and POST only.');
    if (!ownOrigin(req)) return send(403, 'text/plain', 'This form was sent from another site.');
    try {
      const work = press(company, pathname, await readForm(req));
      if (work === undefined) return send(404, 'text/plain', 'There is no such button.');
      const done = await Promise.race([work.then(() => true), pause(patience, false, { ref: false })]);
      if (!done) {
        note = slow;
        work.catch((error: unknown) => (note = words(error)));
      }
    } catch (error) {
      note = words(error);
    }
    res.writeHead(303, { location: '/' }).end();
  };

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      process.stderr.write(`${words(error)}\n`);
      res.destroy();
    });
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    company,
    async close() {
      stopping.abort();
      server.close();
      server.closeAllConnections();
      await company.idle();
    },
  };
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a button does; undefined when there is no such button. */
function press(company: Company, path: string, form: URLSearchParams): Promise<void> | undefined {
  const text = (name: string): string => {
    const value = form.get(name)?.trim() ?? '';
    if (value === '' || value.length > 200) throw new Error(`Give the ${name}, of at most 200 characters.`);
    return value;
  };
  const group = chosenGroup(form.get('group'));
  if (group !== undefined && !company.state().groups.some((each) => each.id === group))
    throw new Error('There is no such group.');
  if (path === '/push') return company.pushNow();
  if (path === '/people') return company.add(text('givenName'), text('familyName'), group);
  if (path === '/settings') {
    const url = text('baseUrl');
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new Error('The SCIM base URL is not a web address.');
    company.configure(url, form.get('token')?.trim() ?? '');
    return form.get('test') === 'yes' ? company.test() : Promise.resolve();
  }
  const [, id = '', verb] = /^\/people\/(\w+)\/(\w+)$/.exec(path) ?? [];
  if (verb === 'deactivate') return company.deactivate(id);
  if (verb === 'activate') return company.activate(id);
  if (verb === 'move') return company.move(id, group);
  if (verb === 'rename') return company.rename(id, text('givenName'), text('familyName'));
  return undefined;
}

/** Only loopback names: a foreign name that resolves here must not read the page (DNS rebinding). */
const ownHost = (req: IncomingMessage): boolean => /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(req.headers.host ?? '');

/** A browser names the origin of a form; programs need not. */
const ownOrigin = ({ headers }: IncomingMessage): boolean =>
  headers.origin === undefined || headers.origin === `http://${headers.host}`;

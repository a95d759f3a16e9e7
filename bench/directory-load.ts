// The load of `directory.ts`, in a process of its own: a bare client of the directory, or the browsers of people who
// sign in there.
import { Client, EqualityFilter } from 'ldapts';
import { Visitor } from '../test/support/visitor.ts';
import { type Measured, onDemand, repeat, timed } from './load.ts';
import { Wire } from './wire.ts';

export interface Load {
  /** Where Carillon is. */
  carillon: string;
  /** What is done: besides sign-ins, the directory alone is asked, to find the person and bind, or to bind a known DN. */
  work: 'sign-in' | 'search and bind' | 'bind';
  directory: { url: string; ca: string; baseDn: string; bindName: string; bindPassword: string; password: string };
  /** The attribute that people are found by, and its values, which are addresses. */
  people: { attribute: string; values: readonly string[] };
  connections: number;
  seconds: number;
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

type Work = (connection: number, i: number) => Promise<void>;

/** Search with the service account, bind what was found: on two kept connections each, which is all that a proof needs. */
async function bare({ work, directory, people, connections }: Load): Promise<{ work: Work; end: () => Promise<void> }> {
  const { url, ca, baseDn, bindName, bindPassword, password } = directory;
  const open = () => new Client({ url, tlsOptions: { ca: [ca], checkServerIdentity: () => undefined } });
  const pairs = await Promise.all(
    Array.from({ length: connections }, async () => {
      const [search, proof] = [open(), open()];
      await search.bind(bindName, bindPassword);
      return { search, proof };
    }),
  );
  const found = new Map<string, string>();
  return {
    work: async (connection, i) => {
      const { search, proof } = pairs[connection]!;
      const value = people.values[(i * connections + connection) % people.values.length]!;
      let dn = work === 'bind' ? found.get(value) : undefined;
      if (dn === undefined) {
        const filter = new EqualityFilter({ attribute: people.attribute, value });
        const { searchEntries } = await search.search(baseDn, { filter, attributes: ['mail'] });
        dn = searchEntries[0]!.dn;
        found.set(value, dn);
      }
      await proof.bind(dn, password);
    },
    end: async () => {
      await Promise.all(pairs.flatMap(({ search, proof }) => [search.unbind(), proof.unbind()]));
    },
  };
}

/** One browser a connection, with the password page open: its form is sent, and a session is there. */
async function signIns(load: Load): Promise<{ work: Work; end: () => Promise<void> }> {
  const { carillon, directory, people, connections } = load;
  const where = new URL('/signin/password', carillon);
  const visitors = await Promise.all(
    Array.from({ length: connections }, async () => {
      const visitor = new Visitor(carillon);
      const { csrf } = await visitor.get('/signin');
      const cookie = [...visitor.jar()].map(([name, value]) => `${name}=${value}`).join('; ');
      const type = 'application/x-www-form-urlencoded';
      const lines = { cookie, origin: where.origin, 'user-agent': firefox, 'content-type': type };
      const headers = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
      return { csrf, headers: headers.join(''), wire: new Wire(where) };
    }),
  );
  return {
    work: async (connection, i) => {
      const { csrf, headers, wire } = visitors[connection]!;
      const email = people.values[(i * connections + connection) % people.values.length]!;
      const fields = { csrf, email, name: email, password: directory.password, target: '' };
      const { status, head } = await wire.ask('POST', where.pathname, headers, new URLSearchParams(fields).toString());
      if (!/^set-cookie: carillon_session=/im.test(head)) throw new Error(`not in: ${status}`);
    },
    end: async () => {
      for (const { wire } of visitors) wire.end();
    },
  };
}

onDemand(async (load: Load): Promise<Measured> => {
  const { connections, seconds } = load;
  const { work, end } = await (load.work === 'sign-in' ? signIns(load) : bare(load));
  const times: number[] = [];
  const span = await repeat(connections, seconds, (connection, i) => timed(times, work(connection, i)));
  await end();
  return { times: { times }, seconds: span };
});

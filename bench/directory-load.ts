// The load of `directory.ts`, in a process of its own: a bare client of the directory, or the browsers of people who
// sign in there.
import { Client, EqualityFilter } from 'ldapts';
import { Visitor } from '../test/support/visitor.ts';
import { ask, keptAgent } from './browser.ts';
import { type Measured, onDemand, repeat, timed } from './load.ts';

export interface Load {
  /** Where Carillon is; null: the directory alone is asked. */
  carillon: string | null;
  directory: { url: string; ca: string; baseDn: string; bindName: string; bindPassword: string; password: string };
  /** The attribute that people are found by, and its values, which are addresses. */
  people: { attribute: string; values: readonly string[] };
  connections: number;
  seconds: number;
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

type Work = (connection: number, i: number) => Promise<void>;

/** Search with the service account, bind what was found: on two kept connections each, which is all that a proof needs. */
async function bare({ directory, people, connections }: Load): Promise<{ work: Work; end: () => Promise<void> }> {
  const { url, ca, baseDn, bindName, bindPassword, password } = directory;
  const open = () => new Client({ url, tlsOptions: { ca: [ca], checkServerIdentity: () => undefined } });
  const pairs = await Promise.all(
    Array.from({ length: connections }, async () => {
      const [search, proof] = [open(), open()];
      await search.bind(bindName, bindPassword);
      return { search, proof };
    }),
  );
  return {
    work: async (connection, i) => {
      const { search, proof } = pairs[connection]!;
      const value = people.values[(i * connections + connection) % people.values.length]!;
      const filter = new EqualityFilter({ attribute: people.attribute, value });
      const { searchEntries } = await search.search(baseDn, { filter, attributes: ['mail'] });
      await proof.bind(searchEntries[0]!.dn, password);
    },
    end: async () => {
      await Promise.all(pairs.flatMap(({ search, proof }) => [search.unbind(), proof.unbind()]));
    },
  };
}

/** One browser a connection, with the password page open: its form is sent, and a session is there. */
async function signIns(load: Load & { carillon: string }): Promise<{ work: Work; end: () => Promise<void> }> {
  const { carillon, directory, people, connections } = load;
  const agent = keptAgent(connections);
  const where = new URL('/signin/password', carillon);
  const visitors = await Promise.all(
    Array.from({ length: connections }, async () => {
      const visitor = new Visitor(carillon);
      const { csrf } = await visitor.get('/signin');
      return { csrf, cookie: [...visitor.jar()].map(([name, value]) => `${name}=${value}`).join('; ') };
    }),
  );
  return {
    work: async (connection, i) => {
      const { csrf, cookie } = visitors[connection]!;
      const email = people.values[(i * connections + connection) % people.values.length]!;
      const fields = { csrf, email, name: email, password: directory.password, target: '' };
      const headers = { cookie, origin: where.origin, 'user-agent': firefox };
      const reply = await ask(agent, where, headers, fields);
      const isIn = (reply.headers['set-cookie'] ?? []).some((line) => line.startsWith('carillon_session='));
      if (!isIn) throw new Error(`not in: ${reply.status}`);
    },
    end: async () => agent.destroy(),
  };
}

onDemand(async (load: Load): Promise<Measured> => {
  const { carillon, connections, seconds } = load;
  const { work, end } = carillon === null ? await bare(load) : await signIns({ ...load, carillon });
  const times: number[] = [];
  const span = await repeat(connections, seconds, (connection, i) => timed(times, work(connection, i)));
  await end();
  return { times: { times }, seconds: span };
});

// One peer as a SCIM server in a process of its own: `node server.mjs scimmy` or `node server.mjs jackson [database]`.
// Tells its parent { ready: { baseUrl, token } } when it listens.
import { createServer } from 'node:http';

const [kind, database] = process.argv.slice(2);
const token = 'bench';

const listen = (server, path, key = token) =>
  server.listen(0, '127.0.0.1', () =>
    process.send({ ready: { baseUrl: `http://127.0.0.1:${server.address().port}${path}`, token: key } }),
  );

/** scimmy-routers as its README has it, with people in a Map: what the libraries cost, without any database. */
async function scimmy() {
  const { default: express } = await import('express');
  const { default: SCIMMY } = await import('scimmy');
  const { default: SCIMMYRouters } = await import('scimmy-routers');
  const people = new Map();
  let made = 0;
  const declare = (resource) =>
    SCIMMY.Resources.declare(resource)
      .ingress(({ id = `p${++made}` }, data) => {
        const person = { ...people.get(id), ...JSON.parse(JSON.stringify(data)), id };
        people.set(id, person);
        return person;
      })
      .egress(({ id, filter }) => {
        if (id !== undefined) {
          if (people.has(id)) return people.get(id);
          throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
        }
        return filter ? filter.match([...people.values()]) : [...people.values()];
      })
      .degress(({ id }) => void people.delete(id));
  declare(SCIMMY.Resources.User);
  const app = express();
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', docUri: 'https://example.com', handler: () => 'bench' }));
  listen(createServer(app), '/scim/v2');
}

/** The directory sync of saml-jackson, in memory or on a database, behind node:http. */
async function jackson() {
  const { controllers: start } = await import('@boxyhq/saml-jackson');
  const db = database ? { engine: 'sql', type: 'postgres', url: database } : { engine: 'mem' };
  const { directorySyncController: sync } = await start({
    externalUrl: 'http://localhost:5225',
    samlPath: '/api/oauth/saml',
    samlAudience: 'https://saml.example',
    scimPath: '/api/scim/v2.0',
    db,
    logger: { info: () => {}, warn: () => {}, error: console.error, debug: () => {} },
  });
  const { data, error } = await sync.directories.create({ tenant: 'bench', product: 'bench', type: 'okta-scim-v2' });
  if (error) throw new Error(error.message);
  const server = createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    const answer = async () => {
      const { pathname, searchParams } = new URL(req.url, 'http://localhost');
      const [resourceType = '', resourceId] = pathname.slice('/scim/v2/'.length).split('/');
      const { status, data: body } = await sync.requests.handle(
        {
          method: req.method,
          body: parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : undefined,
          directoryId: data.id,
          resourceType: resourceType.toLowerCase(),
          resourceId,
          apiSecret: (req.headers.authorization ?? '').slice('Bearer '.length),
          query: { filter: searchParams.get('filter') ?? undefined, count: 100, startIndex: 1 },
        },
        async () => {}, // whoever is told of events: without, each is logged
      );
      res.writeHead(status, { 'content-type': 'application/scim+json' });
      res.end(body === undefined ? undefined : JSON.stringify(body));
    };
    req.on('end', () => void answer());
  });
  listen(server, '/scim/v2', data.scim.secret);
}

await { scimmy, jackson }[kind]();

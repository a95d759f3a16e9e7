import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import {
  removeAdministrator,
  resetAdministrator,
  signOutAdministrator,
} from '../../src/access/administrators/manage.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { portOf } from '../support/port.ts';
import { until } from '../support/until.ts';
import type { Visitor } from '../support/visitor.ts';
import { newAccount, verifiedDomain } from './forms.ts';
import { organisationOf, type Running, signedIn, startConsole } from './support.ts';

const hers = 'nine lapwings over barley';

/** An issuer that answers when it is told to: whoever chose it chooses how long a change takes. */
async function slowIssuer() {
  const waiting: ServerResponse[] = [];
  const server = createServer((req, res) => {
    if (req.url === '/jwks') res.end('{"keys":[]}');
    else waiting.push(res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
  return {
    issuer,
    isAsked: () => waiting.length > 0,
    answer: () => {
      for (const res of waiting.splice(0)) {
        res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
      }
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describeOnEachEngine('what an administrator had asked for before a no to them', () => {
  let running: Running;
  let ada: Visitor;
  let eve: Visitor;
  let eveId: string;
  let by: { organisationId: string; actorId: null };
  beforeEach(async () => {
    running = await startConsole();
    ada = await signedIn(running);
    by = { organisationId: await organisationOf(running), actorId: null };
    const path = '/console/administrators/new';
    const { body } = await (await ada.get(path)).submit(path, { userName: 'eve' });
    eve = running.visitor();
    const page = await eve.get(/copy">([^<]*\/setup\?token=[\w-]+)</.exec(body)?.[1] ?? '');
    assert.equal((await page.submit('/setup', { password: hers, again: hers })).title, 'Accounts');
    eveId = (await running.house.ground.db.read.findOneBy(AdministratorTable, { userName: 'eve' }))!.id;
  });
  afterEach(() => running.stop());

  const noes: Record<string, () => Promise<unknown>> = {
    removed: () => removeAdministrator(running.house.ground, running.house.sessions, by, eveId),
    reset: () => resetAdministrator(running.house.ground, running.house.sessions, by, eveId),
    'signed out': () => signOutAdministrator(running.house.ground, running.house.sessions, by, eveId),
  };
  for (const [how, sayNo] of Object.entries(noes)) {
    it(`is refused when they are ${how} while another server takes its time to answer`, async () => {
      const slow = await slowIssuer();
      try {
        const base = await newAccount(ada, 'Acme');
        await verifiedDomain(running, ada, base, 'acme.example');
        const page = await eve.get(`${base}/connection`);
        const typed = { issuer: slow.issuer, clientId: '0oa1', clientSecret: 'hers', redirect: 'own' };
        const saving = eve.post(`${base}/connection`, { ...page.fields(`${base}/connection`), ...typed });
        await until(slow.isAsked);
        await sayNo();
        slow.answer();
        const saved = await saving;
        assert.equal(saved.status, 403);
        assert.equal(await running.house.ground.db.read.count(ConnectionTable), 0);
        const refused = (await running.changes()).filter(({ errorCode }) => errorCode === 'ForbiddenException');
        assert.equal(refused.length, 1);
        assert.equal((await eve.get('/console')).title, 'Sign in to the console');
        assert.equal((await ada.get('/console')).title, 'Accounts', 'and nobody else is');
      } finally {
        await slow.stop();
      }
    });
  }
});

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, Packet } from 'dns2';
import { createTxtResolver } from '../../../src/platform/dns/txt.ts';

const name = '_carillon.acme.example';
const timeoutMs = 300;

type Reply = { type: 'TXT' | 'NS' | 'A'; data: string | string[] }[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
type Zone = (name: string, type: number) => Reply;

function record(owner: string, { type, data }: Exclude<Reply, string>[number]) {
  const made = new Packet.Resource(owner, Packet.TYPE[type], Packet.CLASS.IN, 60);
  if (type === 'TXT') made.data = data;
  else made[type === 'NS' ? 'ns' : 'address'] = String(data);
  return made;
}

const txt =
  (...data: (string | string[])[]): Zone =>
  (_, type) =>
    type === Packet.TYPE.TXT ? data.map((value) => ({ type: 'TXT', data: value })) : [];
const nothing: Zone = () => 'NXDOMAIN';

/** Delegates acme.example to a name server at `address`, and answers TXT as a resolver. */
const delegating =
  (address: string, value = 'v'): Zone =>
  (asked, type) => {
    if (type === Packet.TYPE.TXT) return [{ type: 'TXT', data: value }];
    if (type === Packet.TYPE.NS) return asked === 'acme.example' ? [{ type: 'NS', data: 'ns.acme.example' }] : [];
    return type === Packet.TYPE.A && asked === 'ns.acme.example' ? [{ type: 'A', data: address }] : 'NXDOMAIN';
  };

describe('createTxtResolver', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });

  /** A DNS server on a free port; gives its address, and counts the questions for TXT. */
  async function serve(
    zone: Zone,
    host = '127.0.0.1',
    port = 0,
  ): Promise<{ at: string; port: number; asked: () => number }> {
    let asked = 0;
    const server = createServer({
      udp: true,
      handle: (request, send) => {
        const answer = Packet.createResponseFromRequest(request);
        const question = request.questions[0];
        assert.ok(question);
        if (question.type === Packet.TYPE.TXT) asked += 1;
        const reply = zone(question.name, question.type ?? 0);
        if (typeof reply === 'string') answer.header.rcode = Packet.RCODE[reply];
        else answer.answers.push(...reply.map((entry) => record(question.name, entry)));
        void send(answer);
      },
    });
    const addresses = await server.listen({ udp: { port, address: host } });
    open.push(server);
    const used = addresses.udp?.port ?? 0;
    return { at: `${host}:${used}`, port: used, asked: () => asked };
  }

  async function silentServer(): Promise<string> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    open.push(socket);
    return `127.0.0.1:${socket.address().port}`;
  }

  async function outcomeOf(resolvers: (Zone | 'silent')[], authorities: (Zone | 'silent')[]) {
    const start = async (zone: Zone | 'silent'): Promise<string> =>
      zone === 'silent' ? silentServer() : (await serve(zone)).at;
    const [some, others] = await Promise.all([Promise.all(resolvers.map(start)), Promise.all(authorities.map(start))]);
    return createTxtResolver({ resolvers: some, authoritative: others, timeoutMs }).lookUp(name);
  }

  it('finds a record that all resolvers and an authority give', async () => {
    const answer = await outcomeOf([txt('value'), txt('value')], [txt('value')]);
    assert.equal(answer.outcome, 'found');
    assert.deepEqual(answer.values, ['value']);
    assert.deepEqual(
      answer.asked.map(({ role, result, values }) => [role, result, values]),
      [
        ['resolver', 'answered', ['value']],
        ['resolver', 'answered', ['value']],
        ['authority', 'answered', ['value']],
      ],
    );
  });

  it('joins the strings of a record, and does not mind the order of records', async () => {
    const answer = await outcomeOf([txt(['one', 'two'], 'b'), txt('b', ['onet', 'wo'])], [txt('onetwo', 'b')]);
    assert.equal(answer.outcome, 'found');
    assert.deepEqual(answer.values, ['b', 'onetwo']);
  });

  it('says absent for NXDOMAIN and for an empty answer', async () => {
    assert.equal((await outcomeOf([nothing, txt()], [nothing])).outcome, 'absent');
    assert.equal((await outcomeOf([txt()], [txt()])).outcome, 'absent');
  });

  it('never takes silence, SERVFAIL or a refusal for absence', async () => {
    const silent = await outcomeOf(['silent', () => 'SERVFAIL', () => 'REFUSED'], [nothing]);
    assert.equal(silent.outcome, 'silent');
    assert.deepEqual(
      silent.asked.map(({ result }) => result),
      ['silent', 'silent', 'error', 'absent'],
    );
    assert.equal((await outcomeOf([txt('v')], ['silent'])).outcome, 'silent');
    assert.equal((await outcomeOf([nothing], [() => 'SERVFAIL'])).outcome, 'silent');
  });

  it('leaves out a resolver that does not answer', async () => {
    assert.equal((await outcomeOf(['silent', txt('v')], [txt('v'), 'silent'])).outcome, 'found');
  });

  it('tells when two resolvers differ', async () => {
    const differing = await outcomeOf([txt('v'), txt('w')], [txt('v')]);
    assert.equal(differing.outcome, 'disagree');
    assert.deepEqual(differing.values, []);
    assert.equal((await outcomeOf([txt('v'), nothing], [txt('v')])).outcome, 'disagree');
  });

  it('tells when no authority says what the resolvers say', async () => {
    assert.equal((await outcomeOf([txt('v')], [nothing])).outcome, 'disagree');
    assert.equal((await outcomeOf([nothing], [txt('v')])).outcome, 'disagree');
    assert.equal((await outcomeOf([txt('v')], [txt('old'), txt('v')])).outcome, 'found');
  });

  it('never throws, also for a name that is none', async () => {
    const { at } = await serve(nothing);
    const resolver = createTxtResolver({ resolvers: [at], authoritative: [at], timeoutMs });
    assert.equal((await resolver.lookUp(`${'a'.repeat(80)}.example`)).outcome, 'silent');
  });

  describe('with the servers that the zone names', () => {
    it('walks up to them and asks them', async () => {
      const authority = await serve(txt('v'), '127.0.0.2');
      const resolver = await serve(delegating('127.0.0.2'));
      const options = { resolvers: [resolver.at], authoritativePort: authority.port, timeoutMs };
      const answer = await createTxtResolver({ ...options, isPublic: () => true }).lookUp(name);
      assert.equal(answer.outcome, 'found');
      assert.equal(answer.asked[1]?.server, `127.0.0.2:${authority.port}`);
    });

    it('never asks one at an address inside', async () => {
      const authority = await serve(txt('v'), '127.0.0.2');
      const resolver = await serve(delegating('127.0.0.2'));
      const options = { resolvers: [resolver.at], authoritativePort: authority.port, timeoutMs };
      assert.equal((await createTxtResolver(options).lookUp(name)).outcome, 'silent');
      assert.equal(authority.asked(), 0);
    });

    it('does not go on to the zone above when the name servers cannot be learnt', async () => {
      const parent = await serve(nothing, '127.0.0.2');
      const resolver = await serve((asked, type) => {
        if (type === Packet.TYPE.NS)
          return asked === 'example' ? [{ type: 'NS', data: 'ns.acme.example' }] : 'SERVFAIL';
        return delegating('127.0.0.2')(asked, type);
      });
      const options = { resolvers: [resolver.at], authoritativePort: parent.port, timeoutMs, isPublic: () => true };
      assert.equal((await createTxtResolver(options).lookUp(name)).outcome, 'silent');
      assert.equal(parent.asked(), 0);
    });
  });
});

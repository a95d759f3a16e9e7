import { Agent, request } from 'node:http';

/** What the parent asks for. */
export interface Load {
  baseUrl: string;
  token: string;
  connections: number;
  seconds: number;
  /** Keeps the names of one run apart from another's. */
  run: string;
}

/** The milliseconds that each request took, and how long the run was. */
export interface Measured {
  creates: number[];
  deactivations: number[];
  seconds: number;
}

const headers = { 'content-type': 'application/scim+json; charset=utf-8', 'user-agent': 'Okta SCIM Client 1.0.0' };

function send(load: Load, agent: Agent, method: string, path: string, body: object): Promise<{ id: string }> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(`${load.baseUrl}${path}`, {
      method,
      agent,
      headers: { ...headers, authorization: `Bearer ${load.token}`, 'content-length': Buffer.byteLength(text) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString();
        if ((response.statusCode ?? 500) >= 300) reject(new Error(`${response.statusCode} ${answer}`));
        else resolve(JSON.parse(answer) as { id: string });
      });
    });
    sent.end(text);
  });
}

/** Each connection creates a person as Okta does, then deactivates them, until the time is over. */
async function measure(load: Load): Promise<Measured> {
  const creates: number[] = [];
  const deactivations: number[] = [];
  const began = performance.now();
  const until = began + load.seconds * 1000;
  const timed = async <T>(into: number[], work: Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work;
    into.push(performance.now() - from);
    return result;
  };
  const connection = async (number: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; performance.now() < until; i++) {
      const name = `${load.run}-${number}-${i}`;
      const address = `${name}@acme.example`;
      const { id } = await timed(
        creates,
        send(load, agent, 'POST', '/Users', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName: address,
          name: { givenName: 'Paula', familyName: name },
          emails: [{ primary: true, value: address, type: 'work' }],
          displayName: `Paula ${name}`,
          locale: 'en-US',
          externalId: `00u${name}`,
          groups: [],
          password: 'not kept',
          active: true,
        }),
      );
      const value = { active: false };
      await timed(
        deactivations,
        send(load, agent, 'PATCH', `/Users/${id}`, {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', value }],
        }),
      );
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: load.connections }, (_, number) => connection(number)));
  return { creates, deactivations, seconds: (performance.now() - began) / 1000 };
}

process.on('message', (load: Load) => {
  measure(load).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

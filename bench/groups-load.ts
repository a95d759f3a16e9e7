// The load of `groups.ts`, in a process of its own: one request about a whole group, and reads beside it.
import { type Measured, onDemand, timed } from './load.ts';

export interface GroupLoad {
  baseUrl: string;
  token: string;
  groupId: string;
  /** Who is read meanwhile. */
  personId: string;
  /** The id of the first member; the others follow it by number. */
  first: string;
  size: number;
  step: 'put' | 'put again' | 'patch half' | 'patch all' | 'remove all' | 'delete';
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

async function change(load: GroupLoad): Promise<Measured> {
  const [, stem = '', number = ''] = /^(.*?)(\d{12})$/.exec(load.first) ?? [];
  const members = Array.from({ length: load.size }, (_, i) => ({
    value: `${stem}${Number(number) + i}`,
    display: `${i}-model@acme.example`,
  }));
  const [method, body] = requestOf(load.step, members);
  const headers = { authorization: `Bearer ${load.token}`, 'content-type': 'application/scim+json' };
  const send = async (path: string, init: RequestInit = {}): Promise<void> => {
    const answer = await fetch(`${load.baseUrl}${path}`, { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  };
  const times: { change: number[]; read: number[] } = { change: [], read: [] };
  const text = body === null ? null : JSON.stringify(body);
  const state = { over: false };
  const reading = (async (): Promise<void> => {
    while (!state.over) await timed(times.read, send(`/Users/${load.personId}`));
  })();
  const path = `/Groups/${load.groupId}?excludedAttributes=members`;
  await timed(times.change, send(path, { method, ...(text !== null && { body: text }) })).finally(
    () => (state.over = true),
  );
  await reading;
  return { times, seconds: times.change[0]! / 1000 };
}

function requestOf(step: GroupLoad['step'], members: object[]): [method: string, body: object | null] {
  const patch = (op: string, value: object[]): [string, object] => [
    'PATCH',
    { schemas: [patchSchema], Operations: [{ op, path: 'members', value }] },
  ];
  if (step === 'delete') return ['DELETE', null];
  if (step === 'patch half') return patch('replace', members.slice(members.length / 2));
  if (step === 'patch all') return patch('add', members);
  if (step === 'remove all') return patch('remove', members);
  return ['PUT', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Everybody', members }];
}

onDemand(change);

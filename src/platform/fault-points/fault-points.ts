/** Every point at which a test may end the process, and what has happened when it is passed. */
export const faultPoints = {
  'unit.begun': 'a unit of work has begun, and changed nothing',
  'unit.recorded': 'its statements are done and its record is written',
  'commit.due': 'nothing is missing but the COMMIT',
  'commit.sent': 'PostgreSQL was told to COMMIT, and has not answered',
  'commit.done': 'it is committed; this process does not know it yet',
  'unit.committed': 'this process knows it; who asked was not answered',
  'scim.read': 'a directory’s change was read and checked',
  'scim.answered': 'the directory was answered',
  'signIn.attempted': 'a sign-in is noted; the browser was not sent to its provider',
  'signIn.calledBack': 'the browser came back from the provider',
  'signIn.taken': 'the attempt is used up; the provider was not asked what the code is worth',
  'signIn.proved': 'the provider has proved who it is',
  'provider.made': 'an answer to a relying party is made; nothing of it is stored',
  'provider.written': 'it is stored; the answer was not sent',
  'outbox.claimed': 'an event is claimed; its handler has not begun',
  'outbox.handled': 'its handler is done; the event is not',
  'out.swept': 'the sessions of a no have ended; its receipts are not written',
  'out.receipted': 'its receipts are written; not committed',
  'logout.sent': 'a relying party was told; that is not noted',
  'seal.chained': 'records are in their chain; its head does not know them',
} as const;

export type FaultPoint = keyof typeof faultPoints;

interface Armed {
  point: FaultPoint;
  /** Only passings with this detail count; null: every one. */
  detail: string | null;
  /** At which passing, counted from one. */
  at: number;
}

const form = /^(?<point>[\w.]+)(?::(?<detail>[^#]+))?(?:#(?<at>[1-9]\d{0,5}))?$/;

/**
 * Reads `FAULT_POINT=name[:detail][#n]`, which counts with `NODE_ENV=test` alone: it is no setting.
 * @throws Error for a point that there is not, of which a test would wait in vain
 */
export function readFaultPoint(env: Readonly<Record<string, string | undefined>>): Armed | null {
  const given = env['FAULT_POINT'];
  if (!given || env['NODE_ENV'] !== 'test') return null;
  const { point = '', detail = null, at = '1' } = form.exec(given)?.groups ?? {};
  if (!Object.hasOwn(faultPoints, point)) throw new Error(`there is no fault point ${given}`);
  return { point: point as FaultPoint, detail, at: Number(at) };
}

/** Where this process will end; null in every process that no test has started for that. */
export const armed = readFaultPoint(process.env);

let passed = 0;

/** Names a moment at which a process may die. It does nothing, unless a test has armed this very point. */
export const faultPoint: (point: FaultPoint, detail?: string | null) => void =
  armed === null
    ? () => undefined
    : (point, detail) => {
        if (point !== armed.point || (armed.detail !== null && armed.detail !== detail)) return;
        if (++passed === armed.at) process.kill(process.pid, 'SIGKILL');
      };

import type { TLSSocket } from 'node:tls';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import { dial } from '../client/dial.ts';
import type { Entry } from '../client/entry.ts';
import { LdapFault, LdapRefusal, type Reason, resultCodes } from '../client/fault.ts';
import { all, parseFilter, present } from '../client/filters.ts';
import { usualLimits } from '../client/limits.ts';
import { readRootDse, type RootDse } from '../client/root-dse.ts';
import { bindService } from '../client/server.ts';
import { type Search, Session } from '../client/session.ts';
import { readTarget, type Target } from '../client/target.ts';
import { Wire } from '../client/wire.ts';
import { baseOf, defaultsOf, isActiveDirectory, kindOf } from '../kinds.ts';
import type { Draft } from '../settings/input.ts';
import { adviceOf, causeSays, texts } from './texts.ts';

export type DiagnosisStep = 'resolve' | 'tcp' | 'startTls' | 'tls' | 'bind' | 'base' | 'user' | 'group';

export interface StepResult {
  step: DiagnosisStep;
  ms: number;
  ok: boolean;
  /** What was seen, in plain words. */
  says: string;
  /** What to do; null when nothing is to be done. */
  advice: string | null;
  reason: Reason | 'nothing' | 'denied' | null;
}

/** One server, tried step by step until one fails. */
export interface Diagnosis {
  server: string;
  ok: boolean;
  steps: StepResult[];
  /** What the server says of itself, when it could be bound. */
  root: RootDse | null;
}

/** What is tried: settings that are stored, or those that somebody is about to save. */
export type Tried = Omit<Draft, 'name' | 'bindPassword'> & { bindPassword: string };

const deadlineMs = 5_000;
const soonMs = 14 * 86_400_000;

/** Tries every server of a directory, all at once. Throws nothing: what goes wrong is the answer. */
export function diagnose(outbound: Outbound, tried: Tried): Promise<Diagnosis[]> {
  const binds = new Binds();
  return Promise.all(
    tried.servers
      .map(readTarget)
      .filter((target) => target !== null)
      .map((target) => new Trial(outbound, tried, target, binds).run()),
  );
}

/** Binds one after another: a password that one server does not accept is not sent to the next, where it counts too. */
class Binds {
  #last: Promise<unknown> = Promise.resolve();
  #refused: LdapFault | null = null;

  next(bind: () => Promise<void>): Promise<void> {
    const turn = this.#after(this.#last, bind);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #after(last: Promise<unknown>, bind: () => Promise<void>): Promise<void> {
    await last;
    if (this.#refused) throw this.#refused;
    try {
      await bind();
    } catch (error) {
      if (error instanceof LdapFault && error.reason === 'credentials') this.#refused = error;
      throw error;
    }
  }
}

/** What a step that went well has seen, and what is to be done all the same. */
interface Seen {
  says: string;
  advice: string | null;
}

class Trial {
  readonly #outbound: Outbound;
  readonly #tried: Tried;
  readonly #target: Target;
  readonly #binds: Binds;
  readonly #steps: StepResult[] = [];
  #began = performance.now();

  constructor(outbound: Outbound, tried: Tried, target: Target, binds: Binds) {
    this.#binds = binds;
    this.#outbound = outbound;
    this.#tried = tried;
    this.#target = target;
  }

  async run(): Promise<Diagnosis> {
    const result = { server: this.#target.url, steps: this.#steps };
    const wire = await this.#connect();
    if (!wire) return { ...result, ok: false, root: null };
    const session = new Session(wire, { ...usualLimits, answerMs: deadlineMs }, () => {});
    try {
      const root = await this.#bind(wire, session);
      if (root) await this.#look(session, root);
      return { ...result, root, ok: this.#steps.every(({ ok }) => ok) };
    } finally {
      wire.close();
    }
  }

  async #connect(): Promise<Wire | null> {
    const said: Partial<Record<DiagnosisStep, string>> = {
      resolve: texts.resolved,
      tcp: texts.connected,
      startTls: texts.startTls,
    };
    try {
      const socket = await dial(this.#target, {
        outbound: this.#outbound,
        ca: this.#tried.ca,
        deadlineMs,
        done: (step) => {
          const says = said[step as DiagnosisStep];
          if (says) this.#pass(step as DiagnosisStep, says);
        },
      });
      this.#pass('tls', ...certificateOf(socket));
      return new Wire(this.#target.url, socket);
    } catch (error) {
      this.#fail(stepOf(error) ?? 'tcp', error);
      return null;
    }
  }

  async #bind(wire: Wire, session: Session): Promise<RootDse | null> {
    try {
      await this.#binds.next(() => {
        this.#lap(); // waiting for the others is no time of this server's
        return bindService(wire, { ...this.#tried, outbound: this.#outbound }, deadlineMs);
      });
      const root = await readRootDse(session);
      this.#pass('bind', texts.bound);
      return root;
    } catch (error) {
      this.#fail('bind', error);
      return null;
    }
  }

  async #look(session: Session, root: RootDse): Promise<void> {
    const kind = kindOf(root);
    const defaults = defaultsOf[kind];
    const base = this.#tried.baseDn ?? baseOf(root) ?? '';
    const { attributes, userFilter, groupFilter } = this.#tried;
    const names = { ...defaults.attributes, ...attributes };
    const isThere = await this.#try('base', async () => {
      const entry = await session.read(base, ['1.1']);
      return entry && texts.base(entry.dn);
    });
    if (!isThere) return;
    await this.#try('user', async () => {
      const filter = all(parseFilter(userFilter ?? defaults.userFilter) ?? present('objectClass'), present(names.mail));
      const entry = await firstOf(session, {
        base,
        filter,
        attributes: [names.mail, names.displayName, names.userName, 'userAccountControl'],
      });
      const name = entry && (entry.text(names.displayName) ?? entry.text(names.userName) ?? entry.dn);
      if (!entry) return null;
      const isHidden = isActiveDirectory(kind) && entry.text('userAccountControl') === null;
      return {
        says: texts.user(name ?? '', entry.text(names.mail) ?? ''),
        advice: isHidden ? texts.stateHidden : null,
      };
    });
    await this.#try('group', async () => {
      const filter = parseFilter(groupFilter ?? defaults.groupFilter) ?? present('objectClass');
      const search = { base, filter, attributes: [names.groupName, names.member] };
      const filled = await firstOf(session, { ...search, filter: all(filter, present(names.member)) });
      const entry = filled ?? (await firstOf(session, search));
      return entry && texts.group(entry.text(names.groupName) ?? entry.dn, entry.texts(names.member).length);
    });
  }

  async #try(step: DiagnosisStep, look: () => Promise<Seen | string | null>): Promise<boolean> {
    try {
      const seen = await look();
      if (seen === null) this.#fail(step, null);
      else if (typeof seen === 'string') this.#pass(step, seen);
      else this.#pass(step, seen.says, seen.advice);
      return seen !== null;
    } catch (error) {
      this.#fail(step, error);
      return false;
    }
  }

  #pass(step: DiagnosisStep, says: string, advice: string | null = null): void {
    this.#steps.push({ step, ms: this.#lap(), ok: true, says, advice, reason: null });
  }

  #fail(step: DiagnosisStep, error: unknown): void {
    const reason = reasonOf(error);
    const { says, advice } = adviceOf(step, reason);
    const cause = reason === 'credentials' ? causeSays(String(error)) : '';
    this.#steps.push({ step, ms: this.#lap(), ok: false, says: `${says} ${cause}`.trim(), advice, reason });
  }

  #lap(): number {
    const now = performance.now();
    const ms = now - this.#began;
    this.#began = now;
    return Math.round(ms * 10) / 10;
  }
}

const stepOf = (error: unknown): DiagnosisStep | null =>
  error instanceof LdapFault && error.step !== 'request' ? error.step : null;

function reasonOf(error: unknown): Reason | 'nothing' | 'denied' {
  if (error === null) return 'nothing';
  if (error instanceof LdapFault) return error.reason;
  const nowhere: number[] = [resultCodes.noSuchObject, resultCodes.invalidDn];
  return error instanceof LdapRefusal && nowhere.includes(error.code) ? 'nothing' : 'denied';
}

/** A search for one entry: paging lets it end there, which a size limit would call a fault. */
async function firstOf(session: Session, search: Search): Promise<Entry | null> {
  for await (const [entry] of session.pages({ ...search, pageSize: 1 })) if (entry) return entry;
  return null;
}

function certificateOf(socket: TLSSocket): [says: string, advice: string | null] {
  const { subject, valid_to } = socket.getPeerCertificate();
  const parsed = Date.parse(valid_to);
  // A certificate may say a date that is none here, such as one after the year 9999.
  const until = Number.isNaN(parsed) ? null : parsed;
  const name = [subject?.CN ?? '–'].flat()[0] ?? '–';
  const says = texts.tls(
    socket.getProtocol() ?? 'TLS',
    name,
    until === null ? valid_to : new Date(until).toISOString().slice(0, 10),
  );
  return [says, until !== null && until - Date.now() < soonMs ? texts.endsSoon : null];
}

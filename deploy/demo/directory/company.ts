import { randomInt } from 'node:crypto';
import { everyoneId, person as newPerson } from '../people.ts';
import type { Group, Person } from '../people.ts';
import { readState, writeState } from '../state.ts';
import type { CompanyState, LogEntry } from '../state.ts';
import { oktaClient } from './okta-client.ts';
import type { Member } from './okta-client.ts';
import { makeSend } from './transport.ts';

const logged = 100;
const bodyLimit = 6000;
const notYet = 'Not pushed yet.';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const oktaId = (prefix: string): string =>
  prefix + Array.from({ length: 17 }, () => alphabet[randomInt(alphabet.length)]).join('');

export interface CompanyOptions {
  statePath: string;
  /** What a company that is not on disk yet starts with. */
  first: CompanyState;
  wait: (milliseconds: number) => Promise<void>;
  /** Cuts what is under way, which is then pushed by the next start. */
  signal: AbortSignal;
}

/** The directory's verbs. Each changes the state at once, and resolves when Okta's requests for it are through. */
export interface Company {
  state(): Readonly<CompanyState>;
  deactivate(id: string): Promise<void>;
  activate(id: string): Promise<void>;
  /** Out of every group but Everyone, into `groupId` (or none): added to the new first, then removed from the old. */
  move(id: string, groupId: string | undefined): Promise<void>;
  add(givenName: string, familyName: string, groupId?: string): Promise<void>;
  rename(id: string, givenName: string, familyName: string): Promise<void>;
  /** Pushes everybody and every group again, whole. */
  pushNow(): Promise<void>;
  configure(baseUrl: string, token: string): void;
  test(): Promise<void>;
  /** Pushes everything if a kill or a stop cut a push short. */
  resume(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

const clip = (text: string): string => (text.length > bodyLimit ? `${text.slice(0, bodyLimit)}…` : text);

const ifLinked = async (person: Person, work: (scimId: string) => Promise<void>): Promise<void> => {
  if (person.scimId !== undefined) await work(person.scimId);
};

/** The company's directory: its state on disk, and one queue of work, so that requests leave in order. */
export function openCompany({ statePath, first, wait, signal }: CompanyOptions): Company {
  const state = readState(statePath) ?? first;
  const save = (): void => writeState(statePath, state);
  const log = (entry: LogEntry): void => {
    const ms = Math.round(entry.ms * 10) / 10;
    state.log = [{ ...entry, ms, request: clip(entry.request), response: clip(entry.response) }, ...state.log].slice(
      0,
      logged,
    );
    save();
  };
  const okta = oktaClient(makeSend({ settings: () => state.scim, log, wait, signal }));
  save();

  const connected = (): boolean => state.scim.baseUrl !== '';
  const who = (id: string): Person => {
    const found = state.people.find((each) => each.id === id);
    if (!found) throw new Error('There is no such person.');
    return found;
  };

  let last: Promise<void> = Promise.resolve();
  /** Queues work for a person or group; its failure stays beside them until a push gets through. */
  const enqueue = (subject: Person | Group, work: () => Promise<void>): Promise<void> => {
    if (!connected()) return Promise.resolve();
    subject.problem = notYet;
    save();
    const before = last;
    const run = async (): Promise<void> => {
      await before;
      try {
        await work();
        delete subject.problem;
      } catch (error) {
        if (!signal.aborted) subject.problem = error instanceof Error ? error.message : String(error);
      }
      save();
    };
    last = run();
    return last;
  };

  const link = async (person: Person): Promise<void> => {
    person.scimId = await okta.provision(person);
    save();
  };
  const membersOf = (group: Group): Member[] =>
    state.people.flatMap((person) =>
      person.scimId !== undefined && person.groups.includes(group.id)
        ? [{ value: person.scimId, display: person.userName }]
        : [],
    );
  /** Brings the pushed members of a group in line: only what changed, or the whole list. */
  const pushMembers = async (group: Group, whole: boolean): Promise<void> => {
    let before = group.pushed;
    if (whole || group.scimId === undefined) {
      const { id, created } = await okta.pushGroup(group);
      group.scimId = id;
      before = created ? [] : undefined;
    }
    const { scimId } = group;
    if (scimId === undefined) return;
    const members = membersOf(group);
    const add = members.filter((member) => !before?.includes(member.value));
    const remove = (before ?? []).filter((value) => !members.some((member) => member.value === value));
    if (before === undefined) await okta.replaceMembers(group, scimId, members);
    else if (add.length + remove.length > 0) await okta.changeMembers(group, scimId, add, remove);
    group.pushed = members.map((member) => member.value);
  };
  const pushGroups = (groups: Group[], whole = false): Promise<void> =>
    Promise.all(groups.map((group) => enqueue(group, () => pushMembers(group, whole)))).then(() => undefined);
  const groupsBy = (ids: string[]): Group[] => state.groups.filter((group) => ids.includes(group.id));

  const pushNow = async (): Promise<void> => {
    if (!connected()) throw new Error('Give the SCIM base URL and the API token first.');
    for (const person of state.people)
      void enqueue(person, () =>
        person.active ? link(person) : ifLinked(person, (scimId) => okta.deactivate(scimId)),
      );
    await pushGroups(state.groups, true);
  };

  return {
    state: () => state,
    pushNow,

    async deactivate(id) {
      const person = who(id);
      person.active = false;
      save();
      await enqueue(person, () => ifLinked(person, (scimId) => okta.deactivate(scimId)));
    },

    async activate(id) {
      const person = who(id);
      person.active = true;
      save();
      void enqueue(person, async () => {
        person.scimId = await okta.activate(person);
      });
      await pushGroups(groupsBy(person.groups));
    },

    async move(id, groupId) {
      const person = who(id);
      const old = person.groups.filter((group) => group !== everyoneId && group !== groupId);
      const joins = groupId !== undefined && !person.groups.includes(groupId) ? [groupId] : [];
      person.groups = [...person.groups.filter((group) => !old.includes(group)), ...joins];
      save();
      await pushGroups([...groupsBy(joins), ...groupsBy(old)]);
    },

    async add(givenName, familyName, groupId) {
      const person = newPerson(oktaId('00u'), givenName, familyName, groupId === undefined ? [] : [groupId]);
      if (state.people.some((each) => each.userName === person.userName))
        throw new Error(`${person.userName} is already there.`);
      state.people.push(person);
      save();
      void enqueue(person, () => link(person));
      await pushGroups(groupsBy(person.groups));
    },

    async rename(id, givenName, familyName) {
      const person = who(id);
      Object.assign(person, { givenName, familyName });
      save();
      await enqueue(person, () => ifLinked(person, (scimId) => okta.update(person, scimId)));
    },

    configure(baseUrl, token) {
      const trimmed = baseUrl.replace(/\/+$/, '');
      if (trimmed !== state.scim.baseUrl) {
        // Another server: what the old one knew, this one does not.
        for (const each of [...state.people, ...state.groups]) delete each.scimId;
        for (const group of state.groups) delete group.pushed;
      }
      state.scim = { baseUrl: trimmed, token: token || state.scim.token };
      delete state.test;
      save();
    },

    async test() {
      if (!connected()) throw new Error('Give the SCIM base URL and the API token first.');
      try {
        await okta.test();
        state.test = { ok: true, text: 'The app was verified successfully.' };
      } catch (error) {
        state.test = { ok: false, text: error instanceof Error ? error.message : String(error) };
      }
      save();
    },

    async resume() {
      const cut = [...state.people, ...state.groups].some((each) => each.problem === notYet);
      if (cut && connected()) await pushNow();
    },

    async idle() {
      for (let seen: unknown; seen !== last; await last) seen = last;
    },
  };
}

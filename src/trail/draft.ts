import type { KeyObject } from 'node:crypto';
import { clock } from '../platform/clock/clock.ts';
import { type Identity, requestContext } from '../platform/context/context.ts';
import type { CarillonError } from '../platform/errors/errors.ts';
import { newId } from '../platform/ids/ids.ts';
import { nobodyOf } from './people/keys.ts';
import { type Found, sealedMark, withoutPersonal } from './people/personal.ts';
import { sealValues } from './people/values.ts';
import type { PersonalPart, TrailRecord } from './record.entity.ts';

/** What is done, to what: the part of a record that the request itself does not tell. */
export interface Action {
  /** The name of the API action where there is one (`AddDomain`), else in its style. */
  eventName: string;
  organisationId: string | null;
  accountId?: string | null;
  /** Whether it only reads; else the name tells. */
  readOnly?: boolean;
  /**
   * Whether others of this kind may run at the same time in the account. Without it the unit has the account (else the
   * organisation) to itself on PostgreSQL, so what it has checked holds; with it, see `Hold` of the database's door.
   */
  beside?: boolean;
  /** Whom the marked values are about, where that is known before the unit runs: then a refusal keeps them so too. */
  about?: string;
  /** Lower camel case, as CloudTrail has them; never a secret; what tells of a person is marked by `personal`. */
  requestParameters?: Record<string, unknown>;
}

/** What a unit gives when its record should show more than that it was done. */
export interface Done<T> {
  result: T;
  /** As the request parameters are. */
  responseElements?: Record<string, unknown>;
  /** A better name for what happened than was known beforehand. */
  eventName?: string;
  /** Whom the marked values are about: the person's id. Without it they are kept as those of nobody known. */
  about?: string;
  /** Whether it is this unit that has made that person. */
  isNew?: boolean;
}

/** A record before its personal values are sealed; it is in memory only. */
export interface Draft {
  row: TrailRecord;
  /** person → their values */
  people: Map<string, Found>;
}

/** The names of reads, as CloudTrail tells them. */
const reads = /^(Get|List|Lookup)/;

/** Most characters of JSON that one record keeps of a request. */
const mostParameters = 8_192;

type Outcome = Pick<Done<unknown>, 'responseElements' | 'eventName' | 'about'> & { refusal?: CarillonError };

/** The record of an action of this request, that was done or refused. */
export function draft(action: Action, { responseElements, eventName, about, refusal }: Outcome): Draft {
  const context = requestContext();
  const now = clock.now();
  const people: Draft['people'] = new Map();
  const subject = within(people, about ?? action.about ?? nobodyOf(action.organisationId, now));
  const parameters = action.requestParameters ?? (action.accountId ? { accountId: action.accountId } : null);
  const row: TrailRecord = {
    id: newId(),
    organisationId: action.organisationId,
    accountId: action.accountId ? withoutNul(action.accountId) : null,
    eventName: eventName ?? action.eventName,
    eventTime: now,
    readOnly: action.readOnly ?? reads.test(action.eventName),
    identity: { ...context.identity },
    requestParameters: bounded(parameters, 'requestParameters', subject),
    responseElements: responseElements ? withoutPersonal(responseElements, ['responseElements'], subject) : null,
    errorCode: refusal ? `${refusal.kind}Exception` : null,
    errorMessage: refusal ? withoutNul(messageOf(refusal, subject)) : null,
    sourceIpAddress: withoutNul(context.clientAddress.slice(0, 64)),
    userAgent: withoutNul(context.userAgent.slice(0, 256)),
    requestId: context.requestId,
    personal: null,
    sealedValues: null,
    position: null,
  };
  takeActor(row, people);
  return { row, people };
}

/** A text that PostgreSQL takes: a record that it refused would keep back all that are written with it. */
const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text);

/** Whose keys a draft is written under. */
export const peopleOf = ({ people }: Draft): string[] =>
  [...people.keys()].filter((person) => people.get(person)!.paths.length > 0);

/** The row of a draft, with what is personal under the keys of whom it belongs to (`peopleOf`). */
export function sealed({ row, people }: Draft, keys: ReadonlyMap<string, KeyObject | null>): TrailRecord {
  const parts: PersonalPart[] = [];
  const values: string[] = [];
  for (const [person, found] of people) {
    if (found.paths.length === 0) continue;
    const key = keys.get(person) ?? null;
    const { part, sealed: text } = key
      ? sealValues(key, row.id, person, found)
      : { part: { person, paths: found.paths, digest: '' }, sealed: '' };
    parts.push(part);
    values.push(text);
  }
  row.personal = parts;
  row.sealedValues = values;
  return row;
}

/** Who acted, and from where, is personal unless it is a machine, or whoever runs it. */
function takeActor(row: TrailRecord, people: Draft['people']): void {
  const { identity } = row;
  if (isNoPerson(identity)) return;
  const isKnown = identity.type !== 'Anonymous';
  const found = within(people, isKnown ? identity.principalId : nobodyOf(row.organisationId, row.eventTime));
  const take = <K extends string>(holder: Partial<Record<K, unknown>>, name: K, path: string[]): void => {
    if (typeof holder[name] !== 'string') return;
    found.paths.push(path);
    found.values.push(holder[name]);
    holder[name] = sealedMark;
  };
  take(identity, 'userName', ['identity', 'userName']);
  // The subject that a provider named, before it is known whose it is.
  if (!isKnown && identity.principalId !== 'anonymous') take(identity, 'principalId', ['identity', 'principalId']);
  take(row, 'sourceIpAddress', ['sourceIpAddress']);
  take(row, 'userAgent', ['userAgent']);
}

function isNoPerson({ type }: Identity): boolean {
  return type === 'System' || type === 'CommandLine' || type === 'ScimKey';
}

function within(people: Draft['people'], person: string): Found {
  const known = people.get(person);
  if (known) return known;
  const found: Found = { paths: [], values: [] };
  people.set(person, found);
  return found;
}

/** The code is for everybody; a message that repeats what was sent is personal. */
function messageOf({ code, message, quotes }: CarillonError, found: Found): string {
  const whole = `${code}: ${message}`;
  if (!quotes) return whole;
  found.paths.push(['errorMessage']);
  found.values.push(whole);
  return `${code}: ${sealedMark}`;
}

function bounded(
  parameters: Record<string, unknown> | null,
  name: string,
  found: Found,
): Record<string, unknown> | null {
  if (!parameters) return null;
  const own: Found = { paths: [], values: [] };
  const clear = withoutPersonal(parameters, [name], own);
  const characters = own.values.reduce((sum, { length }) => sum + length, JSON.stringify(clear).length);
  if (characters > mostParameters) return { tooLargeToKeep: true, characters };
  found.paths.push(...own.paths);
  found.values.push(...own.values);
  return clear;
}

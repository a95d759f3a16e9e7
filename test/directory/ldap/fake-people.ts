import type { FakeEntry } from '../../support/fake-ad.ts';

/** The base of the fake directory. */
export const fakeBase = 'DC=fake,DC=example,DC=test';
/** The password of everybody there. */
export const fakePassword = 'Passw0rd!';

export const dnOf = (name: string): string => `CN=${name},OU=Staff,${fakeBase}`;
export const groupDn = (name: string): string => `CN=${name},OU=Groups,${fakeBase}`;
export const mailOf = (name: string): string => `${name}@fake.example.test`;

/** Sixteen digits: as bytes they are a GUID that survives being read as text. */
const guid = (n: number): Buffer => Buffer.from(String(n).padStart(16, '0'));

/** A person of the fake directory. @param n tells them from everybody else */
export const fakePerson = (n: number, name: string, more: FakeEntry['attributes'] = {}): FakeEntry => ({
  dn: dnOf(name),
  attributes: {
    objectClass: ['user'],
    objectCategory: ['person'],
    objectGUID: [guid(n)],
    sAMAccountName: [name],
    mail: [mailOf(name)],
    userAccountControl: ['512'],
    ...more,
  },
});

/** A group of the fake directory. */
export const fakeGroup = (n: number, name: string, members: readonly string[]): FakeEntry => ({
  dn: groupDn(name),
  attributes: { objectClass: ['group'], objectGUID: [guid(n)], cn: [name], member: [...members] },
});

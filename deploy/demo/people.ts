/** Acme, the sample company: who works there, and in which groups. */

/** Somebody who works at Acme, as the company's directory knows them. */
export interface Person {
  /** Like an Okta user id; the `sub` of their ID tokens and the `externalId` of their SCIM resource. */
  id: string;
  userName: string;
  givenName: string;
  familyName: string;
  email: string;
  password: string;
  active: boolean;
  /** Ids of groups. */
  groups: string[];
  /** The id that the SCIM server gave. */
  scimId?: string;
  /** Why the last push did not get through. */
  problem?: string;
}

export interface Group {
  id: string;
  name: string;
  scimId?: string;
  /** SCIM ids of the members as last pushed. */
  pushed?: string[];
  problem?: string;
}

export const companyName = 'Acme';
export const companyDomain = 'acme.example';

/** Everybody's password: the company is a sample, and lives on the loopback interface alone. */
export const demoPassword = 'acme-demo-1';

const everyone = '00geveryone0000000d7';
const pro = '00gcarillonpro0000d7';
const basic = '00gcarillonbasic00d7';

/** The group that holds all people and is never moved out of. */
export const everyoneId = everyone;

/** Acme's groups: two to map to tiers, and Okta's built-in one. */
export const sampleGroups = (): Group[] => [
  { id: everyone, name: 'Everyone' },
  { id: pro, name: 'Carillon Pro' },
  { id: basic, name: 'Carillon Basic' },
];

/**
 * One person, active, with the demo's password.
 * @param id an Okta-like id, `00u` and 17 letters or digits
 * @param groups ids of groups besides Everyone
 */
export function person(id: string, givenName: string, familyName: string, groups: string[] = []): Person {
  const email = `${givenName}.${familyName}@${companyDomain}`.toLowerCase();
  return {
    id,
    userName: email,
    givenName,
    familyName,
    email,
    password: demoPassword,
    active: true,
    groups: [everyone, ...groups],
  };
}

/** Paula is to be Pro, Ben Basic, and Nora in no mapped group. */
export const samplePeople = (): Person[] => [
  person('00upaulaprentice01d7', 'Paula', 'Prentice', [pro]),
  person('00ubenbasset000002d7', 'Ben', 'Basset', [basic]),
  person('00unoranunez000003d7', 'Nora', 'Nunez'),
];

export const displayName = (who: Person): string => `${who.givenName} ${who.familyName}`;

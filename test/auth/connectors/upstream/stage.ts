import assert from 'node:assert/strict';
import { addUpstream } from '../../../../src/auth/connectors/upstream/providers.ts';
import type { UpstreamInput } from '../../../../src/auth/connectors/upstream/settings.ts';
import { UpstreamLinkTable } from '../../../../src/auth/connectors/upstream/link.entity.ts';
import type { Upstream } from '../../../../src/auth/connectors/upstream/upstream.entity.ts';
import { nobodys } from '../../../../src/accounts/accounts/nobodys.ts';
import { LoginTable } from '../../../../src/auth/own/login.entity.ts';
import { makePerson } from '../../../../src/auth/own/register.ts';
import type { Config } from '../../../../src/platform/config/settings.ts';
import { TrailRecordTable, type TrailRecord } from '../../../../src/trail/record.entity.ts';
import type { Scope } from '../../../../src/users/lifecycle/out.ts';
import { type User, UserTable } from '../../../../src/users/user.entity.ts';
import { startTestCarillon, type TestCarillon } from '../../../support/carillon.ts';
import type { Page } from '../../../support/page.ts';
import { type RogueProvider, startRogueProvider } from '../../../support/rogue-provider.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { type PlainServer, startPlainServer } from './plain-server.ts';

/** Carillon, an OpenID provider and a plain OAuth server, both configured for people without a directory. */
export interface UpstreamStage {
  carillon: TestCarillon;
  provider: RogueProvider;
  plain: PlainServer;
  add: (input: UpstreamInput) => Promise<Upstream>;
  stop: () => Promise<void>;
}

export const address = 'rosa.rogue@acme.example';
/** The paths of the OpenID provider's and of the plain server's own. */
export const begin = (id: string): string => `/auth/upstream/begin/${id}`;
export const back = (id: string): string => `/auth/upstream/callback/${id}`;

export async function setUpstreamStage(overrides: Partial<Config> = {}): Promise<UpstreamStage> {
  const provider = await startRogueProvider();
  const plain = await startPlainServer();
  const carillon = await startTestCarillon(overrides);
  const add = (input: UpstreamInput): Promise<Upstream> => addUpstream(carillon.house, input);
  return {
    carillon,
    provider,
    plain,
    add,
    stop: async () => {
      await carillon.stop();
      await provider.close();
      await plain.close();
    },
  };
}

export const openidInput = ({ provider }: UpstreamStage, name = 'Rogue'): UpstreamInput => ({
  name,
  kind: 'openid',
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
});

export const plainInput = ({ plain }: UpstreamStage, name = 'Plain'): UpstreamInput => ({
  name,
  kind: 'oauth',
  clientId: plain.clientId,
  clientSecret: plain.clientSecret,
  authorizationEndpoint: `${plain.url}/authorize`,
  tokenEndpoint: `${plain.url}/token`,
  profileEndpoint: `${plain.url}/profile`,
  subjectField: 'id',
  addressField: 'mail',
  nameField: 'shown',
});

/** For numbers in their order. */
export const ascending = (a: number, b: number): number => a - b;

/** Presses the button of the sign-in page and goes wherever that leads. */
export const signInBy = async (visitor: Visitor, id = 'rogue', target = '/me'): Promise<Page> =>
  visitor.follow(await press(visitor, id, target));

const press = async (visitor: Visitor, id: string, target: string): Promise<Page> => {
  const page = await visitor.send(`/signin?${new URLSearchParams({ target }).toString()}`);
  return visitor.post(begin(id), page.fields(begin(id)));
};

/** Up to the callback, which is not called yet. */
export async function upToCallback(visitor: Visitor, id = 'rogue'): Promise<string> {
  const { url } = await visitor.follow(await press(visitor, id, '/me'), (to) => to.includes('/auth/upstream/callback'));
  return url;
}

/** Up to the callback of a link, by somebody who is signed in. */
export async function linkUpToCallback(visitor: Visitor, id = 'rogue'): Promise<string> {
  const sent = await visitor.postFrom('/me/links', `/me/links/${id}/link`);
  const { url } = await visitor.follow(sent, (to) => to.includes('/auth/upstream/callback'));
  return url;
}

/** Links a provider, confirming who one is there. */
export async function linkBy(visitor: Visitor, id = 'rogue'): Promise<Page> {
  const page = await visitor.follow(await visitor.postFrom('/me/links', `/me/links/${id}/link`));
  return page.submit('/me/links/confirm');
}

/** Registers by a provider, having agreed to it. */
export async function registerBy(visitor: Visitor, id = 'rogue'): Promise<Page> {
  const page = await signInBy(visitor, id);
  assert.equal(page.title, 'Create an account?', page.text);
  return page.submit('/auth/upstream/offer');
}

/** An own account with a password, as somebody registers who proves their address by mail. */
export async function ownAccount({ carillon: { house } }: UpstreamStage, own: string, scope: Scope = nobodys) {
  const { ground } = house;
  return ground.db.write(async (m) => {
    const person = { address: own, displayName: null, passwordHash: 'is set' };
    return (await makePerson(ground, m, scope, person)).user;
  });
}

/** A browser in which somebody is signed in, however they did it. */
export async function signedInAs({ carillon }: UpstreamStage, userId: string): Promise<Visitor> {
  const { ground, sessions } = carillon.house;
  const visitor = carillon.visitor();
  const principal = await sessions.principal('user', userId);
  const { token } = await ground.db.write((m) => sessions.begin(m, principal!, 3_600_000));
  visitor.jar().set('carillon_session', token);
  return visitor;
}

export interface Stored {
  users: User[];
  links: { userId: string; subject: string; providerId: string }[];
  logins: string[];
}

/** Who there is, and who is linked with whom. */
export async function stored({ carillon: { house } }: UpstreamStage): Promise<Stored> {
  const { read } = house.ground.db;
  const links = await read.find(UpstreamLinkTable, { order: { id: 'ASC' } });
  return {
    users: await read.find(UserTable, { order: { id: 'ASC' } }),
    links: links.map(({ userId, subject, providerId }) => ({ userId, subject, providerId })),
    logins: (await read.find(LoginTable)).map(({ addressKey }) => addressKey).toSorted(),
  };
}

/** The records of what was done and refused, oldest first. */
export async function recordsOf({ carillon: { house } }: UpstreamStage, eventName: string): Promise<TrailRecord[]> {
  await house.ground.trail.flush();
  return house.ground.db.read.find(TrailRecordTable, { where: { eventName }, order: { id: 'ASC' } });
}

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import * as openid from 'openid-client';
import { createClient } from '../../src/auth/provider/clients/clients.ts';
import type { House } from '../../src/app.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { type Carillon, startCarillon } from '../../src/main.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { rows } from '../../src/platform/database/run.ts';
import type { Sql } from '../../src/platform/database/sql.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { type Application, authorize, callback } from '../auth/provider/stage.ts';
import { client, created, groupBody, type Scim, userSchema } from '../directory/scim/support.ts';
import { runProcess } from '../support/command.ts';
import { type Company, testCompany } from '../support/company.ts';
import { onEngine } from '../support/engines.ts';
import { testConfig } from '../support/house.ts';
import { freePorts } from '../support/port.ts';
import { type RogueProvider, startRogueProvider } from '../support/rogue-provider.ts';
import { environmentOf, startServerProcess } from '../support/server-process.ts';
import { Visitor } from '../support/visitor.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';
import type { Death } from './table.ts';

const patienceMs = 20_000;

/** A person whom the directory pushed, and the group that gives them their tier. */
export interface Person {
  id: string;
  name: string;
  address: string;
  groupId: string;
}

/** The same, signed in on a device and at an application. */
export interface Present extends Person {
  visitor: Visitor;
  accessToken: string;
  refreshToken: string;
}

/**
 * One installation that is started again and again, in this process; in between a process of its own works on it, and
 * dies at a fault point. The provider and the application outlive them all.
 */
export class Installation {
  readonly url: string;
  readonly config: Config;
  readonly provider: RogueProvider;
  readonly relyingParty: RelyingParty;
  readonly #env: NodeJS.ProcessEnv;
  readonly #agent = new Agent({ keepAlive: false });
  #carillon: Carillon | null = null;
  #company!: Company;
  #application!: Application;
  #scim!: Scim;
  #bystander!: Present;
  #people = 0;

  private constructor(config: Config, provider: RogueProvider, relyingParty: RelyingParty) {
    this.config = config;
    this.url = config.publicUrl;
    this.provider = provider;
    this.relyingParty = relyingParty;
    const privateHosts = config.outboundPrivateHosts.join(',');
    this.#env = {
      ...environmentOf(config, config.port),
      OUTBOUND_PRIVATE_HOSTS: privateHosts,
      SIGN_IN_RATE: '1000000',
      NODE_ENV: 'test',
    };
  }

  /**
   * With a company, its directory's key, an application, and somebody who must stay in whatever happens.
   * @param databaseUrl instead of what the suite's engine gives
   */
  static async prepare(databaseUrl?: string): Promise<Installation> {
    const [provider, relyingParty, port] = await Promise.all([startRogueProvider(), startRelyingParty(), freePorts()]);
    const config = testConfig({
      publicUrl: `http://127.0.0.1:${port}`,
      port,
      outboundPrivateHosts: ['127.0.0.1'],
      scimRate: 1_000_000,
      signInRate: 1_000_000,
      ...(databaseUrl !== undefined && { databaseUrl }),
    });
    const made = new Installation(await onEngine(config), provider, relyingParty);
    await made.start();
    await made.#furnish();
    return made;
  }

  async #furnish(): Promise<void> {
    const { house } = this;
    this.#company = await testCompany(house, 'acme.example', this.provider);
    const { token } = await createScimKey(house.ground, this.#company.scope, { name: 'Okta' });
    this.#scim = client(`${this.url}/scim/v2`, token, this.#agent);
    const made = await createClient(house, this.#company.scope.organisationId, {
      name: 'Wiki',
      kind: 'web',
      firstParty: true,
      subjectType: 'public',
      redirectUris: [callback],
      scopes: ['openid', 'profile', 'email', 'account'],
      backchannelLogoutUri: this.relyingParty.uri,
    });
    const configuration = await openid.discovery(
      new URL(`${this.url}/oidc`),
      made.client.id,
      { id_token_signed_response_alg: 'ES256' },
      openid.ClientSecretBasic(made.secret ?? ''),
      { execute: [openid.allowInsecureRequests] },
    );
    this.#application = { client: made.client, secret: made.secret ?? '', configuration };
    this.#bystander = await this.present();
  }

  get house(): House {
    assert.ok(this.#carillon);
    return this.#carillon.house;
  }
  get scim(): Scim {
    return this.#scim;
  }
  get application(): Application {
    return this.#application;
  }
  get bystander(): Present {
    return this.#bystander;
  }

  read = <Row>(statement: Sql): Promise<Row[]> => rows<Row>(this.house.ground.db.read, statement);

  async start(): Promise<void> {
    this.#carillon = await startCarillon(this.config);
  }

  async stop(): Promise<void> {
    // What is left unsealed here would be sealed by the next process, before it is asked for anything.
    await this.house.ground.trail.flush();
    await new Sealer(this.house.ground).turn();
    await this.#carillon?.stop();
    this.#carillon = null;
  }

  async end(): Promise<void> {
    if (this.#carillon) await this.stop();
    this.#agent.destroy();
    await this.provider.close();
    await this.relyingParty.stop();
  }

  /** Has a server of its own process do something, of which it dies. @returns whether it was answered with a yes */
  async diesOf(death: Death, act: () => Promise<boolean>): Promise<boolean> {
    const server = await startServerProcess(this.#armed(death));
    const acknowledged = await act().catch(() => false);
    const timer = setTimeout(() => server.child.kill('SIGTERM'), patienceMs);
    await server.gone;
    clearTimeout(timer);
    assert.equal(server.child.signalCode, 'SIGKILL', 'the server never came to the fault point');
    return acknowledged;
  }

  /** Has a server of its own process do something, which it must outlive, and stop of itself when it is told to. */
  async served<T>(act: () => Promise<T>): Promise<T> {
    const server = await startServerProcess(this.#env);
    try {
      return await act();
    } finally {
      assert.equal(server.child.exitCode, null, 'the server ended by itself');
      assert.equal(await server.end('SIGTERM'), 0);
    }
  }

  /** Has a command do something, of which it dies. */
  async commandDiesOf(death: Death, words: readonly string[]): Promise<void> {
    const { status, stderr } = await runProcess(this.#armed(death), this.#words(words));
    assert.equal(status, -1, `the command never came to the fault point: ${stderr}`);
  }

  /** Runs a command to its end. @returns its status */
  async command(words: readonly string[]): Promise<number> {
    return (await runProcess(this.#env, this.#words(words))).status;
  }

  #words = (words: readonly string[]): string[] => [
    ...words,
    '--organisation',
    this.#company.scope.organisationId,
    '--yes',
    '--json',
  ];

  #armed = ({ point, detail }: Death): NodeJS.ProcessEnv => ({
    ...this.#env,
    FAULT_POINT: detail === null ? point : `${point}:${detail}`,
  });

  newName = (): string => `person${++this.#people}`;

  /** What the directory pushes of somebody. */
  body = (name: string, domain = this.#company.domain): object => {
    const address = `${name}@${domain}`;
    const emails = [{ value: address, type: 'work', primary: true }];
    return { schemas: [userSchema], userName: address, externalId: `00u-${name}`, emails, active: true };
  };

  /** A person in a group of their own, which makes them Pro. @param isMember whether they are in it yet */
  async person({ domain = this.#company.domain, isMember = true } = {}): Promise<Person> {
    const name = this.newName();
    const id = await created(this.#scim, '/Users', this.body(name, domain));
    const groupName = `Pro of ${name}`;
    const groupId = await created(this.#scim, '/Groups', groupBody(groupName, isMember ? [id] : []));
    await mapGroup(this.house.ground, this.#company.scope, { groupName, tier: 'Pro' });
    return { id, name, address: `${name}@${domain}`, groupId };
  }

  /** Another verified domain of the account. */
  async domain(): Promise<string> {
    const { organisationId, accountId } = this.#company.scope;
    const domain = `${this.newName()}.example`;
    const { id } = await claimDomain(this.house.ground, organisationId, accountId, { domain });
    await this.house.ground.db.write((m) =>
      m.update(DomainTable, { id }, { state: 'verified', verifiedAt: Date.now() }),
    );
    return domain;
  }

  visitor = (): Visitor => new Visitor(this.url);

  /** Signs a person in, or as far as `until`. @returns where that led */
  async signIn({ name, address }: Person, visitor: Visitor, until?: (location: string) => boolean): Promise<string> {
    Object.assign(this.provider.subject, { sub: `00u-${name}`, name, email: address });
    const page = await visitor.follow(await visitor.postFrom('/signin', '/signin', { email: address }), until);
    return page.url;
  }

  /** A person who is signed in, and at the application. */
  async present(where: { domain?: string } = {}): Promise<Present> {
    const person = await this.person(where);
    const visitor = this.visitor();
    assert.equal(await this.signIn(person, visitor), `${this.url}/me`);
    const tokens = await authorize(this.#application, visitor);
    return { ...person, visitor, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '' };
  }

  isActive = async (token: string): Promise<boolean> =>
    (await openid.tokenIntrospection(this.#application.configuration, token)).active;

  /** Whether somebody is in: their browser, and the application that asks for them, must be told the same. */
  async isIn({ visitor, accessToken, refreshToken }: Present): Promise<boolean> {
    const { status } = await visitor.send('/session');
    assert.ok(status === 200 || status === 401, String(status));
    const tokens = [await this.isActive(accessToken), await this.isActive(refreshToken)];
    assert.deepEqual(tokens, [status === 200, status === 200]);
    return status === 200;
  }
}

import { mkdirSync } from 'node:fs';
import { domainVerifiedTopic } from './accounts/domains/verify.ts';
import { dropAdministrators } from './access/administrators/gone.ts';
import { mailboxesOfAdministrators } from './access/administrators/mailboxes.ts';
import { administratorPrincipal } from './access/administrators/principal.ts';
import { dropConnections } from './auth/connectors/openid/disconnect.ts';
import { administratorChangedTopic } from './access/administrators/changed.ts';
import { Providers } from './auth/connectors/openid/provider.ts';
import { closeWhatIsOver, forgetWhatChanged } from './auth/people/out.ts';
import { eraseSessions } from './auth/people/erase.ts';
import { takeDevicesAlong } from './auth/people/moved.ts';
import { userPrincipal } from './auth/people/principal.ts';
import { endLinks } from './auth/own/links.ts';
import { moveLogins } from './auth/own/moved.ts';
import { Artifacts } from './auth/provider/artifacts/artifacts.ts';
import { dropWhatClientHeld } from './auth/provider/clients/deleted.ts';
import { removeClientsOf } from './auth/provider/clients/clients.ts';
import { clientDeletedTopic, ClientRegistry } from './auth/provider/clients/registry.ts';
import { SigningKeys } from './auth/provider/keys/keys.ts';
import { endRelyingPartiesOf, eraseRelyingParties } from './auth/provider/logout/end.ts';
import { createSubjects, type Subjects } from './auth/provider/subjects.ts';
import { Sessions } from './auth/sessions/sessions.ts';
import { Inspector } from './directory/scim/inspector/inspector.ts';
import { forgetDisconnected, LdapClients } from './directory/ldap/clients.ts';
import { forgetEntriesOf } from './directory/ldap/sync/state/forget.ts';
import { dropDirectories } from './directory/ldap/directories.ts';
import type { Config } from './platform/config/settings.ts';
import { Database } from './platform/database/database.ts';
import { createTxtResolver, type TxtResolver } from './platform/dns/txt.ts';
import { armed } from './platform/fault-points/fault-points.ts';
import { createLog } from './platform/log/log.ts';
import { createMetrics, type Metrics } from './platform/metrics/metrics.ts';
import { Consumer, type Handler } from './platform/outbox/consumer.ts';
import { Outbox } from './platform/outbox/outbox.ts';
import { forgetMails } from './platform/mail/post.ts';
import type { FateHandler } from './platform/mail/queue.ts';
import { createOutbound, type Outbound } from './platform/outbound/outbound.ts';
import { type Keyring, openKeyringIfThere } from './platform/secrets/keyring.ts';
import { createSeal } from './platform/secrets/seal.ts';
import { openFittingKeyring } from './storage/secrets/fitting.ts';
import { sealedColumns, storage } from './storage/storage.ts';
import type { Ground } from './trail/ground.ts';
import { PersonKeys } from './trail/people/keys.ts';
import { erasePerson } from './trail/people/erase.ts';
import { Trail } from './trail/trail.ts';
import { invitationFate } from './users/invitations/fate.ts';
import { eraseInvitations } from './users/invitations/invitations.ts';
import { invitationMail } from './users/invitations/letter.ts';
import { takeInPeople } from './users/lifecycle/take-in.ts';
import { usersOutTopic } from './users/lifecycle/out.ts';
import { domainRemovedTopic, finishRemoval } from './users/lifecycle/removal.ts';
import { userAdoptedTopic, usersAdoptedTopic } from './users/lifecycle/adopt.ts';
import { forgetLoginOfAdopted } from './auth/own/adopted.ts';
import type { Upstairs } from './users/lifecycle/upstairs.ts';

/** Everything that is built once: what the server and the command line are both made of. */
export interface House {
  ground: Ground;
  keyring: Keyring;
  metrics: Metrics;
  outbound: Outbound;
  providers: Providers;
  /** LDAP directories, each with its connections. */
  ldap: LdapClients;
  dns: TxtResolver;
  sessions: Sessions;
  /** What the floors above the people's let go of when accounts and people are deleted. */
  upstairs: Upstairs;
  /** Relying parties, as every request that one makes needs them. */
  clients: ClientRegistry;
  /** With which ID tokens, logout tokens and JWT access tokens are signed. */
  keys: SigningKeys;
  /** What the OpenID provider has handed out. */
  artifacts: Artifacts;
  /** By which `sub` each client knows people. */
  subjects: Subjects;
  /** The last requests of each SCIM key. */
  inspector: Inspector;
  /** Writes what is buffered and closes the database. */
  close: () => Promise<void>;
}

/** Builds the house, ground floor first. Opens the database and brings its schema up to date. */
export async function buildHouse(config: Config): Promise<House> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const log = createLog({ level: config.logLevel, destination: config.logFile });
  if (armed) log.warn({ faultPoint: armed }, 'started for a test, to be killed at a fault point');
  openKeyringIfThere(config.certsDir); // before anything is open: a damaged one stops the start
  const db = await Database.open(config.databaseUrl, storage);
  const keyring = await openFittingKeyring(config.certsDir, db.read, sealedColumns).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  const seal = createSeal(keyring);
  const outbox = new Outbox(db);
  const trail = new Trail(db, log, new PersonKeys(db, seal, config.trailUnknownDays));
  const ground: Ground = { config, log, db, outbox, trail, seal };
  const inspector = new Inspector(ground);
  const outbound = createOutbound({ privateHosts: config.outboundPrivateHosts, log });
  const ldap = new LdapClients(outbound, seal, log);
  forgetDisconnected(ground, ldap);
  const sources = { user: userPrincipal, administrator: administratorPrincipal };
  const sessions = new Sessions(db, outbox, sources, endRelyingPartiesOf(ground));
  forgetWhatChanged(outbox, sessions);
  outbox.listen(({ topic, subject }) => {
    if (topic === administratorChangedTopic) sessions.forgetPrincipals('administrator', [subject]);
  });
  return {
    ground,
    keyring,
    metrics: createMetrics(),
    outbound,
    providers: new Providers(outbound, seal),
    ldap,
    dns: createTxtResolver({ resolvers: config.dnsResolvers, authoritative: config.dnsAuthoritative }),
    sessions,
    clients: new ClientRegistry(db, outbox),
    keys: new SigningKeys(ground),
    artifacts: new Artifacts(ground, sessions),
    subjects: createSubjects(keyring),
    inspector,
    upstairs: {
      accountsDeleted: async (m, accountIds) => {
        await dropConnections(m, accountIds);
        await dropDirectories(m, accountIds);
        for (const accountId of accountIds) await removeClientsOf(ground, m, { accountId });
      },
      organisationDeleted: async (m, organisationId) => {
        await dropAdministrators(ground)(m, organisationId);
        await removeClientsOf(ground, m, { organisationId });
      },
      peopleErased: async (m, userIds) => {
        await eraseSessions(m, userIds);
        await eraseRelyingParties(m, userIds);
        await forgetEntriesOf(m, userIds);
        await endLinks(m, { userIds });
        await eraseInvitations(m, userIds);
        await forgetMails(m, userIds);
        for (const id of userIds) await erasePerson(ground, m, id);
      },
      peopleMoved: async (m, moved) => {
        await takeDevicesAlong(ground)(m, moved);
        await moveLogins(m, moved);
      },
      administratorAddresses: mailboxesOfAdministrators,
    },
    close: async () => {
      await inspector.stop();
      ldap.close();
      await trail.stop();
      await outbound.close();
      await db.close();
    },
  };
}

/** Who is told what became of a mail: its kind → handler. */
export const mailHandlers = (_house: House): ReadonlyMap<string, FateHandler> =>
  new Map<string, FateHandler>([[invitationMail, invitationFate]]);

/** What is done after the commit: topic → handler. A new consequence of an event is a line here. */
export function startConsumer({ ground, sessions, upstairs }: House): Consumer {
  const handlers = new Map<string, Handler>([
    [usersOutTopic, closeWhatIsOver(ground, sessions)],
    [domainRemovedTopic, finishRemoval(ground)],
    [userAdoptedTopic, forgetLoginOfAdopted(ground)],
    [usersAdoptedTopic, forgetLoginOfAdopted(ground)],
    [domainVerifiedTopic, takeInPeople(ground, upstairs)],
    [clientDeletedTopic, dropWhatClientHeld(ground)],
  ]);
  return new Consumer(ground.db, ground.outbox, ground.log, handlers, () => sessions.forgetAll());
}

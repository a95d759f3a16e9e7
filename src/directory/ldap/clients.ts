import { IsNull, Not } from 'typeorm';
import type { Ground } from '../../trail/ground.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { directoryChangedTopic } from './changed.ts';
import { type ClientOptions, LdapClient } from './client/client.ts';
import { readTarget, type Target } from './client/target.ts';
import { bindPasswordSecret, type Directory, DirectoryTable } from './directory.entity.ts';
import { strangerTo } from './settings/domain-id.ts';

/** What a client is made from; what changes of it makes another client. */
type Settings = Reached & Pick<Directory, 'id' | 'kind' | 'baseDn' | 'domainId' | 'bindPassword' | 'updatedAt'>;

/** How a directory is reached. */
type Reached = Pick<Directory, 'servers' | 'ca' | 'bindName'>;

/** Lets this process go of what it keeps of a directory (connections, password) that any process has disconnected. */
export function forgetDisconnected(
  { db, outbox, log }: Pick<Ground, 'db' | 'outbox' | 'log'>,
  ldap: LdapClients,
): void {
  outbox.listen(({ topic, subject }) => {
    if (topic !== directoryChangedTopic || !ldap.knows(subject)) return;
    // One that is connected goes on with its client: a group was given a tier, or `of` sees its new settings.
    void forgetUnlessConnected(db.read, ldap, subject).catch((error: unknown) =>
      log.warn({ error, directoryId: subject }, 'whether a directory is connected could not be asked'),
    );
  });
}

async function forgetUnlessConnected(on: Reader, ldap: LdapClients, id: string): Promise<void> {
  if (!(await on.existsBy(DirectoryTable, { id, connectedAt: Not(IsNull()) }))) ldap.forget(id);
}

/** The clients of the directories that are in use, each with its connections; one a process. */
export class LdapClients {
  /** By which every address is judged. */
  readonly outbound: Outbound;
  readonly #seal: Seal;
  readonly #log: Log | undefined;
  readonly #limits: ClientOptions['limits'];
  readonly #known = new Map<string, { updatedAt: number; client: LdapClient }>();

  constructor(outbound: Outbound, seal: Seal, log?: Log, limits?: ClientOptions['limits']) {
    this.outbound = outbound;
    this.#seal = seal;
    this.#log = log;
    this.#limits = limits;
  }

  /** The client of a directory, as its settings are now. @throws secrets.unsealable */
  of(directory: Settings): LdapClient {
    const { id, updatedAt } = directory;
    const known = this.#known.get(id);
    // Whoever has read the settings before they were changed sends nothing to servers that were taken out.
    if (known && known.updatedAt >= updatedAt) return known.client;
    const client = this.open(directory, this.passwordOf(directory), strangerTo(directory));
    this.#known.set(id, { updatedAt, client });
    known?.client.close();
    return client;
  }

  /** The password of a directory's service account. @throws secrets.unsealable */
  passwordOf({ id, bindPassword }: Pick<Directory, 'id' | 'bindPassword'>): string {
    return this.#seal.unseal(bindPassword, placeIn(bindPasswordSecret, id));
  }

  /** A client that is nobody else's, for settings that are not saved; its caller closes it. */
  open({ servers, ca, bindName }: Reached, bindPassword: string, stranger?: ClientOptions['stranger']): LdapClient {
    return new LdapClient({
      servers: servers.map(readTarget).filter((target): target is Target => target !== null),
      ca,
      bindName,
      bindPassword,
      stranger,
      outbound: this.outbound,
      log: this.#log,
      limits: this.#limits,
    });
  }

  /** Whether there is a client of a directory. */
  knows(directoryId: string): boolean {
    return this.#known.has(directoryId);
  }

  /** Lets go of a directory that is no longer used. */
  forget(directoryId: string): void {
    this.#known.get(directoryId)?.client.close();
    this.#known.delete(directoryId);
  }

  close(): void {
    for (const { client } of this.#known.values()) client.close();
    this.#known.clear();
  }
}

import { CarillonError } from '../../../platform/errors/errors.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { LdapClients } from '../clients.ts';
import { DirectoryTable } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';
import type { Beside, Followed, Source } from './follower.ts';
import { SessionReader } from './reading/reader.ts';
import { shapeOf } from './reading/shape.ts';

/** The directories that are connected, over their clients. */
export function ldapSource({ db }: Pick<Ground, 'db'>, clients: LdapClients): Source {
  const stopping = new AbortController();
  return {
    stop: () => stopping.abort(),
    directories: () =>
      rows<Followed>(
        db.read,
        sql`SELECT d."id" AS "connectionId", d."organisationId", d."accountId", d."name", d."updatedAt" AS "changedAt"
            FROM "directories" d JOIN "accounts" a ON a."id" = d."accountId"
            WHERE d."connectedAt" IS NOT NULL AND a."deletedAt" IS NULL`,
      ),
    async read({ connectionId }, work) {
      const directory = await db.read.findOneBy(DirectoryTable, { id: connectionId });
      if (!directory) throw ldapErrors('directory.notFound');
      const shape = shapeOf(directory);
      const client = clients.of(directory);
      const { signal } = stopping;
      const beside: Beside = (look) => client.beside((session) => look(new SessionReader(session, shape)), signal);
      return client.session((session) => work(new SessionReader(session, shape), beside), signal);
    },
    explain: (error) =>
      error instanceof CarillonError && error.code.startsWith('directory.')
        ? { code: error.code, detail: error.detail ?? error.message }
        : null,
  };
}

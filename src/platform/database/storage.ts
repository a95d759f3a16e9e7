import type { EntitySchema, MigrationInterface } from 'typeorm';

/** What the composition root hands in, so that the platform knows no entity by name. */
export interface Storage {
  entities: EntitySchema[];
  migrations: (new () => MigrationInterface)[];
}

import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { Logger } from '../platform/log/log.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { Keyring } from '../platform/secrets/keyring.ts';
import type { Trail } from './trail.ts';

/** What every verb above stands on: the composition root makes one, and hands it down the house. */
export interface Ground {
  config: Config;
  log: Logger;
  db: Database;
  outbox: Outbox;
  trail: Trail;
  keyring: Keyring;
}

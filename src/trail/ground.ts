import type { Config } from '../platform/config/settings.ts';
import type { Database } from '../platform/database/database.ts';
import type { Log } from '../platform/log/log.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { Seal } from '../platform/secrets/seal.ts';
import type { Trail } from './trail.ts';

/** What every verb above stands on: the composition root makes one, and hands it down the house. */
export interface Ground {
  config: Config;
  log: Log;
  db: Database;
  outbox: Outbox;
  trail: Trail;
  seal: Seal;
}

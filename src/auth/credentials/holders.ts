import type { Reader, Writer } from '../../platform/database/unit.ts';
import { Sql } from '../../platform/database/sql.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Action } from '../../trail/trail.ts';
import type { PrincipalKind } from '../sessions/principal.ts';

/** Who can hold credentials: one logic for all of them, and a set of tables for each kind. */
export type HolderKind = PrincipalKind;

/** Somebody's row in the tables of their kind. */
export interface Whose {
  kind: HolderKind;
  id: string;
}

/** What a holder is told of their second factors. */
export type FactorNews =
  | 'passkeyAdded'
  | 'passkeyRemoved'
  | 'totpSet'
  | 'totpRemoved'
  | 'recoveryCodesMade'
  | 'recoveryCodeUsed';

/** Who holds credentials, with what their kind answers by itself. */
export interface Holder extends Whose {
  organisationId: string;
  /** As an authenticator names them in its list. */
  label: string;
  /** What they do about themselves, as the trail is told. */
  action: (eventName: string, parameters?: Record<string, unknown>) => Action;
  /** Whether a second factor is required of them at this moment. */
  requiresFactor: (on: Reader) => Promise<boolean>;
  /** Tells them of a change by mail, in its unit; where nobody tells them, nothing. */
  tell?: (ground: Ground, m: Writer, news: FactorNews) => Promise<void>;
}

/** The column that names the holder in the tables of a kind; entities call it `holderId`. */
export const holderColumns: Record<HolderKind, string> = { administrator: 'administratorId', user: 'userId' };

const quoted = (name: string): Sql => new Sql([`"${name}"`], []);

/** That column, in SQL. */
export const holderColumn = (kind: HolderKind): Sql => quoted(holderColumns[kind]);

/** An entity's table, in SQL. */
export const tableOf = ({ options }: { options: { tableName?: string | undefined } }): Sql =>
  quoted(options.tableName ?? '');

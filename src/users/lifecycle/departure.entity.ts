import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../platform/database/columns.ts';

/** People who left a team account since another account has claimed their domain: told to its administrators for a while. */
export interface Departure {
  id: string;
  organisationId: string;
  accountId: string;
  domain: string;
  people: number;
  at: number;
}

export const DepartureTable = new EntitySchema<Departure>({
  name: 'Departure',
  tableName: 'account_departures',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    domain: text(253),
    people: integer,
    at: time,
  } satisfies Columns<Departure>,
});

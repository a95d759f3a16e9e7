import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';

/** Wrong passwords of one entry, or of one name that is nobody's; `since` is when the last one was tried. */
export interface DirectoryGuesses {
  directoryId: string;
  /** The entry's guid; of a name that is nobody's, its SHA-256. */
  subject: string;
  organisationId: string;
  accountId: string;
  since: number;
  count: number;
  /** Those of them that came from browsers which are not known for its owner. */
  elsewhere: number;
}

export const DirectoryGuessesTable = new EntitySchema<DirectoryGuesses>({
  name: 'DirectoryGuesses',
  tableName: 'directory_guesses',
  columns: {
    directoryId: { ...id, primary: true },
    subject: { ...text(64), primary: true },
    organisationId: id,
    accountId: id,
    since: time,
    count: integer,
    elsewhere: integer,
  } satisfies Columns<DirectoryGuesses>,
});

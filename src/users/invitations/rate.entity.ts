import { EntitySchema } from 'typeorm';
import { type Columns, id, time } from '../../platform/database/columns.ts';

/** How much of its invitations an organisation has used up (`rate.ts`). */
export interface InvitationRate {
  organisationId: string;
  /** When it may again send as many as ever: each mail moves it on. */
  usedUntil: number;
}

export const InvitationRateTable = new EntitySchema<InvitationRate>({
  name: 'InvitationRate',
  tableName: 'invitation_rates',
  columns: {
    organisationId: { ...id, primary: true },
    usedUntil: time,
  } satisfies Columns<InvitationRate>,
});

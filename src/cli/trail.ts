import { listOrganisations } from '../accounts/organisations/organisations.ts';
import { iso } from '../platform/clock/clock.ts';
import { errors } from '../platform/errors/errors.ts';
import { listTrail } from '../trail/list.ts';
import { presentRecord } from '../trail/present.ts';
import { asCommand } from './as-command.ts';
import { printable } from './printable.ts';

const cliErrors = errors({
  'cli.organisationNeeded': {
    kind: 'BadRequest',
    text: 'There are several organisations: say which with --organisation.',
  },
  'cli.limitInvalid': { kind: 'BadRequest', text: 'The limit must be a whole number from 1 to 10000.' },
});

interface Options {
  organisation?: string;
  event?: string;
  account?: string;
  limit?: string;
  json?: string | boolean;
}

/** Prints an organisation's trail, newest first: a line a record, or CloudTrail's JSON with `--json`. */
export const trail = (options: Options): Promise<void> =>
  asCommand(async ({ ground }) => {
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw cliErrors('cli.limitInvalid', { field: 'limit' });
    const organisations = await listOrganisations(ground.db.read);
    const organisationId = options.organisation ?? (organisations.length === 1 ? organisations[0]?.id : undefined);
    if (!organisationId) throw cliErrors('cli.organisationNeeded', { field: 'organisation' });
    const records = await listTrail(ground, {
      organisationId,
      ...(options.event && { eventName: options.event }),
      ...(options.account && { accountId: options.account }),
      limit,
    });
    for (const record of records) {
      const line = options.json
        ? JSON.stringify(presentRecord(record))
        : [
            iso(record.eventTime),
            record.eventName.padEnd(26),
            `${record.identity.type} ${record.identity.userName ?? record.identity.principalId}`,
            record.errorCode ? `refused: ${record.errorMessage}` : JSON.stringify(record.requestParameters ?? {}),
          ].join('  ');
      process.stdout.write(`${printable(line)}\n`);
    }
  });

import { iso } from '../../platform/clock/clock.ts';
import { listTrail } from '../../trail/list.ts';
import { presentRecord } from '../../trail/present.ts';
import type { TrailRecord } from '../../trail/record.entity.ts';
import { accountNamed, organisationOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { withHouse } from '../frame/house.ts';
import { jsonText } from '../frame/output.ts';

/** Shows an organisation's trail, newest first: a line a record, or CloudTrail's JSON. */
export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const limit = limitOf(call);
    const on = ground.db.read;
    const { id: organisationId } = await organisationOf(on, call);
    const eventName = call.value('event');
    const account = call.value('account');
    const records = await listTrail(ground, {
      organisationId,
      ...(eventName && { eventName }),
      ...(account && { accountId: (await accountNamed(on, call, account)).id }),
      changesOnly: call.flag('changes'),
      limit,
    });
    ground.trail.observed({ eventName: 'LookupEvents', organisationId });
    if (call.output.json) call.output.document({ Records: records.map(presentRecord) });
    else if (records.length === 0) call.output.talk('No record matches.');
    else for (const record of records) call.output.line(call.flag('lines') ? lineOfJson(record) : lineOf(record));
  });

const lineOfJson = (record: TrailRecord): string => jsonText(presentRecord(record), 0);

const lineOf = (record: TrailRecord): string =>
  [
    iso(record.eventTime),
    record.eventName.padEnd(26),
    `${record.identity.type} ${record.identity.userName ?? record.identity.principalId}`,
    record.errorCode
      ? `refused: ${record.errorMessage}${causeOf(record)}`
      : JSON.stringify(record.requestParameters ?? {}),
  ].join('  ');

/** Why a directory refused somebody, whom the message itself does not tell. */
function causeOf({ requestParameters }: TrailRecord): string {
  const { userName, cause } = requestParameters ?? {};
  return typeof cause === 'string'
    ? ` (${[userName, cause].filter((part) => typeof part === 'string').join(': ')})`
    : '';
}

import { iso } from '../platform/clock/clock.ts';
import type { TrailRecord } from './record.entity.ts';

/** The event source of every record, and its region: one installation is one region. */
const eventSource = 'carillon';
const region = 'local';

/**
 * A record in CloudTrail's shape (the guide, "Understanding Amazon Chime Log File Entries").
 * @returns an object to be printed as JSON; `readOnly` as CloudTrail has had it since version 1.05
 */
export function presentRecord(record: TrailRecord): Record<string, unknown> {
  const { identity } = record;
  return {
    eventVersion: '1.05',
    userIdentity: {
      type: identity.type,
      principalId: identity.principalId,
      ...(identity.organisationId && { accountId: identity.organisationId }),
      ...(identity.accessKeyId && { accessKeyId: identity.accessKeyId }),
      ...(identity.userName && { userName: identity.userName }),
      ...(identity.sessionCreatedAt && {
        sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate: iso(identity.sessionCreatedAt) } },
      }),
    },
    eventTime: iso(record.eventTime),
    eventSource,
    eventName: record.eventName,
    awsRegion: region,
    sourceIPAddress: record.sourceIpAddress,
    userAgent: record.userAgent,
    ...(record.errorCode && { errorCode: record.errorCode, errorMessage: record.errorMessage }),
    requestParameters: record.requestParameters,
    responseElements: record.responseElements,
    requestID: record.requestId,
    eventID: record.id,
    readOnly: record.readOnly,
    eventType: 'AwsApiCall',
    recipientAccountId: record.organisationId,
  };
}

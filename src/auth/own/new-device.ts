import { requestContext } from '../../platform/context/context.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { isKeptByNobody } from '../../users/own.ts';
import { isKnownDevice } from '../credentials/guesses/devices.ts';
import { deviceName } from '../pages/device.ts';
import { newDeviceLetter, tell } from './letters.ts';
import { type Login, LoginTable } from './login.entity.ts';

/**
 * Whom to tell of a sign-in with this browser: whoever holds the login, where the browser is not known for them and this
 * is not their very first sign-in. One question.
 * @param token by which the browser may be known
 * @returns null when there is nothing to tell
 */
export function toTellOfDevice(on: Reader, userId: string, token: string | undefined): Promise<Login | null> {
  const isNew = token === undefined ? sql`` : sql`AND NOT ${isKnownDevice('user', sql`${userId}`, token)}`;
  return selectRow(
    on,
    LoginTable,
    sql`a."userId" = ${userId} AND EXISTS (SELECT 1 FROM "users" u WHERE u."id" = a."userId"
        AND u."joinedAt" IS NOT NULL AND ${isKeptByNobody(sql`u."connectionId"`)}) ${isNew}`,
  );
}

/** Tells a person by mail that they have signed in with a browser that was not known, in the unit that lets them in. */
export const tellOfNewDevice = (ground: Ground, m: Writer, login: Login): Promise<void> =>
  tell(ground, m, login, newDeviceLetter(ground, login, deviceName(requestContext().userAgent)));

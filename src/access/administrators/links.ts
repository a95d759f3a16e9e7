import { clock } from '../../platform/clock/clock.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { SetupLinkTable } from './setup-link.entity.ts';

/** A link that whoever runs the server opens at once. */
export const shortLinkHours = 1;
/** A link that is handed to somebody else. */
export const handedLinkHours = 24;

/** Makes a link with which an administrator sets a password; those made before it end. */
export async function newLink(ground: Ground, m: Writer, administratorId: string, hours: number): Promise<string> {
  const token = newToken();
  await m.delete(SetupLinkTable, { administratorId });
  await m.insert(SetupLinkTable, {
    id: newId(),
    administratorId,
    tokenHash: hashToken(token),
    createdAt: clock.now(),
    expiresAt: clock.now() + hours * 3_600_000,
    usedAt: null,
  });
  return `${ground.config.publicUrl}/setup?token=${token}`;
}

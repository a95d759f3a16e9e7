import { findGoodKey } from '../../access/keys/keys.ts';
import { signatureErrors } from '../../access/sigv4/errors.ts';
import { onlyValue } from '../../access/sigv4/headers.ts';
import type { Signed } from '../../access/sigv4/verify.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import { hashToken } from '../../platform/ids/ids.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import type { Ground } from '../../trail/ground.ts';
import { apiErrors } from '../errors.ts';
import type { Reply } from '../operation.ts';
import { type ApiReply, apiReplyBody, ApiReplyTable } from './reply.entity.ts';

/** Longer than a signature is good for, either way. */
const rememberedMs = 15 * 60_000;
const clientToken = 'x-amz-client-token';

/**
 * Does a signed change once: the same bytes, or the same X-Amz-Client-Token, sent again within a quarter of an hour,
 * by whomever, are given the first answer. Change and answer are one unit of work, so a crash keeps both or neither.
 * @param asked the method, and the account that the change is about, which it then has to itself
 * @returns the answer, and whether it is an earlier one
 * @throws api.tokenReused for a token that came with another request, signature.unknownKey when the key ended meanwhile
 */
export function once(
  ground: Ground,
  signed: Signed,
  asked: { method: string; accountId: string | null },
  work: () => Promise<Reply>,
): Promise<{ reply: Reply; repeated: boolean }> {
  const { key, target, headers, body, signature } = signed;
  const token = onlyValue(headers, clientToken);
  const id = hashToken(JSON.stringify([key.id, token === undefined ? { signature } : { token }]));
  const fingerprint = hashToken(JSON.stringify([asked.method, target.path, target.query, body.toString('base64')]));
  const now = clock.now();
  const hold = { organisationId: key.organisationId, accountId: asked.accountId };
  return ground.db.write(async (m) => {
    if (!(await findGoodKey(m, key.id))) throw signatureErrors('signature.unknownKey');
    await rows(m, sql`DELETE FROM "api_replies" WHERE "id" = ${id} AND "createdAt" < ${now - rememberedMs}`);
    // First the row, so that of two at once the second waits for the first, and finds its answer.
    const [first] = await changed(
      m,
      sql`INSERT INTO "api_replies" ("id", "organisationId", "accessKeyId", "fingerprint", "status", "createdAt")
          VALUES (${id}, ${key.organisationId}, ${key.id}, ${fingerprint}, ${0}, ${now})
          ON CONFLICT ("id") DO NOTHING RETURNING "id"`,
    );
    if (!first) {
      const earlier = await m.findOneBy(ApiReplyTable, { id });
      if (earlier?.fingerprint !== fingerprint) throw apiErrors('api.tokenReused');
      return { reply: replyOf(ground, earlier), repeated: true };
    }
    const reply = await work();
    const text =
      reply.body === undefined ? null : ground.seal.seal(JSON.stringify(reply.body), placeIn(apiReplyBody, id));
    await rows(m, sql`UPDATE "api_replies" SET "status" = ${reply.status}, "body" = ${text} WHERE "id" = ${id}`);
    return { reply, repeated: false };
  }, hold);
}

/** Deletes answers that are remembered no longer. */
export const forgetReplies = (ground: Ground): Promise<unknown> =>
  ground.db.write((m) => rows(m, sql`DELETE FROM "api_replies" WHERE "createdAt" < ${clock.now() - rememberedMs}`));

function replyOf(ground: Ground, { id, status, body }: ApiReply): Reply {
  if (body === null) return { status: status };
  return { status: status, body: JSON.parse(ground.seal.unseal(body, placeIn(apiReplyBody, id))) as object };
}

import type { Request, Response } from 'express';
import { isEnterprise } from '../../accounts/domains/verify.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { listScimKeys } from '../../directory/scim/keys/keys.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Fault } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { show } from '../show.ts';
import { texts } from './texts.ts';
import type { TypedKey } from './key-view.ts';
import { connectionView, type Typed } from './view.ts';

interface Answer {
  typed?: Typed;
  typedKey?: TypedKey;
  fault?: Fault;
}

/** Answers with the page of single sign-on, as it now is. */
export async function showConnection(
  { db, config }: Ground,
  req: Request,
  res: Response,
  answer: Answer = {},
): Promise<void> {
  const place = placeOf(req);
  const { accountId } = place.scope;
  const [enterprise, connection, keys] = await Promise.all([
    isEnterprise(db.read, accountId),
    connectionOf(db.read, accountId),
    listScimKeys(db.read, accountId),
  ]);
  const body = connectionView({ place, publicUrl: config.publicUrl, enterprise, connection, keys, ...answer });
  show(req, res, { title: texts.title, part: 'connection', body, status: answer.fault?.status ?? 200 });
}

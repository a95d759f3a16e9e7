import type { Request, Response } from 'express';
import type { Administrator } from '../../access/administrators/administrator.entity.ts';
import { administratorHolder } from '../../access/administrators/holder.ts';
import { Passkeys } from '../../auth/credentials/factors/passkeys.ts';
import type { CredentialFrame, Visitor } from '../../auth/credentials/pages/frame.ts';
import { visitOf } from '../guard.ts';
import { confirmPath, securityPath } from '../paths.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';

/** An administrator at the pages of their own sign-in. */
export interface AdministratorVisitor extends Visitor {
  administrator: Administrator;
}

/** The console as the frame of credentials' pages; the guard has let the visitor in. */
export const consoleFrame = (web: ConsoleWeb): CredentialFrame<AdministratorVisitor> => ({
  ground: web.ground,
  csrf: web.csrf,
  passkeys: new Passkeys(web.ground, web.keyring, 'administrator'),
  path: securityPath,
  confirmPath,
  visit: (req: Request) => {
    const { administrator, organisation, session, csrf } = visitOf(req);
    const displayName = `${administrator.userName}, ${organisation.name}`;
    return Promise.resolve({
      administrator,
      holder: administratorHolder(administrator),
      displayName,
      session,
      csrf,
    });
  },
  show: (req, res, shown) => show(req, res, { ...shown, part: 'security' }),
  done: (res: Response, code) => done(res, securityPath, code),
});

import express from 'express';
import type { Request, Response, Router } from 'express';
import { formOf } from '../../../platform/http/pages/app.ts';
import { agreeToAddress, readChange } from '../../own/change-address.ts';
import type { Web } from '../../web.ts';
import { addressOf } from '../query.ts';
import { sendForm, tried } from './form-page.ts';
import { isStale, sendStale } from './stale.ts';
import { ownTexts as texts } from './texts.ts';

/** `/address/confirm`: one of the two mailboxes of a change of address says yes. */
export function addressRoutes(web: Web): Router {
  const { ground } = web;
  const router = express.Router({ caseSensitive: true });
  const path = '/address/confirm';

  const show = async (req: Request, res: Response, token: string): Promise<void> => {
    const words = texts.agree;
    try {
      const { link } = await readChange(ground.db.read, token);
      const isOld = link.purpose === 'oldAddress';
      sendForm(web, req, res, {
        title: isOld ? words.oldTitle : words.newTitle,
        lead: [isOld ? words.oldLead(link.address) : words.newLead(link.address)],
        form: { action: path, hidden: { token }, button: words.button },
      });
    } catch (error) {
      sendStale(web, req, res, error, 'signIn');
    }
  };

  router.get(path, (req, res) =>
    show(req, res, addressOf(ground.config.publicUrl, req).searchParams.get('token') ?? ''),
  );

  router.post(path, async (req, res) => {
    const words = texts.agree;
    const work = async (): Promise<void> => {
      const done = await agreeToAddress(ground, formOf(req).get('token') ?? '');
      const [title, text] = done ? [words.doneTitle, words.done] : [words.waitTitle, words.wait];
      sendForm(web, req, res, { title, lead: [text], links: [{ href: '/', text: texts.signIn }] });
    };
    await tried(web, req, work, (refused) => {
      if (isStale(refused)) return sendStale(web, req, res, refused, 'signIn');
      sendForm(web, req, res, { title: texts.stale.title, refused, links: [{ href: '/', text: texts.signIn }] });
    });
  });
  return router;
}

import type { Request, Response } from 'express';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import type { Web } from '../../web.ts';
import { sendForm } from './form-page.ts';
import { ownTexts as texts } from './texts.ts';

/** What the sign-in with a password of Carillon's own carries from page to page. */
export interface OwnSignIn {
  email: string;
  target: string;
  /** What shows that this browser has just set the password (`resetNote`). */
  note?: string;
  /** Something that was done just now. */
  done?: string;
  refused?: CarillonError;
}

/** The page for the password: the same for every address, whether it is known or not. */
export function sendOwnSignIn(web: Web, req: Request, res: Response, asked: OwnSignIn): void {
  const { email, target, note = '', done, refused } = asked;
  const words = texts.signInPage;
  const carried = (path: string, more: Record<string, string> = {}): string =>
    `${path}?${new URLSearchParams({ ...more, target }).toString()}`;
  sendForm(web, req, res, {
    title: words.title,
    ...(done !== undefined && { done }),
    lead: [words.lead(email)],
    form: {
      action: '/signin/own',
      hidden: { email, target, ...(note !== '' && { note }) },
      fields: [
        {
          name: 'password',
          label: texts.password,
          type: 'password',
          autocomplete: 'current-password',
          autofocus: true,
        },
      ],
      button: words.button,
    },
    links: [
      { href: carried('/reset', { email }), text: words.forgotten },
      { href: carried('/register', { email }), text: words.register },
      { href: carried('/signin'), text: texts.otherAddress },
    ],
    refused,
  });
}

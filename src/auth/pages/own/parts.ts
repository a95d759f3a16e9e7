import { type Html, html } from '../../../platform/http/pages/html.ts';
import type { Field } from './form-page.ts';
import { ownTexts as texts } from './texts.ts';

/** The two fields of a password that is chosen. */
export const newPasswordFields = (autofocus = true): Field[] => [
  {
    name: 'newPassword',
    label: texts.newPassword,
    type: 'password',
    autocomplete: 'new-password',
    hint: texts.passwordHint,
    autofocus,
  },
  { name: 'again', label: texts.again, type: 'password', autocomplete: 'new-password' },
];

/** Tells a password manager whose password it is that stands on the page; it is no part of a form. */
export const usernameField = (address: string): Html =>
  html`<input type="hidden" name="username" autocomplete="username" value="${address}" />`;

/** The fields of somebody who registers: a name, and a password twice. */
export const chosenFields = (name: string): Field[] => [
  {
    name: 'name',
    label: texts.choose.name,
    autocomplete: 'name',
    value: name.slice(0, 256),
    hint: texts.choose.nameHint,
    optional: true,
    maxlength: 256,
  },
  {
    name: 'password',
    label: texts.choose.password,
    type: 'password',
    autocomplete: 'new-password',
    hint: texts.passwordHint,
  },
  { name: 'again', label: texts.choose.again, type: 'password', autocomplete: 'new-password' },
];

/** What they typed. */
export const typedRegistration = (form: URLSearchParams): { name: string; password: string; again: string } => ({
  name: form.get('name') ?? '',
  password: form.get('password') ?? '',
  again: form.get('again') ?? '',
});

import type { Directory } from '../../directory/ldap/directory.entity.ts';
import { attributesText, type DirectoryInput } from '../../directory/ldap/settings/input.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { area, type Fault, field, form } from '../forms.ts';
import { texts } from './texts.ts';

/** What was typed; never the password. */
export type Typed = Omit<DirectoryInput, 'bindPassword'>;

export const inputNames = [
  'name',
  'servers',
  'ca',
  'bindName',
  'bindPassword',
  'baseDn',
  'userFilter',
  'groupFilter',
  'attributes',
] as const satisfies readonly (keyof DirectoryInput)[];

/** Of these the first page of settings is made; the others wait under a heading that opens. */
const further: readonly string[] = ['baseDn', 'userFilter', 'groupFilter', 'attributes'];

/** A directory's settings as they would be typed. */
export const typedOf = (directory: Directory): Typed => ({
  name: directory.name,
  servers: directory.servers.join('\n'),
  ca: directory.ca ?? '',
  bindName: directory.bindName,
  baseDn: directory.baseDn,
  userFilter: directory.userFilter,
  groupFilter: directory.groupFilter,
  attributes: attributesText(directory.attributes),
});

const nothing: Typed = {
  name: '',
  servers: '',
  ca: '',
  bindName: '',
  baseDn: '',
  userFilter: '',
  groupFilter: '',
  attributes: '',
};

interface FormView {
  csrf: string;
  action: string;
  /** Null for a new one. */
  directory: Directory | null;
  typed: Typed | undefined;
  fault: Fault;
}

/** The settings of a directory, stored or new. */
export function settingsForm({ csrf, action, directory, typed, fault }: FormView): Html {
  const shown = typed ?? (directory ? typedOf(directory) : nothing);
  const open = further.includes(fault?.field ?? '');
  return form(
    csrf,
    action,
    html`${field({ name: 'name', label: texts.name, value: shown.name, hint: texts.nameHint, fault, maxlength: 200 })}
      ${area({ name: 'servers', label: texts.servers, value: shown.servers, hint: texts.serversHint, fault })}
      ${field({ name: 'bindName', label: texts.bindName, value: shown.bindName, hint: texts.bindNameHint, fault, required: true, maxlength: 1024, exact: true })}
      ${field({ name: 'bindPassword', label: texts.bindPassword, hint: directory ? texts.passwordKept : texts.passwordNew, fault, type: 'password', autocomplete: 'new-password', required: !directory, maxlength: 1024 })}
      ${area({ name: 'ca', label: texts.ca, value: shown.ca, hint: texts.caHint, fault, rows: 5 })}
      <details ${open && html` open`}>
        <summary>${texts.more}</summary>
        <p class="hint">${texts.moreHint}</p>
        ${field({ name: 'baseDn', label: texts.base, value: shown.baseDn, hint: texts.baseHint, fault, maxlength: 1024, exact: true })}
        ${field({ name: 'userFilter', label: texts.userFilter, value: shown.userFilter, fault, maxlength: 2048, exact: true })}
        ${field({ name: 'groupFilter', label: texts.groupFilter, value: shown.groupFilter, fault, maxlength: 2048, exact: true })}
        ${area({ name: 'attributes', label: texts.attributes, value: shown.attributes, hint: texts.attributesHint, fault, rows: 10 })}
      </details>
      <div class="actions"><button>${texts.save}</button></div>`,
  );
}

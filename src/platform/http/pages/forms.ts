import { CarillonError } from '../../errors/errors.ts';
import { csrfField } from '../csrf.ts';
import { html, type Html } from './html.ts';
import { texts } from './texts.ts';

/** A refusal that the page shows again: at its field, or above the form when it names none. */
export type Fault = CarillonError | undefined;

/**
 * Whether an error belongs on the form that was sent: the input is at fault, not the address of the page.
 * @throws the error itself when it does not
 */
export function faultOf(error: unknown): CarillonError {
  if (error instanceof CarillonError && error.status < 500 && (error.kind !== 'NotFound' || error.field)) return error;
  if (error instanceof CarillonError && error.kind === 'BadGateway') return error;
  throw error;
}

interface FieldOptions {
  /** Also its id, so it is there once on a page. */
  name: string;
  label: string;
  value?: string;
  hint?: string | Html;
  fault?: Fault;
  type?: 'text' | 'password' | 'search' | 'url' | 'date';
  autocomplete?: string;
  /** As the HTML attribute: what people see wrong before they send it. */
  required?: boolean;
  maxlength?: number;
  inputmode?: string;
  autofocus?: boolean;
  /** Technical text: no capitals, no corrections. */
  exact?: boolean;
}

/** A text field with its label, hint, and the fault that names it. */
export function field(options: FieldOptions): Html {
  const { name, label, value = '', hint, type = 'text', autocomplete = 'off', maxlength, inputmode } = options;
  const wrong = options.fault?.field === name ? options.fault : undefined;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      ${value !== '' && html` value="${value}"`}
      ${maxlength !== undefined && html` maxlength="${maxlength}"`}
      ${inputmode !== undefined && html` inputmode="${inputmode}"`}
      ${options.exact && html` autocapitalize="none" autocorrect="off" spellcheck="false"`}
      ${options.required && html` required`}
      ${(options.autofocus || wrong) && html` autofocus`}
      ${described(name, hint !== undefined, wrong)}
    />
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`} ${faultAt(name, wrong)}
  </div>`;
}

interface AreaOptions extends Pick<FieldOptions, 'name' | 'label' | 'value' | 'hint' | 'fault'> {
  rows?: number;
}

/** A field of several lines of technical text. */
export function area({ name, label, value = '', hint, fault, rows = 3 }: AreaOptions): Html {
  const wrong = fault?.field === name ? fault : undefined;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <textarea
      id="${name}"
      name="${name}"
      rows="${rows}"
      autocapitalize="none"
      autocorrect="off"
      spellcheck="false"
      ${described(name, hint !== undefined, wrong)}
    >
${value}</textarea>
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`} ${faultAt(name, wrong)}
  </div>`;
}

/** A box to tick; its value is `yes`. */
export const checkbox = ({ name, label, checked }: { name: string; label: string; checked: boolean }): Html =>
  html`<div class="field choice">
    <input type="checkbox" id="${name}" name="${name}" value="yes" ${checked && html` checked`} />
    <label for="${name}">${label}</label>
  </div>`;

interface SelectOptions {
  name: string;
  label: string;
  choices: readonly { value: string; text: string }[];
  value?: string | undefined;
  hint?: string;
  fault?: Fault;
  /** When the same name is there more than once on a page. */
  id?: string;
  /** The label is for screen readers only: a column's head says it to the eye. */
  quietLabel?: boolean;
}

/** A select with its label and the fault that names it. */
export function select({
  name,
  label,
  choices,
  value,
  fault,
  hint,
  id = name,
  quietLabel = false,
}: SelectOptions): Html {
  const wrong = fault?.field === name ? fault : undefined;
  return html`<div class="${quietLabel ? 'inline' : 'field'}">
    <label for="${id}" class="${quietLabel ? 'visually-hidden' : ''}">${label}</label>
    <select id="${id}" name="${name}" ${described(id, hint !== undefined, wrong)}>
      ${choices.map(
        (choice) =>
          html`<option value="${choice.value}" ${choice.value === value ? html` selected` : ''}>
            ${choice.text}
          </option>`,
      )}
    </select>
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`} ${faultAt(id, wrong)}
  </div>`;
}

const described = (id: string, hint: boolean, wrong: Fault): Html | false => {
  const ids = [hint ? `${id}-hint` : '', wrong ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return ids !== '' && html` aria-describedby="${ids}" ${wrong ? html` aria-invalid="true"` : ''}`;
};

const faultAt = (id: string, wrong: Fault): Html | undefined =>
  wrong &&
  html`<p class="error" id="${id}-fault">
    <span class="visually-hidden">${texts.faultPrefix} </span>${wrong.message}
  </p>`;

/** Said above a form that was refused: the whole refusal when no field carries it, else where to look. */
export const alertOf = (fault: Fault, fields: readonly string[]): Html | undefined => {
  if (!fault) return undefined;
  const at = fields.find((name) => name === fault.field);
  return html`<p class="flash bad" role="alert">
    ${at ? html`<a href="#${at}">${fault.message}</a>` : fault.message}
  </p>`;
};

/** A form that changes something; nothing else on a page is one. */
export const form = (csrf: string, action: string, body: Html): Html =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="${csrfField}" value="${csrf}" />${body}
  </form>`;

/** A form of one button. `about` tells screen readers of whom, where several buttons have the same word. */
export const buttonForm = (csrf: string, action: string, label: string, kind = 'quiet', about = ''): Html =>
  form(
    csrf,
    action,
    html`<button class="${kind}">${label}${about && html`<span class="visually-hidden"> ${about}</span>`}</button>`,
  );

interface ConfirmOptions {
  csrf: string;
  action: string;
  /** What will happen, and to how many. */
  says: readonly string[];
  label: string;
  cancel: string;
}

/** The body of a page that asks before something is done. */
export const confirmation = ({ csrf, action, says, label, cancel }: ConfirmOptions): Html =>
  html`<div class="notice">${says.map((line) => html`<p>${line}</p>`)}</div>
    ${form(
      csrf,
      action,
      html`<div class="actions">
        <button class="danger">${label}</button><a class="button quiet" href="${cancel}">${texts.cancel}</a>
      </div>`,
    )}`;

import { namesAll, type SetUp, type SetUpInput } from '../../access/administrators/set-up.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { minimumLength } from '../../platform/secrets/rules.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { copyable } from '../parts.ts';
import { consoleStyle } from '../show.ts';
import { texts } from './texts.ts';

interface SetUpView {
  csrf: string;
  token: string;
  who: SetUp;
  typed: Pick<SetUpInput, 'organisationName' | 'userName'>;
  fault?: Fault;
}

/** The page on which an administrator sets a password. */
export function setUpPage({ csrf, token, who, typed, fault }: SetUpView): Html {
  const first = namesAll(who);
  const fresh = who.administrator.passwordHash === null;
  const title = fresh ? texts.title : texts.again;
  const names = ['organisationName', 'userName', 'password', 'again'];
  const fields = html`<input type="hidden" name="token" value="${token}" />
    ${first ? namesView(typed, fault) : html`<input type="hidden" name="userName" autocomplete="username" value="${who.administrator.userName}" />`}
    ${field({ name: 'password', label: texts.password, hint: texts.passwordHint(minimumLength), fault, type: 'password', autocomplete: 'new-password', required: true })}
    ${field({ name: 'again', label: texts.passwordAgain, fault, type: 'password', autocomplete: 'new-password', required: true })}
    <div class="actions"><button>${texts.submit}</button></div>`;
  const body = html`<h1>${title}</h1>
    ${alertOf(fault, names)}
    <p>${first ? texts.intro : fresh ? texts.introInvited(who.organisation.name) : texts.introAgain}</p>
    <p>${texts.number}</p>
    <p>${copyable(who.organisation.id)}</p>
    ${
      !first &&
      html`<p>${texts.named}</p>
        <p>${copyable(who.administrator.userName)}</p>`
    }
    ${form(csrf, '/setup', fields)}`;
  return page({ title, body, narrow: true, styles: [consoleStyle] });
}

const namesView = (typed: SetUpView['typed'], fault: Fault): Html =>
  html`${field({ name: 'organisationName', label: texts.organisationName, value: typed.organisationName, hint: texts.organisationHint, fault, autocomplete: 'organization', required: true, maxlength: 200 })}
  ${field({ name: 'userName', label: texts.userName, value: typed.userName, fault, autocomplete: 'username', required: true, maxlength: 64, exact: true })}`;

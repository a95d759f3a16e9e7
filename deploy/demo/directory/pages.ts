import { html, page } from '../look.ts';
import type { Html } from '../look.ts';
import { displayName, everyoneId } from '../people.ts';
import type { Person } from '../people.ts';
import type { CompanyState, LogEntry } from '../state.ts';

const nobody = 'none';

const problem = (text: string | undefined): Html | false =>
  text !== undefined && html`<p class="soft off">Push failed or pending: ${text}</p>`;

const button = (action: string, label: string, who: string, kind = ''): Html =>
  html`<form method="post" action="${action}">
    <button class="${kind}" type="submit" aria-label="${label} ${who}">${label}</button>
  </form>`;

const groupOptions = (state: CompanyState, chosen?: string): Html[] => [
  ...state.groups
    .filter((group) => group.id !== everyoneId)
    .map((group) => html`<option value="${group.id}" ${group.id === chosen && html`selected`}>${group.name}</option>`),
  html`<option value="${nobody}" ${chosen === undefined && html`selected`}>Everyone only</option>`,
];

function row(state: CompanyState, who: Person): Html {
  const name = displayName(who);
  const at = `/people/${who.id}`;
  const own = who.groups.find((group) => group !== everyoneId);
  return html`<tr>
    <th scope="row">${name}${problem(who.problem)}</th>
    <td>${who.userName}</td>
    <td><span class="chip ${who.active ? 'yes' : 'off'}">${who.active ? 'Active' : 'Deactivated'}</span></td>
    <td>
      ${state.groups
        .filter((group) => who.groups.includes(group.id))
        .map((group) => html`<span class="chip">${group.name}</span>`)}
    </td>
    <td>
      ${
        who.active
          ? button(`${at}/deactivate`, 'Deactivate', name, 'no')
          : button(`${at}/activate`, 'Activate', name, 'main')
      }
      <form method="post" action="${at}/move">
        <select name="group" aria-label="Group for ${name}">
          ${groupOptions(state, own)}
        </select>
        <button type="submit" aria-label="Move to group: ${name}">Move to group</button>
      </form>
      <details>
        <summary>Edit name</summary>
        <form method="post" action="${at}/rename">
          <input name="givenName" aria-label="Given name of ${name}" value="${who.givenName}" required />
          <input name="familyName" aria-label="Family name of ${name}" value="${who.familyName}" required />
          <button type="submit">Save</button>
        </form>
      </details>
    </td>
  </tr>`;
}

const entry = ({ at, method, path, status, ms, request, response }: LogEntry): Html =>
  html`<li>
    <details>
      <summary>
        <span class="chip ${status >= 200 && status < 300 ? 'yes' : 'off'}"
          >${status === 0 ? 'no answer' : status}</span
        >
        <code>${method} ${path}</code>
        <span class="soft">${ms} ms · ${new Date(at).toISOString().slice(11, 23)}</span>
      </summary>
      <pre>Authorization: Bearer (hidden)${request !== '' && `\n\n${request}`}</pre>
      <pre>${response === '' ? '(no body)' : pretty(response)}</pre>
    </details>
  </li>`;

/** The log pane's inside; the page's script asks for it alone. */
export const logPart = (log: readonly LogEntry[]): Html =>
  log.length === 0 ? html`<li class="soft">Nothing has been sent yet.</li>` : html`${log.map(entry)}`;

/** @param note what the last button did, when there is something to say */
export const directoryPage = (state: CompanyState, note: string | undefined): string =>
  page(
    'Acme directory',
    html`<header>
        <img src="/icon.svg" alt="" />
        <div>
          <h1>Acme directory</h1>
          <span class="soft">Plays the company’s directory administrator. Sends what Okta sends.</span>
        </div>
        <form class="push" method="post" action="/push"><button class="main" type="submit">Push now</button></form>
      </header>
      <main>
        ${note !== undefined && html`<p class="note" role="status">${note}</p>`}
        <section class="card" aria-labelledby="people">
          <h2 id="people">People</h2>
          <div class="scroll" tabindex="0" role="region" aria-label="Table of people">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">E-mail</th>
                  <th scope="col">State</th>
                  <th scope="col">Groups</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                ${state.people.map((who) => row(state, who))}
              </tbody>
            </table>
          </div>
          ${state.groups.map((group) =>
            group.problem === undefined ? [] : [html`<h3>${group.name}</h3>`, problem(group.problem) || html``],
          )}
        </section>
        <div class="columns">
          <section class="card" aria-labelledby="log">
            <h2 id="log">Requests sent</h2>
            <ol class="log" data-log tabindex="0" aria-labelledby="log">
              ${logPart(state.log)}
            </ol>
          </section>
          <div>${addCard(state)} ${settingsCard(state)}</div>
        </div>
      </main>`,
    '/log.js',
  );

const addCard = (state: CompanyState): Html =>
  html`<section class="card" aria-labelledby="add">
    <h2 id="add">Add person</h2>
    <form method="post" action="/people">
      <div class="row">
        <div>
          <label for="given">Given name</label><input id="given" name="givenName" required autocomplete="off" />
        </div>
        <div>
          <label for="family">Family name</label><input id="family" name="familyName" required autocomplete="off" />
        </div>
        <div>
          <label for="group">Group</label
          ><select id="group" name="group">
            ${groupOptions(state)}
          </select>
        </div>
      </div>
      <div class="actions"><button type="submit">Add person</button></div>
    </form>
  </section>`;

const settingsCard = ({ scim, test }: CompanyState): Html =>
  html`<section class="card" aria-labelledby="settings">
    <h2 id="settings">Integration</h2>
    ${test !== undefined && html`<p class="note ${test.ok && 'ok'}" role="status">${test.text}</p>`}
    <form method="post" action="/settings">
      <label for="base">SCIM base URL</label>
      <input id="base" name="baseUrl" type="url" required value="${scim.baseUrl}" />
      <label for="token">API token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="off"
        placeholder="${scim.token === '' ? '' : 'Saved; leave empty to keep it'}"
      />
      <div class="actions">
        <button class="main" type="submit">Save</button>
        <button type="submit" name="test" value="yes">Test the Integration</button>
      </div>
    </form>
  </section>`;

/** The group that a form chose; undefined is "Everyone only". */
export const chosenGroup = (value: string | null): string | undefined =>
  value === null || value === nobody ? undefined : value;

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Keeps the log pane current; without it, reloading the page does. */
export const logScript = `
const pane = document.querySelector('[data-log]');
let seen = '';
setInterval(async () => {
  if (document.hidden || pane.querySelector('details[open]') || pane.contains(document.activeElement)) return;
  try {
    const text = await (await fetch('/log')).text();
    if (seen !== '' && text !== seen) pane.innerHTML = text;
    seen = text;
  } catch { /* the directory is away; the next round asks again */ }
}, 1000);
`;

import { html, page } from '../look.ts';
import type { Html } from '../look.ts';
import { demoPassword, displayName } from '../people.ts';
import type { Person } from '../people.ts';
import type { ProviderClient } from './options.ts';

const card = (title: string, body: Html): string =>
  page(
    title,
    html`<main class="narrow">
      <div class="card">
        <div class="brand"><img src="/icon.svg" alt="" /> Acme</div>
        ${body}
      </div>
    </main>`,
  );

/**
 * The sign-in page.
 * @param form.chosen the user name to preselect: who was typed before, or the application's `login_hint`
 */
export const signInPage = (form: { action: string; people: Person[]; chosen: string; error?: string }): string =>
  card(
    'Acme sign-in',
    html`<h1>Acme sign-in</h1>
      <p class="soft">
        The sample company’s own identity provider. Everybody’s password is <code>${demoPassword}</code>.
      </p>
      ${form.error !== undefined && html`<p class="error" role="alert">${form.error}</p>`}
      <form method="post" action="${form.action}">
        <fieldset>
          <legend>Who are you?</legend>
          ${form.people.map(
            (who, i) =>
              html`<label class="choice"
                ><input
                  type="radio"
                  name="username"
                  value="${who.userName}"
                  required
                  ${(form.chosen === '' ? i === 0 : same(who.userName, form.chosen)) && html`checked`}
                /><span>${displayName(who)}<small>${who.userName}</small></span></label
              >`,
          )}
        </fieldset>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required autofocus />
        <button class="main wide" type="submit">Sign in</button>
      </form>`,
  );

/** The home page: who is signed in, and a tile for each application that can be started from here. */
export const homePage = (who: Person | undefined, clients: ProviderClient[], issuer: string, signOut: string): string =>
  card(
    'Acme home',
    html`<h1>Acme home</h1>
      <p>${who === undefined ? 'Nobody is signed in.' : `Signed in as ${displayName(who)} (${who.userName}).`}</p>
      ${clients.flatMap((client) =>
        client.initiate_login_uri === undefined
          ? []
          : [
              html`<a class="button main wide" href="${tile(client.initiate_login_uri, issuer, who)}"
                >Open ${client.client_name ?? client.client_id}</a
              >`,
            ],
      )}
      ${who !== undefined && html`<a class="button wide" href="${signOut}">Sign out</a>`}`,
  );

/** The application's initiate-login address with `iss`, and who is signed in as `login_hint`. */
function tile(address: string, issuer: string, who: Person | undefined): string {
  const url = new URL(address);
  url.searchParams.set('iss', issuer);
  if (who !== undefined) url.searchParams.set('login_hint', who.userName);
  return url.href;
}

/** @param form the provider's own form, made by oidc-provider, with its guard against forgery */
export const signOutPage = (form: Html): string =>
  card(
    'Sign out of Acme',
    html`<h1>Sign out of Acme?</h1>
      <p class="soft">Applications that you opened are not signed out by this.</p>
      ${form}
      <button class="main wide" type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
      <a class="button wide" href="/">Stay signed in</a>`,
  );

export const signedOutPage = (): string =>
  card(
    'Signed out of Acme',
    html`<h1>You are signed out</h1>
      <p>You can close this page.</p>
      <a class="button wide" href="/">Acme home</a>`,
  );

export const faultPage = (text: string): string =>
  card(
    'Acme sign-in',
    html`<h1>That did not work</h1>
      <p class="error" role="alert">${text}</p>
      <a class="button wide" href="/">Acme home</a>`,
  );

export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

import { type Factors, hasFactor } from '../../auth/credentials/factors/factors.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { texts } from './texts.ts';

/** Whether a second factor is required, and the way to change that. @param base the page below which it is changed */
export const policyView = (base: string, required: boolean, says: { required: string; optional: string }): Html =>
  html`<h2>${texts.title}</h2>
    <p>${required ? says.required : says.optional}</p>
    <p class="actions">
      <a class="button quiet" href="${base}/${required ? 'relax-factor' : 'require-factor'}"
        >${required ? texts.relax : texts.require}</a
      >
    </p>`;

interface PersonFactors {
  factors: Factors;
  codesLeft: number;
  factorsAsked: boolean;
}

/** What a person has, and the way to take it from them; nothing where Carillon keeps nothing. */
export const personFactorsView = (path: string, { factors, codesLeft, factorsAsked }: PersonFactors): Html | false =>
  (factorsAsked || hasFactor(factors)) &&
  html`<h2>${texts.person}</h2>
    ${
      hasFactor(factors)
        ? html`<p>${texts.has(factors.totp !== null, factors.passkeys.length, codesLeft)}</p>
            <p class="actions"><a class="button quiet" href="${path}/reset-factors">${texts.reset}</a></p>`
        : html`<p class="muted">${texts.none}</p>`
    }`;

import type { Diagnosis, StepResult } from '../../directory/ldap/diagnosis/diagnose.ts';
import { stepNames } from '../../directory/ldap/diagnosis/texts.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { badge, table } from '../parts.ts';
import { texts } from './texts.ts';

/** What a test has seen, server by server and step by step. */
export const diagnosisView = (trials: readonly Diagnosis[]): Html =>
  html`${trials.map(
    ({ server, ok, steps }) =>
      html`<section class="panel">
        <h3><code>${server}</code> ${ok ? badge(texts.ok, 'good') : badge(texts.failed, 'bad')}</h3>
        ${table(texts.testTitle(server), [texts.step, texts.result, texts.milliseconds, texts.found], steps.map(stepLine))}
      </section>`,
  )}`;

const stepLine = ({ step, ok, ms, says, advice }: StepResult) => [
  stepNames[step],
  ok ? badge(texts.ok, 'good') : badge(texts.failed, 'bad'),
  texts.ms(ms),
  html`${says} ${advice !== null && html`<strong>${advice}</strong>`}`,
];

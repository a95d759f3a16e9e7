import { clock } from '../../platform/clock/clock.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import type { Ground } from '../../trail/ground.ts';
import { sealedUntil } from '../../trail/seals/list.ts';
import { type ChainReport, verifyChain } from '../../trail/verify/verify.ts';
import { buttonForm } from '../forms.ts';
import { badge, time } from '../parts.ts';
import { texts } from './texts.ts';

/** Where a verification stands that an administrator asked for. */
interface Verification {
  records: number;
  of: number;
  /** Null while it is under way. */
  ended: { at: number; report: ChainReport | null } | null;
}

export const verifyPath = '/console/trail/verify';

/** Verifies organisations' trails in the background, one at a time for each; remembers the last result of each. */
export class Verifications {
  readonly #ground: Ground;
  readonly #all = new Map<string, Verification>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Begins, unless one is under way: a long trail takes longer than a page may. */
  begin(organisationId: string): void {
    const known = this.#all.get(organisationId);
    if (known && !known.ended) return;
    const begun: Verification = { records: 0, of: 0, ended: null };
    this.#all.set(organisationId, begun);
    const onProgress = ({ records, of }: { records: number; of: number }): void => {
      Object.assign(begun, { records, of });
    };
    void this.#end(begun, verifyChain(this.#ground, organisationId, { onProgress }));
  }

  /** How far the trail is sealed and signed, what the last verification said, and the button for another. */
  async view(organisationId: string, csrf: string): Promise<Html> {
    const sealed = await sealedUntil(this.#ground.db.read, organisationId);
    const verification = this.#all.get(organisationId);
    return html`<section aria-label="${texts.proof}">
      <p>
        ${sealed ? texts.sealed(sealed.position) : texts.notSealed}
        ${sealed?.digest ? html`${texts.signed} ${time(sealed.digest.until)}.` : texts.notSigned}
      </p>
      ${verification && resultOf(verification)}
      ${verification?.ended !== null && buttonForm(csrf, verifyPath, texts.verify)}
    </section>`;
  }

  /** Never throws: nobody awaits it. */
  async #end(begun: Verification, verified: Promise<ChainReport>): Promise<void> {
    let report: ChainReport | null = null;
    try {
      report = await verified;
    } catch (error) {
      this.#ground.log.error({ error }, 'trail: a verification could not be ended');
    }
    begun.ended = { at: clock.now(), report };
  }
}

function resultOf({ ended, records, of }: Verification): Html {
  if (!ended) return html`<p role="status">${texts.verifying(records, of)}</p>`;
  const { report, at } = ended;
  if (!report) return html`<p role="status">${badge(texts.notVerified, 'bad')} ${time(at)}</p>`;
  const { finding } = report;
  if (!finding) {
    return html`<p role="status">${badge(texts.verified, 'good')} ${texts.right(report.records)} ${time(at)}</p>`;
  }
  const { position, eventName, eventTime, recordId, says } = finding;
  return html`<p role="alert">
    ${badge(texts.wrong, 'bad')} ${position === null ? '' : texts.place(position)} ${eventName ?? ''}
    ${eventTime === null ? '' : time(eventTime)} ${recordId === null ? '' : html`<code>${recordId}</code>`}<br />${says}
    ${texts.toldAt} ${time(at)}.
  </p>`;
}

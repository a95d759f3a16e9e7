import { html, type Html } from '../../platform/http/pages/html.ts';
import type { OutCause } from '../../users/lifecycle/out.ts';
import type { ReceiptLine } from '../../users/lifecycle/receipts.ts';
import type { Place } from '../guard.ts';
import { empty, paging, table, time } from '../parts.ts';
import { texts } from './texts.ts';

export const noReceipts = texts.none;

/** Receipts as a table, here and on the page of a person. */
export const receiptsTable = ({ base }: Place, receipts: readonly ReceiptLine[]): Html =>
  table(
    texts.caption,
    [texts.who, texts.cause, texts.said, texts.sessions, texts.streams, texts.took],
    receipts.map(({ userId, primaryAddress, deletedAt, cause, saidAt, finishedAt, sessions, streams }) => [
      primaryAddress === null || deletedAt !== null
        ? (primaryAddress ?? texts.erased)
        : html`<a href="${base}/people/${userId}">${primaryAddress}</a>`,
      texts.causes[cause as OutCause] ?? cause,
      time(saidAt),
      sessions,
      streams,
      texts.milliseconds(finishedAt - saidAt),
    ]),
  );

interface ReceiptsView {
  place: Place;
  receipts: readonly ReceiptLine[];
  more: boolean;
  paged: boolean;
}

/** The receipts of an account, newest first. */
export const receiptsView = ({ place, receipts, more, paged }: ReceiptsView): Html =>
  html`<p>${texts.intro}</p>
    ${receipts.length === 0 ? empty(noReceipts) : receiptsTable(place, receipts)}
    ${paging(`${place.base}/receipts`, {}, 'before', more ? receipts.at(-1)?.id : undefined, paged)}`;

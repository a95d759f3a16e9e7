import { type Html, html } from '../../../platform/http/pages/html.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { linksOf } from '../../connectors/upstream/links.ts';
import { listUpstreams } from '../../connectors/upstream/providers.ts';
import { texts } from './texts.ts';

/**
 * The way to a further proof for whoever has nothing here to prove themselves by: they sign in anew at a provider that they
 * have linked, which is told to ask them where its protocol has words for that.
 * @returns null for who has linked none
 */
export async function upstreamAgain(on: Reader, userId: string, target: string): Promise<Html | null> {
  const linked = new Set((await linksOf(on, userId)).map(({ providerId }) => providerId));
  const some = (await listUpstreams(on)).filter(({ id }) => linked.has(id));
  if (some.length === 0) return null;
  const asked = some.some(({ kind }) => kind === 'openid');
  const query = new URLSearchParams({ target, ...(asked && { max_age: '0' }) });
  return html`<p>${texts.again(some.map(({ name }) => name))}</p>
    <p class="actions"><a class="button" href="/signin?${query.toString()}#others">${texts.signInAgain}</a></p>`;
}

import { asLine, cutText, pathWithoutSecrets, withoutSecrets } from './redact.ts';

/** One operation of a bulk request, as it is kept. */
export interface KeptOperation {
  method: string;
  /** As it was sent. */
  path: string;
  bulkId: string | null;
  status: number;
  /** Whom or what it has changed; null when nothing was. */
  subject: { type: 'User' | 'Group'; id: string } | null;
  /** What a refusal said. */
  detail: string | null;
}

/** What became of the operations of a bulk request: the first of them, and how many more there were. */
export interface KeptOperations {
  first: KeptOperation[];
  more: number;
  /** Of all of them. */
  refused: number;
}

/** Operations of one request that are kept one by one. */
export const mostOperations = 100;

/** What is kept of operations that were tried, in the order of the request: no secret, and nothing long. */
export function keptOperations(tried: readonly KeptOperation[]): KeptOperations {
  return {
    first: tried.slice(0, mostOperations).map(({ method, path, bulkId, status, subject, detail }) => ({
      method: line(method, 16),
      path: asLine(cutText(pathWithoutSecrets(path.slice(0, 1_024)), 160)),
      bulkId: bulkId && line(bulkId, 100),
      status,
      subject,
      detail: detail && line(detail, 256),
    })),
    more: Math.max(0, tried.length - mostOperations),
    refused: tried.filter(({ status }) => status >= 400).length,
  };
}

const line = (text: string, most: number): string => asLine(cutText(withoutSecrets(text.slice(0, 1_024)), most));

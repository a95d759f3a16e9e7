import type { IncomingMessage } from 'node:http';

/** How a client says who it is (RFC 6749 §2.3.1); null when it does not, or in two ways at once. */
export interface Credentials {
  clientId: string;
  secret: string;
}

const printable = /^[\x20-\x7e]+$/;

/** The client's id and secret, from the Authorization header or from the form. */
export function credentialsOf(req: IncomingMessage, form: URLSearchParams): Credentials | null {
  if (form.has('client_assertion')) return null;
  const header = req.headers.authorization;
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (header === undefined) return id && secret ? { clientId: id, secret } : null;
  if (secret !== null) return null;
  const basic = basicOf(header);
  return basic && (id === null || id === basic.clientId) ? basic : null;
}

/** Both parts are form-encoded before they are joined (RFC 6749 §2.3.1). */
function basicOf(header: string): Credentials | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return clientId && secret && printable.test(clientId) && printable.test(secret) ? { clientId, secret } : null;
  } catch {
    return null;
  }
}

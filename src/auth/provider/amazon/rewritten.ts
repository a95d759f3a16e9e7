import { IncomingMessage } from 'node:http';

/**
 * A request with another body, as if it had been sent so. What has been read of a request cannot be put back, and
 * oidc-provider reads for itself.
 */
export function rewritten(req: IncomingMessage, form: URLSearchParams): IncomingMessage {
  const body = Buffer.from(form.toString());
  const copy = new IncomingMessage(req.socket);
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor } = req;
  Object.assign(copy, { method, url, httpVersion, httpVersionMajor, httpVersionMinor });
  copy.headers = {
    ...req.headers,
    // Amazon's programs are answered in JSON, whatever they say that they would take.
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  delete copy.headers['transfer-encoding'];
  copy.push(body);
  copy.push(null);
  copy.complete = true; // or its end would be taken for a connection that broke
  return copy;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import { readForm } from '../../../platform/http/body.ts';
import { errorHeaders, reportError, sendJson } from '../../../platform/http/reply.ts';
import { asCarillonError } from '../../../platform/http/errors.ts';
import type { HotRoute } from '../../../platform/http/route.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import { clientErrors } from '../clients/errors.ts';
import type { ClientRegistry } from '../clients/registry.ts';
import type { SecretCheck } from '../clients/secret-check.ts';
import { secretsOf } from '../clients/secrets.ts';
import { assertedClient } from './assertion.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { introspect } from './token.ts';

/** As the discovery document has it. */
export const introspectionPath = '/oidc/token/introspection';
const bodyLimit = 16 * 1024;
/** Whose wrong credentials those are that name no client. */
const nobody = '';

interface Hands {
  ground: Ground;
  clients: ClientRegistry;
  artifacts: Artifacts;
  subjects: { of: (userId: string, client: OidcClient) => string };
  /** Slows down whoever guesses; the one of the token endpoint. */
  check: SecretCheck;
  issuer: string;
}

/** Token introspection (RFC 7662) on node:http: form, client, token, answer. */
export function introspectionRoute(hands: Hands): HotRoute {
  return {
    name: 'introspection',
    matches: (method, path) => path === introspectionPath && method === 'POST',
    async handle(req, res) {
      let known: OidcClient | null = null;
      try {
        const form = await formOf(req);
        const credentials = credentialsOf(req, form);
        let asking: OidcClient | null;
        if (form.has('client_assertion')) {
          const audiences = [hands.issuer, `${hands.ground.config.publicUrl}${introspectionPath}`];
          const asserted = await assertedClient(hands, form, audiences);
          known = asserted?.client ?? null;
          asking = asserted?.isFirstUse ? asserted.client : null;
        } else {
          const found = credentials && (await hands.clients.find(credentials.clientId));
          // Who speaks Login with Amazon has its own place to ask at, and is nobody here.
          known = found?.protocol === 'openid' ? found : null;
          asking = await withSecret(hands.check, known, credentials);
        }
        if (!asking && !known) await hands.check(nobody, [], '');
        if (!asking || (req.headers.authorization !== undefined && !credentials)) throw clientErrors('client.refused');
        const token = form.get('token');
        if (!token) throw clientErrors('client.tokenMissing', { field: 'token' });
        sendJson(res, 200, await introspect(hands, asking, token, form.get('token_type_hint')));
      } catch (thrown) {
        const error = asCarillonError(thrown);
        reportError(hands.ground.log, thrown);
        // Not of a flood, nor of nobody known: the log and the metrics count it.
        if (error.code === 'client.refused' && known) hands.ground.trail.refused(actionOf(known), error);
        refuse(req, res, error);
      }
    },
  };
}

/** The client, if the secret is its own. One that has no secret is looked at for as long. */
async function withSecret(
  check: SecretCheck,
  client: OidcClient | null,
  credentials: Credentials | null,
): Promise<OidcClient | null> {
  // Ids that nobody has are slowed down together, by address: there are endlessly many.
  if (!credentials || !client) return null;
  const known = client.authentication === 'secret' ? client : null;
  const good = await check(credentials.clientId, known ? secretsOf(known) : [], credentials.secret);
  return good ? known : null;
}

/** The form; a parameter that is there twice makes it none (RFC 6749 §3.2). @throws client.formInvalid, body.* */
async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  const form = await readForm(req, { limit: bodyLimit });
  if (new Set(form.keys()).size !== form.size) throw clientErrors('client.formInvalid');
  return form;
}

const actionOf = (client: OidcClient) => ({
  eventName: 'IntrospectToken',
  readOnly: true,
  organisationId: client.organisationId,
  accountId: client.accountId,
  requestParameters: { clientId: client.id },
});

/** Errors in OAuth's own words (RFC 6749 §5.2). */
function refuse(req: IncomingMessage, res: ServerResponse, error: CarillonError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, kind } = error;
  const word =
    kind === 'Unauthorized'
      ? 'invalid_client'
      : status >= 500
        ? 'server_error'
        : status === 429
          ? 'temporarily_unavailable'
          : 'invalid_request';
  const basic = kind === 'Unauthorized' && req.headers.authorization !== undefined;
  const { 'www-authenticate': _bearer, ...headers } = errorHeaders(error);
  sendJson(
    res,
    status,
    { error: word, error_description: error.message },
    {
      ...headers,
      ...(basic && { 'www-authenticate': 'Basic realm="Carillon"' }),
    },
  );
}

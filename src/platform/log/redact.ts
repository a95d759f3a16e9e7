const hidden = '[redacted]';
const deepest = 8;

/** Names whose values are secrets, without case, `_` and `-`. */
const secretNames = new Set(
  [
    'authorization',
    'proxyAuthorization',
    'cookie',
    'cookies',
    'setCookie',
    'password',
    'newPassword',
    'passwordHash',
    'passphrase',
    'bindPassword',
    'secret',
    'clientSecret',
    'clientAssertion',
    'secretAccessKey',
    'accessKeySecret',
    'apiKey',
    'key',
    'privateKey',
    'token',
    'accessToken',
    'refreshToken',
    'idToken',
    'idTokenHint',
    'logoutToken',
    'securityToken',
    'sessionToken',
    'metricsToken',
    'csrf',
    'state',
    'nonce',
    'codeVerifier',
    'assertion',
    'signature',
    'credential',
    'credentials',
    'databaseUrl',
    'smtpUrl',
    'otp',
    'pin',
  ].map(fold),
);

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** An error's `code` is a word (`scim.filter`, `ERR_TLS_CERT`); an authorization code is long and random. */
const looksRandom = (value: unknown): boolean =>
  typeof value === 'string' && value.length >= 16 && !value.includes('.') && !/^[A-Z][A-Z0-9]*_[A-Z0-9_]*$/.test(value);

function isSecret(name: string, value: unknown): boolean {
  const folded = fold(name);
  return folded === 'code' ? looksRandom(value) : secretNames.has(folded);
}

const query =
  /([?&#\s"']|^)((?:code|state|nonce|token|[a-z_]*_token|id_token_hint|client_secret|client_assertion|code_verifier|password|assertion|SAMLResponse|X-Amz-Signature|X-Amz-Security-Token)=)[^&\s"'#]+/gi;

/** Our own keys, also in an address, where their signs may be escaped. */
const ownSecret = /carillon(?:_|%5f)[a-z]+(?:_|%5f)(?:[\w-]|%[\da-f]{2}){20,}/gi;

/** What a text must have for any of the forms to be in it: most have nothing of it. */
const suspect = /[\s:=]|eyJ|carillon(?:_|%5f)/i;

/** Text without the credentials that are known by their form. */
export const redactText = (text: string): string => (suspect.test(text) ? withoutCredentials(text) : text);

const withoutCredentials = (text: string): string =>
  text
    .replaceAll(/\b(bearer|basic|dpop)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`)
    .replaceAll(/(\w:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${hidden}@`)
    // Whatever begins so is taken whole, so that no part of it is read again.
    .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, hidden)
    .replaceAll(ownSecret, hidden)
    .replaceAll(query, `$1$2${hidden}`);

function redactError(error: Error, depth: number, above: Set<unknown>): Record<string, unknown> {
  const plain: Record<string, unknown> = { type: error.name, message: redactText(error.message) };
  for (const [name, value] of Object.entries(error)) {
    if (name !== 'name' && value !== undefined)
      plain[name] = isSecret(name, value) ? hidden : walk(value, depth + 1, above);
  }
  if (error.cause !== undefined) plain['cause'] = walk(error.cause, depth + 1, above);
  if (error.stack) plain['stack'] = redactText(error.stack);
  return plain;
}

function walk(value: unknown, depth: number, above: Set<unknown>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (depth > deepest) return '[deep]';
  if (value instanceof Date) return value;
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  above.add(value);
  try {
    if (value instanceof Error) return redactError(value, depth, above);
    if (value instanceof Map || value instanceof Set) return walk([...value], depth, above);
    if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1, above));
    const copy: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) {
      copy[name] = isSecret(name, item) ? hidden : walk(item, depth + 1, above);
    }
    return copy;
  } finally {
    above.delete(value);
  }
}

/** A copy of `value` that may be written to the log: secrets hidden at any depth, errors as plain objects. */
export const redact = (value: unknown): unknown => walk(value, 0, new Set());

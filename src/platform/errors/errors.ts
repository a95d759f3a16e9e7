/** What sort of refusal an error is; decides the HTTP status, and the exception's name in the trail and the API. */
export const kinds = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  Conflict: 409,
  PreconditionFailed: 412,
  PayloadTooLarge: 413,
  UnsupportedMediaType: 415,
  Unprocessable: 422,
  Throttled: 429,
  ServiceFailure: 500,
  NotImplemented: 501,
  BadGateway: 502,
  ServiceUnavailable: 503,
} as const;

export type ErrorKind = keyof typeof kinds;

export interface ErrorOptions {
  /** The input that is at fault, by the name its sender gave it. */
  field?: string;
  /** Values for the `{name}` places in the text; shown to the user, so never a secret. */
  values?: Record<string, string | number>;
  /** For the log alone. */
  detail?: string;
  cause?: unknown;
  /** Whole seconds after which the same call may pass. */
  retryAfter?: number;
}

/** A refusal that is part of the product: `code` is stable, `message` is for the user, `detail` for the log. */
export class CarillonError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly field: string | undefined;
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  /** Whether the message repeats text that somebody sent, which may be about a person. */
  readonly quotes: boolean;

  constructor(code: string, kind: ErrorKind, text: string, options: ErrorOptions = {}) {
    const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => String(options.values?.[name] ?? whole));
    super(filled, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CarillonError';
    this.code = code;
    this.kind = kind;
    this.field = options.field;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
    this.quotes = Object.values(options.values ?? {}).some((value) => typeof value === 'string');
  }

  get status(): number {
    return kinds[this.kind];
  }
}

interface ErrorText {
  kind: ErrorKind;
  text: string;
}

/** Every code that any floor has declared: the closed set, in which no code has two meanings. */
const declared = new Set<string>();

/**
 * Declares a floor's errors and gives the function that makes them.
 * @param table code → kind and plain-English text, with `{name}` places
 * @throws Error when a code is declared twice
 */
export function errors<const T extends Record<string, ErrorText>>(
  table: T,
): (code: keyof T & string, options?: ErrorOptions) => CarillonError {
  for (const code of Object.keys(table)) {
    if (declared.has(code)) throw new Error(`error code ${code} is declared twice`);
    declared.add(code);
  }
  return (code, options) => {
    const entry = table[code] as ErrorText;
    return new CarillonError(code, entry.kind, entry.text, options);
  };
}

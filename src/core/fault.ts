/**
 * The closed list of error codes. Each has a line in `docs/reference/errors.md` (a test checks it).
 * The gateway turns a code into a status and a body in the caller's dialect in one file.
 */
export const FAULT_CODES = [
  'ERR_CONFIG', // configuration text is wrong
  'ERR_USAGE', // command line is wrong
  'ERR_BODY_MALFORMED', // body is not JSON, not UTF-8, has duplicate keys
  'ERR_BODY_TOO_LARGE',
  'ERR_BODY_TOO_DEEP',
  'ERR_BODY_TIMEOUT', // the client sent its body too slowly
  'ERR_REQUEST_INVALID', // JSON, but not a request of this surface
  'ERR_ROUTE_UNKNOWN', // a path that Parapet does not guard is refused
  'ERR_METHOD',
  'ERR_UNAUTHENTICATED',
  'ERR_AUTH_THROTTLED',
  'ERR_FORBIDDEN', // policy says no
  'ERR_MODEL_UNKNOWN',
  'ERR_NOT_FOUND',
  'ERR_BLOCKED', // a rule of the guard said block
  'ERR_REVIEW', // a rule asks for a person
  'ERR_CHECK_FAILED', // a check failed and on-failure is block
  'ERR_RATE_LIMITED',
  'ERR_BUDGET_EXHAUSTED',
  'ERR_TOO_MANY_CONCURRENT',
  'ERR_OVERLOADED', // shedding, draining
  'ERR_UPSTREAM_UNREACHABLE',
  'ERR_UPSTREAM_TIMEOUT',
  'ERR_UPSTREAM_AUTH', // the provider refused our key
  'ERR_UPSTREAM_INVALID', // the provider answered something that is not its protocol
  'ERR_FILE_MALFORMED', // a file inside a message is damaged
  'ERR_FILE_LIMIT', // a file is larger, deeper or longer than is read
  'ERR_FILE_ENCRYPTED', // a file needs a password
  'ERR_MODEL_MALFORMED', // a model file is damaged, or not the format that it claims
  'ERR_MODEL_UNSUPPORTED', // a model uses an operator, type or shape that is not supported
  'ERR_DATA', // a data set is damaged or does not fit the model
  'ERR_HANDSHAKE', // the model's accuracy on clean data is not the one that was expected
  'ERR_TARGET', // a model under test did not answer
  'ERR_STORE',
  'ERR_LEDGER', // the ledger cannot be written, so nothing may be served
  'ERR_LEDGER_INVALID', // verification failed
  'ERR_INTERNAL',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

export interface FaultDetail {
  /** Where: a JSON path, `file:line:column`, a header's name, an index. */
  readonly where?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Seconds after which a retry can succeed; absent when a retry cannot help. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error class. `message` says what was wrong, in words a stranger understands, and never quotes content. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, message: string, detail: FaultDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Fault';
    this.code = code;
    this.where = detail.where;
    this.hint = detail.hint;
    this.retryAfter = detail.retryAfter;
  }

  /** `message (at where). hint`: the one-line form for terminals and error bodies. */
  get line(): string {
    const said = this.where === undefined ? this.message : `${this.message.replace(/\.$/, '')} (at ${this.where})`;
    if (this.hint === undefined) return said;
    return `${said}${/[.!?]$/.test(said) ? '' : '.'} ${this.hint}`;
  }
}

export function isFault(error: unknown): error is Fault {
  return error instanceof Fault;
}

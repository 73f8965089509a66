import type { Fault, FaultCode } from '../core/fault.ts';
import type { Dialect } from './surface.ts';

interface Shown {
  readonly status: number;
  /** OpenAI's `error.type` and `error.code`. */
  readonly openai: readonly [type: string, code: string];
  /** Anthropic's `error.type`, and `error.details.error_code` where that tells more. */
  readonly anthropic: string;
  readonly detail?: string;
  /** Where Anthropic uses another status for the same thing. */
  readonly anthropicStatus?: number;
  /** What `x-should-retry` says. Both SDKs obey it before they look at the status (by default they retry 408, 409, 429, 5xx twice). */
  readonly retry: boolean;
  /** The message is for the operator's log: callers get a general one. */
  readonly inside?: true;
}

const REFUSED = 'invalid_request_error';

/**
 * What a caller sees of each fault. Denials by policy are 400 or 403, which nobody retries; a spent budget is 429, as
 * with the providers, and says that retrying is pointless. A check that failed is our failure (503), and not retried
 * by itself, because a failing detector does not need three times the load.
 */
const SHOWN: Readonly<Record<FaultCode, Shown>> = {
  ERR_CONFIG: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_USAGE: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_BODY_MALFORMED: { status: 400, openai: [REFUSED, 'invalid_json'], anthropic: REFUSED, retry: false },
  ERR_BODY_TOO_LARGE: { status: 413, openai: [REFUSED, 'request_too_large'], anthropic: 'request_too_large', retry: false },
  ERR_BODY_TOO_DEEP: { status: 400, openai: [REFUSED, 'invalid_json'], anthropic: REFUSED, retry: false },
  ERR_BODY_TIMEOUT: { status: 408, openai: [REFUSED, 'request_timeout'], anthropic: 'timeout_error', retry: true },
  ERR_REQUEST_INVALID: { status: 400, openai: [REFUSED, 'invalid_request'], anthropic: REFUSED, retry: false },
  ERR_ROUTE_UNKNOWN: { status: 404, openai: [REFUSED, 'unknown_url'], anthropic: 'not_found_error', retry: false },
  ERR_METHOD: { status: 405, openai: [REFUSED, 'method_not_allowed'], anthropic: REFUSED, retry: false },
  ERR_UNAUTHENTICATED: { status: 401, openai: [REFUSED, 'invalid_api_key'], anthropic: 'authentication_error', retry: false },
  ERR_AUTH_THROTTLED: { status: 429, openai: ['rate_limit_error', 'authentication_throttled'], anthropic: 'rate_limit_error', retry: false },
  ERR_FORBIDDEN: { status: 403, openai: ['permission_error', 'access_denied'], anthropic: 'permission_error', retry: false },
  ERR_MODEL_UNKNOWN: { status: 404, openai: [REFUSED, 'model_not_found'], anthropic: 'not_found_error', retry: false },
  ERR_NOT_FOUND: { status: 404, openai: [REFUSED, 'not_found'], anthropic: 'not_found_error', retry: false },
  ERR_BLOCKED: { status: 400, openai: [REFUSED, 'content_policy_violation'], anthropic: REFUSED, retry: false },
  ERR_REVIEW: { status: 403, openai: ['permission_error', 'review_required'], anthropic: 'permission_error', retry: false },
  ERR_CHECK_FAILED: { status: 503, openai: ['server_error', 'check_failed'], anthropic: 'api_error', retry: false },
  ERR_RATE_LIMITED: { status: 429, openai: ['rate_limit_error', 'rate_limit_exceeded'], anthropic: 'rate_limit_error', retry: true },
  ERR_BUDGET_EXHAUSTED: { status: 429, openai: ['insufficient_quota', 'insufficient_quota'], anthropic: 'rate_limit_error', detail: 'enforced_spend_limit_reached', retry: false },
  ERR_TOO_MANY_CONCURRENT: { status: 429, openai: ['rate_limit_error', 'too_many_concurrent_requests'], anthropic: 'rate_limit_error', retry: true },
  ERR_OVERLOADED: { status: 503, openai: ['server_error', 'overloaded'], anthropic: 'overloaded_error', anthropicStatus: 529, retry: true },
  ERR_UPSTREAM_UNREACHABLE: { status: 502, openai: ['server_error', 'upstream_unreachable'], anthropic: 'api_error', retry: true },
  ERR_UPSTREAM_TIMEOUT: { status: 504, openai: ['server_error', 'upstream_timeout'], anthropic: 'timeout_error', retry: true },
  ERR_UPSTREAM_AUTH: { status: 502, openai: ['server_error', 'upstream_auth'], anthropic: 'api_error', retry: false },
  ERR_UPSTREAM_INVALID: { status: 502, openai: ['server_error', 'upstream_invalid'], anthropic: 'api_error', retry: true },
  ERR_FILE_MALFORMED: { status: 400, openai: [REFUSED, 'invalid_file'], anthropic: REFUSED, retry: false },
  ERR_FILE_LIMIT: { status: 400, openai: [REFUSED, 'invalid_file'], anthropic: REFUSED, retry: false },
  ERR_FILE_ENCRYPTED: { status: 400, openai: [REFUSED, 'invalid_file'], anthropic: REFUSED, retry: false },
  ERR_MODEL_MALFORMED: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_MODEL_UNSUPPORTED: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_DATA: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_HANDSHAKE: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_TARGET: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_STORE: { status: 503, openai: ['server_error', 'unavailable'], anthropic: 'api_error', retry: true, inside: true },
  ERR_LEDGER: { status: 503, openai: ['server_error', 'unavailable'], anthropic: 'api_error', retry: true, inside: true },
  ERR_LEDGER_INVALID: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
  ERR_INTERNAL: { status: 500, openai: ['server_error', 'internal_error'], anthropic: 'api_error', retry: false, inside: true },
}; // prettier-ignore

export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

export interface AnthropicError {
  readonly type: 'error';
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details?: { readonly error_code: string };
  };
  readonly request_id: string;
}

/** The `error` object of OpenAI's dialect (API reference, error codes), in bodies and in streams. */
export function openaiError(fault: Fault): OpenAiError {
  const [type, code] = SHOWN[fault.code].openai;
  return { message: messageOf(fault), type, param: SHOWN[fault.code].inside ? null : (fault.where ?? null), code };
}

/** The error object of Anthropic's dialect (API reference, errors), in bodies and in streams. */
export function anthropicError(fault: Fault, requestId: string): AnthropicError {
  const { anthropic, detail } = SHOWN[fault.code];
  const error = { type: anthropic, message: messageOf(fault) };
  return {
    type: 'error',
    error: detail === undefined ? error : { ...error, details: { error_code: detail } },
    request_id: requestId,
  };
}

/** A fault as a whole HTTP answer in the caller's dialect: status, JSON body, and the headers that SDKs act on. */
export function errorBody(
  dialect: Dialect,
  fault: Fault,
  requestId: string,
): { status: number; body: string; headers: Record<string, string> } {
  const shown = SHOWN[fault.code];
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-request-id': requestId,
    'request-id': requestId,
    'x-should-retry': String(shown.retry),
  };
  if (shown.retry && fault.retryAfter !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(fault.retryAfter)));
    headers['retry-after-ms'] = String(Math.max(1, Math.ceil(fault.retryAfter * 1000)));
  }
  if (fault.code === 'ERR_UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer';
  if (dialect === 'anthropic') {
    const status = shown.anthropicStatus ?? shown.status;
    return { status, body: JSON.stringify(anthropicError(fault, requestId)), headers };
  }
  return { status: shown.status, body: JSON.stringify({ error: openaiError(fault) }), headers };
}

function messageOf(fault: Fault): string {
  if (SHOWN[fault.code].inside !== true) return fault.line;
  return SHOWN[fault.code].status === 503
    ? 'The gateway cannot serve requests at the moment.'
    : 'The gateway failed on this request. The request id helps its operator to find out why.';
}

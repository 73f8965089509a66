import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isFault } from '../../core/fault.ts';
import type { Fault, FaultCode } from '../../core/fault.ts';
import type { ApiError } from './api.ts';

const STATUS: Partial<Record<FaultCode, ContentfulStatusCode>> = {
  ERR_UNAUTHENTICATED: 401,
  ERR_AUTH_THROTTLED: 429,
  ERR_FORBIDDEN: 403,
  ERR_NOT_FOUND: 404,
  ERR_METHOD: 405,
  ERR_USAGE: 400,
  ERR_REQUEST_INVALID: 400,
  ERR_BODY_MALFORMED: 400,
  ERR_BODY_TOO_LARGE: 413,
  ERR_CONFIG: 422,
  ERR_STORE: 503,
  ERR_LEDGER: 503,
  ERR_OVERLOADED: 503,
};

interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly retryAfter?: number | null;
}

/** The one shape of errors on the admin plane. */
export function errorResponse(c: Context, status: ContentfulStatusCode, detail: ErrorDetail): Response {
  const body: ApiError = {
    error: {
      code: detail.code,
      message: detail.message,
      hint: detail.hint ?? null,
      retryAfter: detail.retryAfter ?? null,
    },
  };
  if (detail.retryAfter) c.header('retry-after', String(Math.ceil(detail.retryAfter)));
  return c.json(body, status);
}

/** An error that a handler threw. What is not a Fault is ours to explain in the log, not to the browser. */
export function faultResponse(c: Context, error: unknown): Response {
  if (!isFault(error)) {
    return errorResponse(c, 500, {
      code: 'ERR_INTERNAL',
      message: 'The gateway could not answer this.',
      hint: 'Its log says why.',
    });
  }
  return errorResponse(c, statusOf(error), {
    code: error.code,
    message: error.where === undefined ? error.message : `${error.message} (at ${error.where})`,
    hint: error.hint ?? null,
    retryAfter: error.retryAfter ?? null,
  });
}

export function statusOf(fault: Fault): ContentfulStatusCode {
  return STATUS[fault.code] ?? 500;
}

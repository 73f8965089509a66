import type { ApiError } from '../../../src/gateway/admin/api.ts';

/** What went wrong, in the words of the server where it said something. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, hint: string | null, retryAfter: number | null = null) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.retryAfter = retryAfter;
  }
}

/** Told when the server says that nobody is signed in (any more). */
let onSignedOut = () => {};
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** @throws RequestError */
export async function request<T>(path: string, options: { method?: string; body?: unknown } = {}): Promise<T> {
  const response = await send(path, options);
  if (!response.ok) throw await toError(response, path);
  return (await response.json()) as T;
}

async function send(path: string, { method = 'GET', body }: { method?: string; body?: unknown }): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-parapet-console'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new RequestError(0, 'ERR_OFFLINE', 'The gateway does not answer.', 'Check that it is running.');
  }
}

async function toError(response: Response, path: string): Promise<RequestError> {
  let detail: ApiError['error'] | null = null;
  try {
    detail = ((await response.json()) as ApiError).error;
  } catch {
    // Not the gateway's own answer: a proxy in between, say.
  }
  if (response.status === 401 && path !== '/api/session') onSignedOut();
  return new RequestError(
    response.status,
    detail?.code ?? `HTTP ${response.status}`,
    detail?.message ?? `The gateway answered with status ${response.status}.`,
    detail?.hint ?? null,
    detail?.retryAfter ?? null,
  );
}

export interface ProviderError {
  readonly status: number;
  readonly message: string;
  readonly openai: { readonly type: string; readonly param: string | null; readonly code: string | null };
  /** `error.type` in Anthropic's body. */
  readonly anthropic: string;
}

type Row = readonly [message: string, type: string, param: string | null, code: string | null, anthropic: string];

/** OpenAI: platform.openai.com/docs/guides/error-codes. Anthropic: docs.anthropic.com/en/api/errors. */
const ROWS: Readonly<Record<number, Row>> = {
  400: ['Invalid value.', 'invalid_request_error', 'messages', 'invalid_value', 'invalid_request_error'],
  401: ['Incorrect API key provided.', 'invalid_request_error', null, 'invalid_api_key', 'authentication_error'],
  403: ['You are not allowed to sample from this model.', 'invalid_request_error', null, null, 'permission_error'],
  404: ['The model does not exist.', 'invalid_request_error', 'model', 'model_not_found', 'not_found_error'],
  408: ['The request timed out.', 'server_error', null, 'timeout', 'timeout_error'],
  409: ['The resource was modified meanwhile.', 'invalid_request_error', null, 'conflict', 'invalid_request_error'],
  413: ['The request is too large.', 'invalid_request_error', null, 'request_too_large', 'request_too_large'],
  422: ['The request could not be processed.', 'invalid_request_error', null, null, 'invalid_request_error'],
  429: ['Rate limit reached.', 'requests', null, 'rate_limit_exceeded', 'rate_limit_error'],
  500: ['The server had an error.', 'server_error', null, null, 'api_error'],
  502: ['Bad gateway.', 'server_error', null, null, 'api_error'],
  503: ['The engine is overloaded.', 'server_error', null, null, 'api_error'],
  504: ['The request timed out.', 'server_error', null, null, 'timeout_error'],
  529: ['Overloaded', 'server_error', null, null, 'overloaded_error'],
};

export function providerError(
  status: number,
  message?: string,
  openai: Partial<ProviderError['openai']> = {},
): ProviderError {
  const row = ROWS[status];
  if (row === undefined) throw new Error(`The upstream knows no error ${status}.`);
  const [text, type, param, code, anthropic] = row;
  return { status, message: message ?? text, openai: { type, param, code, ...openai }, anthropic };
}

export function openaiErrorBody(error: ProviderError): object {
  return { error: { message: error.message, ...error.openai } };
}

export function anthropicErrorBody(error: ProviderError, requestId: string): object {
  return { type: 'error', error: { type: error.anthropic, message: error.message }, request_id: requestId };
}

import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamConfig } from '../config/schema.ts';

/**
 * Request headers that a provider needs to see, by name or prefix. An allow-list: what callers' proxies, browsers
 * and sign-on systems add stays here, and so do cookies and every credential.
 */
const FORWARDED = new Set([
  'accept',
  'content-type',
  'idempotency-key',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-app',
  'x-client-request-id',
]);
const FORWARDED_PREFIXES = ['anthropic-', 'x-stainless-', 'x-claude-'];

/** Answer headers that stay here: connection matters, what the gateway sets itself, the provider's cookies and account. */
const WITHHELD = new Set([
  'accept-ch',
  'alt-svc',
  'anthropic-organization-id',
  'authentication-info',
  'clear-site-data',
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'keep-alive',
  'link',
  'location',
  'nel',
  'openai-organization',
  'openai-project',
  'proxy-authenticate',
  'proxy-authentication-info',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'request-id',
  'server',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'sourcemap',
  'strict-transport-security',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'www-authenticate',
  'x-request-id',
]);
/** What a provider allows browsers to do on its own host is not for this one. */
const WITHHELD_PREFIXES = ['access-control-', 'content-security-policy', 'cross-origin-', 'x-parapet-'];

/** What HTTP lets a header's value be made of; a provider's may be otherwise, and could not be written. */
const WRITABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of the request to a provider. The caller's credential is never among them. */
export function upstreamHeaders(headers: IncomingHttpHeaders, upstream: UpstreamConfig): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) {
    if (!FORWARDED.has(name) && !FORWARDED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const value = headers[name];
    if (typeof value === 'string') out[name] = value;
  }
  // What comes back is inspected, so it has to be readable.
  out['accept-encoding'] = 'identity';
  if (upstream.key !== undefined) {
    if (upstream.dialect === 'anthropic') out['x-api-key'] = upstream.key;
    else out['authorization'] = `Bearer ${upstream.key}`;
  }
  for (const name in upstream.headers) out[name.toLowerCase()] = upstream.headers[name]!;
  return out;
}

/**
 * Headers of the answer to the client: the provider's, less what is withheld, plus the request's ids.
 * @param secrets what no value may contain: the providers' keys.
 */
export function clientHeaders(
  headers: IncomingHttpHeaders,
  requestId: string,
  extra: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  const replacesRates = extra['x-ratelimit-limit-requests'] !== undefined || hasRates(extra);
  for (const name in headers) {
    if (WITHHELD.has(name) || WITHHELD_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    if (replacesRates && (name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-'))) continue;
    const value = headers[name];
    if (value !== undefined && mayLeave(value, secrets)) out[name] = value;
  }
  const upstreamId = upstreamRequestId(headers);
  if (upstreamId !== null && mayLeave(upstreamId, secrets)) out['x-upstream-request-id'] = upstreamId;
  return Object.assign(out, requestIdHeaders(requestId), extra);
}

function mayLeave(value: string | readonly string[], secrets: readonly string[]): boolean {
  if (typeof value !== 'string') return value.every((one) => mayLeave(one, secrets));
  return WRITABLE.test(value) && !secrets.some((secret) => value.includes(secret));
}

/** The OpenAI SDKs read `x-request-id`, the Anthropic SDKs `request-id`. */
export function requestIdHeaders(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'request-id': requestId };
}

export function upstreamRequestId(headers: IncomingHttpHeaders): string | null {
  const value = headers['x-request-id'] ?? headers['request-id'];
  return typeof value === 'string' ? value : null;
}

function hasRates(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (name.includes('ratelimit')) return true;
  return false;
}

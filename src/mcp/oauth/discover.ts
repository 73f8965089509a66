import { Fault } from '../../core/fault.ts';
import type { JsonObject } from '../rpc-message.ts';
import type { SafeFetch } from './safe-fetch.ts';

/** What an authorization server says of itself (RFC 8414, 2; OpenID Connect Discovery), as far as it is used. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenEndpoint: URL;
  readonly authorizationEndpoint: URL | null;
  readonly registrationEndpoint: URL | null;
  /** Ways in which a client may show who it is. */
  readonly clientAuth: readonly string[];
  readonly pkce: boolean;
  /** It takes the URL of a metadata document for a client's id. */
  readonly metadataDocuments: boolean;
  /** It says in its answers who it is (RFC 9207). */
  readonly namesItself: boolean;
}

/** What tokens are for: the URL without what does not tell resources apart (RFC 8707, 2; MCP, canonical server URI). */
export function canonicalResource(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.pathname === '/' && url.search === '' ? url.origin : url.href;
}

export function isSameResource(one: string, other: string): boolean {
  const [a, b] = [URL.parse(one), URL.parse(other)];
  const plain = (url: URL): string => `${url.origin}${url.pathname.replace(/\/$/, '')}${url.search}`;
  return a !== null && b !== null && a.hash === '' && b.hash === '' && plain(a) === plain(b);
}

/**
 * Issuers that a server names in its metadata (RFC 9728). Null where it has none.
 * @param named where the server itself says that the metadata is; it must be on its own origin.
 * @param resource what the operator says that tokens for it are for.
 * @throws Fault `ERR_UPSTREAM_AUTH` when it is metadata of something else: tokens for that are not for this server.
 */
export async function issuersOf(
  server: URL,
  named: string | null,
  resource: string,
  fetch: SafeFetch,
): Promise<readonly string[] | null> {
  const what = 'The metadata of the server';
  const fail = (why: string): Fault => new Fault('ERR_UPSTREAM_AUTH', `${what} ${why}.`, { where: server.origin });
  const own = URL.parse(`/.well-known/oauth-protected-resource${server.pathname.replace(/\/$/, '')}`, server.origin)!;
  own.search = server.search;
  // The second belongs to the origin as a whole, and may speak of it as a whole.
  const places = [{ url: own, whole: server.href }];
  if (own.pathname !== '/.well-known/oauth-protected-resource')
    places.push({ url: new URL('/.well-known/oauth-protected-resource', server.origin), whole: server.origin });
  if (named !== null) {
    const url = URL.parse(named);
    if (url?.origin !== server.origin) throw fail('lies on another origin than the server');
    places.unshift({ url, whole: server.href });
  }
  for (const { url, whole } of places) {
    const { status, body } = await fetch.fetch(url, { method: 'GET', headers: {} }, what);
    if (status === 404 || status === 405) continue;
    if (status !== 200 || body === null) throw fail(`cannot be read (status ${status})`);
    const stated = body['resource'];
    if (typeof stated !== 'string' || ![server.href, resource, whole].some((one) => isSameResource(stated, one)))
      throw fail('is that of another resource');
    const issuers = body['authorization_servers'];
    if (!Array.isArray(issuers) || issuers.length === 0 || issuers.length > 16 || !issuers.every(isText))
      throw fail('names no authorization server');
    return issuers;
  }
  return null;
}

/** @throws Fault `ERR_UPSTREAM_AUTH` when it is not there, or is that of another issuer. */
export async function discoverServer(issuer: string, fetch: SafeFetch): Promise<AuthorizationServer> {
  const what = 'The metadata of the authorization server';
  const base = URL.parse(issuer);
  const fail = (why: string): Fault =>
    new Fault('ERR_UPSTREAM_AUTH', `${what} ${why}.`, { where: base?.origin ?? 'issuer' });
  if (base === null || base.search !== '' || base.hash !== '') throw fail('has no place: the issuer is no plain URL');
  const path = base.pathname.replace(/\/$/, '');
  const places = [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    ...(path === '' ? [] : [`${path}/.well-known/openid-configuration`]),
  ];
  for (const place of places) {
    const { status, body } = await fetch.fetch(new URL(place, base.origin), { method: 'GET', headers: {} }, what);
    if (status === 404 || status === 405) continue;
    if (status !== 200 || body === null) throw fail(`cannot be read (status ${status})`);
    // RFC 8414, 3.3: word for word, or it is somebody else's who would get what is meant for this one.
    if (body['issuer'] !== issuer) throw fail('is that of another issuer');
    const endpoint = (name: string): URL | null => endpointOf(body, name, fetch, fail);
    const tokenEndpoint = endpoint('token_endpoint');
    if (tokenEndpoint === null) throw fail('has no token endpoint');
    return {
      issuer,
      tokenEndpoint,
      authorizationEndpoint: endpoint('authorization_endpoint'),
      registrationEndpoint: endpoint('registration_endpoint'),
      clientAuth: listIn(body, 'token_endpoint_auth_methods_supported') ?? ['client_secret_basic'],
      pkce: listIn(body, 'code_challenge_methods_supported')?.includes('S256') === true,
      metadataDocuments: body['client_id_metadata_document_supported'] === true,
      namesItself: body['authorization_response_iss_parameter_supported'] === true,
    };
  }
  throw fail('is not there');
}

function endpointOf(body: JsonObject, name: string, fetch: SafeFetch, fail: (why: string) => Fault): URL | null {
  const value = body[name];
  if (value === undefined) return null;
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const refusal = url === null ? 'it is no URL' : fetch.refusal(url);
  if (url === null || refusal !== null) throw fail(`names a ${name} that is not called: ${refusal}`);
  return url;
}

function listIn(body: JsonObject, name: string): readonly string[] | null {
  const value = body[name];
  return Array.isArray(value) ? value.filter(isText).slice(0, 64) : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2048;
}

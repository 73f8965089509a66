import { Fault } from '../../core/fault.ts';
import type { Clock } from '../../core/clock.ts';
import type { JsonObject } from '../rpc-message.ts';
import { isSameResource, type AuthorizationServer } from './discover.ts';
import type { SafeFetch } from './safe-fetch.ts';

export interface OAuthClientId {
  readonly id: string;
  readonly secret: string | null;
}

export interface IssuedToken {
  readonly access: string;
  readonly refresh: string | null;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a token has to be to be used. */
export interface TokenTerms {
  readonly issuer: string;
  /** What it is for. */
  readonly resource: string;
  /** Other names of that. */
  readonly audience: readonly string[];
  /** What was asked for. */
  readonly scopes: readonly string[];
  /** What may have been asked for at all. */
  readonly allowed: ReadonlySet<string>;
}

/** Of a token that does not say when it ends. */
const LIFETIME = 5 * 60_000;
const LONGEST = 64 * 1024;
const WORD = /^[\x21-\x7e]+$/;

/** Asks for a token (RFC 6749, 3.2), as one client, for one resource (RFC 8707). @throws Fault `ERR_UPSTREAM_AUTH`. */
export async function requestToken(
  server: AuthorizationServer,
  client: OAuthClientId,
  grant: Readonly<Record<string, string>>,
  terms: TokenTerms,
  around: { readonly fetch: SafeFetch; readonly clock: Clock },
): Promise<IssuedToken> {
  const body = new URLSearchParams({ ...grant, resource: terms.resource });
  if (terms.scopes.length > 0) body.set('scope', terms.scopes.join(' '));
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (client.secret === null) body.set('client_id', client.id);
  else if (server.clientAuth.includes('client_secret_basic') || !server.clientAuth.includes('client_secret_post')) {
    headers['authorization'] =
      `Basic ${Buffer.from(`${formed(client.id)}:${formed(client.secret)}`).toString('base64')}`;
  } else {
    body.set('client_id', client.id);
    body.set('client_secret', client.secret);
  }
  const sent = { method: 'POST' as const, headers, body: body.toString() };
  const { status, body: answer } = await around.fetch.fetch(server.tokenEndpoint, sent, 'The token endpoint');
  return readToken(status, answer, terms, around.clock);
}

/** What a token endpoint answered (RFC 6749, 5), held against what was asked for. @throws Fault `ERR_UPSTREAM_AUTH`. */
export function readToken(status: number, answer: JsonObject | null, terms: TokenTerms, clock: Clock): IssuedToken {
  const fail = (why: string): Fault => new Fault('ERR_UPSTREAM_AUTH', why, { where: terms.issuer });
  if (status !== 200 || answer === null) {
    const error = answer?.['error'];
    const code = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : 'no error code';
    throw fail(`The authorization server gave no token (status ${status}: ${code}).`);
  }
  const { access_token: access, refresh_token: refresh, token_type: type, expires_in: seconds, scope } = answer;
  if (typeof access !== 'string' || access.length > LONGEST || !WORD.test(access))
    throw fail('The authorization server answered without a token.');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    throw fail('The authorization server answered with a token that is no bearer token.');
  const granted = typeof scope === 'string' ? scope.split(' ').filter((word) => word !== '') : terms.scopes;
  const beyond = granted.find((word) => !terms.allowed.has(word));
  if (beyond !== undefined && typeof scope === 'string')
    throw fail('The authorization server gave a token that may do more than was asked for.');
  const now = clock();
  const problem = tokenProblem(access, terms, now);
  if (problem !== null) throw fail(`The authorization server gave a token that is not used: ${problem}.`);
  const life = typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : LIFETIME;
  return {
    access,
    refresh: typeof refresh === 'string' && refresh.length <= LONGEST && WORD.test(refresh) ? refresh : null,
    scopes: granted,
    expiresAt: now + life,
  };
}

/**
 * Why a token must not be sent to the resource, or null. A token that nobody but its issuer can read says nothing; one that can be
 * read (RFC 9068) must be for the resource: what is sent to the wrong one could be used at the right one.
 */
export function tokenProblem(
  token: string,
  { issuer, resource, audience }: Pick<TokenTerms, 'issuer' | 'resource' | 'audience'>,
  now: number,
): string | null {
  const claims = claimsOf(token);
  if (claims === null) return null;
  const { aud, iss, exp } = claims;
  if (typeof iss === 'string' && iss !== issuer) return 'it was issued by somebody else';
  if (typeof exp === 'number' && exp * 1000 <= now) return 'it has expired';
  const names = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : [];
  const fits = (name: unknown): boolean =>
    typeof name === 'string' && (audience.includes(name) || isSameResource(name, resource));
  return names.some(fits) ? null : 'it is for somebody else (`aud`)';
}

function claimsOf(token: string): JsonObject | null {
  const [head, payload, signature, ...rest] = token.split('.');
  if (head === undefined || payload === undefined || signature === undefined || rest.length > 0) return null;
  try {
    const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const both = typeof header === 'object' && header !== null && typeof claims === 'object' && claims !== null;
    return both ? (claims as JsonObject) : null;
  } catch {
    return null;
  }
}

/** RFC 6749, 2.3.1: each half is form-encoded first. */
function formed(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

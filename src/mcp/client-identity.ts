import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { createJwtVerifier, type JwtVerifier } from '../access/jwt-verifier.ts';
import type { McpConfig } from '../config/mcp-schema.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';

export interface KnownClient {
  readonly status: 'known';
  readonly principal: Principal;
  /** The token that an issuer gave them for this proxy; never passed on, but good to be exchanged. Null where there is none. */
  readonly token: string | null;
}

export type Identity =
  | KnownClient
  | { readonly status: 'refused'; readonly code: 401 | 403 | 421; readonly reason: string };

const ANONYMOUS: Principal = { id: 'anonymous', kind: 'anonymous', claims: {} };

/** Who may call `parapet mcp serve`, and from where. */
export class ClientIdentity {
  readonly #listen: McpConfig['listen'];
  readonly #tokens: readonly { readonly principal: string; readonly digest: Buffer }[];
  readonly #verifier: JwtVerifier | null;
  readonly #anonymous: boolean;
  readonly #origins: ReadonlySet<string>;

  /** @throws Fault `ERR_CONFIG` when strangers could call it, or tokens that are meant for others would be taken. */
  constructor(config: McpConfig, parts: { readonly directory: string; readonly clock: Clock; readonly url: string }) {
    const { listen } = config;
    this.#listen = listen;
    this.#tokens = Object.entries(listen.tokens).map(([principal, token]) => ({ principal, digest: digest(token) }));
    for (const [index, { audience }] of listen.jwt.entries()) {
      const all = typeof audience === 'string' ? [audience] : audience;
      if (!all.every((one) => one === parts.url || one.startsWith(`${parts.url}/`)))
        throw new Fault('ERR_CONFIG', 'Tokens for somebody else would be accepted.', {
          where: `mcp.listen.jwt[${index}].audience`,
          hint: `It must be the address of this proxy, ${parts.url} (mcp.listen.url).`,
        });
    }
    this.#verifier =
      listen.jwt.length === 0
        ? null
        : createJwtVerifier(listen.jwt, { ...parts, fetch: (url, init) => globalThis.fetch(url, init) });
    const closed = listen.jwt.length > 0 || this.#tokens.length > 0;
    this.#anonymous = listen.anonymous ?? (!closed && isLoopback(listen.host));
    if (!closed && !this.#anonymous)
      throw new Fault('ERR_CONFIG', 'Anybody on the network could call the servers.', {
        where: 'mcp.listen',
        hint: 'Configure `tokens` or `jwt`, or bind to 127.0.0.1.',
      });
    this.#origins = new Set(listen.origins);
  }

  async identify({ headers }: IncomingMessage): Promise<Identity> {
    const host = hostOf(headers.host);
    if (host === null || !(isIP(host) !== 0 || host === 'localhost' || this.#listen.names.includes(host)))
      return refused(421, 'The proxy is not served under this host name (mcp.listen.names).');
    // A page that a browser shows says where it comes from; programs say nothing.
    if (headers.origin !== undefined && !this.#origins.has(headers.origin))
      return refused(403, 'This origin may not call the proxy (mcp.listen.origins).');
    const { authorization } = headers;
    if (authorization === undefined)
      return this.#anonymous
        ? { status: 'known', principal: ANONYMOUS, token: null }
        : refused(401, 'A bearer token is needed.');
    const token = /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization)?.[1];
    if (token === undefined) return refused(401, 'The credential is no bearer token.');
    const given = digest(token);
    const known = this.#tokens.filter((one) => timingSafeEqual(one.digest, given));
    if (known[0] !== undefined)
      return { status: 'known', principal: { id: known[0].principal, kind: 'key', claims: {} }, token: null };
    if (this.#verifier === null) return refused(401, 'The token is not known.');
    const verdict = await this.#verifier.verify(token);
    return verdict.status === 'valid'
      ? { status: 'known', principal: verdict.principal, token }
      : refused(401, verdict.reason);
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function hostOf(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(code: 401 | 403 | 421, reason: string): Identity {
  return { status: 'refused', code, reason };
}

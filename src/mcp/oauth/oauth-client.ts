import { createHash } from 'node:crypto';
import type { McpServerConfig } from '../../config/mcp-schema.ts';
import type { UpstreamOAuthConfig } from '../../config/mcp-auth-schema.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault, isFault } from '../../core/fault.ts';
import { readExchangeAnswer, tokenExchangeRequest } from '../../flow/scope/token-exchange.ts';
import { type AuthorizationServer, canonicalResource, discoverServer, issuersOf } from './discover.ts';
import { type Challenge, readChallenge } from './read-challenge.ts';
import { SafeFetch } from './safe-fetch.ts';
import { type IssuedToken, type OAuthClientId, requestToken, tokenProblem, type TokenTerms } from './token-request.ts';
import type { StoredGrant, TokenStore } from './token-store.ts';

/** For whom a token is. */
export interface TokenSubject {
  /** Id of the principal. */
  readonly principal: string;
  /** The token that the client came with; it goes to the issuer that the operator has named, and nowhere else. */
  readonly token: string | null;
}

/** How long metadata is believed. */
const METADATA_HOLDS = 10 * 60_000;
/** A token that ends so soon is renewed before it is used. */
const SOON = 30_000;
const MOST_TOKENS = 1000;

export interface OAuthClientParts {
  /** Name of the server. */
  readonly server: string;
  readonly settings: McpServerConfig;
  readonly store: TokenStore;
  readonly clock: Clock;
}

/**
 * Gets tokens for one server behind the proxy, and keeps them: by issuer, principal and scopes, so that no token of one is ever
 * used for another. Nothing that the server says decides to whom a secret or a user's token is sent: that is the issuer of the
 * configuration, or the one at which the principal signed in.
 */
export class OAuthClient {
  readonly server: string;
  readonly url: URL;
  readonly config: UpstreamOAuthConfig;
  readonly fetch: SafeFetch;
  readonly clock: Clock;
  readonly store: TokenStore;
  /** What tokens are for. */
  readonly resource: string;
  /** Every scope that may ever be asked for. */
  readonly allowed: ReadonlySet<string>;
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #running = new Map<string, Promise<IssuedToken>>();
  #metadata: { readonly issuer: string; readonly until: number; readonly server: AuthorizationServer } | null = null;
  #named: string | null = null;

  constructor({ server, settings, store, clock }: OAuthClientParts) {
    const { oauth, url } = settings;
    if (oauth === undefined || url === undefined) throw new TypeError('the server has no oauth');
    this.server = server;
    this.url = new URL(url);
    this.config = oauth;
    this.store = store;
    this.clock = clock;
    this.resource = canonicalResource(oauth.resource ?? url);
    this.allowed = new Set([...oauth.scopes, ...oauth.stepUp]);
    const open = new Set<string>();
    if (settings.private) open.add(this.url.origin);
    if (oauth.private && oauth.issuer !== undefined) open.add(new URL(oauth.issuer).origin);
    this.fetch = new SafeFetch(open);
  }

  /** What the server demanded last: where its metadata is. */
  heard(challenge: Challenge): void {
    if (challenge.resourceMetadata !== null && challenge.resourceMetadata !== this.#named) {
      this.#named = challenge.resourceMetadata;
      this.#metadata = null;
    }
  }

  /** Asks the server, without a credential, what it demands. */
  async probe(): Promise<Challenge> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'ping' });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const { status, challenge } = await this.fetch.fetch(this.url, { method: 'POST', headers, body }, 'The server');
    return readChallenge(status === 401 ? challenge : undefined);
  }

  /**
   * The authorization server, as the configuration or an earlier sign-in knows it, and the server behind the proxy agrees.
   * @param known at which the principal signed in. @throws Fault `ERR_UPSTREAM_AUTH`.
   */
  async discover(known: string | null): Promise<AuthorizationServer> {
    const wanted = this.config.issuer ?? known;
    const now = this.clock();
    if (this.#metadata !== null && this.#metadata.until > now && (wanted === null || this.#metadata.issuer === wanted))
      return this.#metadata.server;
    const listed = await issuersOf(this.url, this.#named, this.resource, this.fetch);
    if (wanted !== null && listed !== null && !listed.includes(wanted))
      throw this.fault('The server no longer names the authorization server that is known for it.');
    const issuer = wanted ?? listed?.[0];
    if (issuer === undefined) throw this.fault('The server names no authorization server; name it as `oauth.issuer`.');
    const server = await discoverServer(issuer, this.fetch);
    this.#metadata = { issuer, until: now + METADATA_HOLDS, server };
    return server;
  }

  terms(issuer: string, scopes: readonly string[]): TokenTerms {
    const { resource, allowed, config } = this;
    return { issuer, resource, audience: config.audience, scopes, allowed };
  }

  /** A token that is good now. @throws Fault `ERR_UPSTREAM_AUTH` when there is none to be had. */
  async token(subject: TokenSubject, scopes: readonly string[]): Promise<string> {
    const key = this.#key(subject, scopes);
    const kept = this.#tokens.get(key);
    if (kept !== undefined && kept.expiresAt > this.clock() + SOON) return kept.access;
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#obtain(subject, scopes).finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    const token = await running;
    if (this.#tokens.size >= MOST_TOKENS) this.#tokens.clear();
    this.#tokens.set(key, token);
    return token.access;
  }

  /** The server did not take it. */
  reject(subject: TokenSubject, scopes: readonly string[], token: string): void {
    const key = this.#key(subject, scopes);
    if (this.#tokens.get(key)?.access === token) this.#tokens.delete(key);
    if (this.config.grant !== 'authorization-code') return;
    const grant = this.store.read(this.server, subject.principal);
    if (grant?.access === token) this.store.write(this.server, subject.principal, { ...grant, expiresAt: 0 });
  }

  async close(): Promise<void> {
    await this.fetch.close();
  }

  fault(message: string, hint?: string): Fault {
    const where = `mcp.servers.${this.server}.oauth`;
    return new Fault('ERR_UPSTREAM_AUTH', message, { where, ...(hint === undefined ? {} : { hint }) });
  }

  #obtain(subject: TokenSubject, scopes: readonly string[]): Promise<IssuedToken> {
    switch (this.config.grant) {
      case 'client-credentials':
        return this.#asItself(scopes);
      case 'token-exchange':
        return this.#exchanged(subject, scopes);
      case 'authorization-code':
        return this.#signedIn(subject, scopes);
    }
  }

  async #asItself(scopes: readonly string[]): Promise<IssuedToken> {
    const server = await this.discover(null);
    const grant = { grant_type: 'client_credentials' };
    return requestToken(server, this.#configured(), grant, this.terms(server.issuer, scopes), this);
  }

  async #exchanged({ token }: TokenSubject, scopes: readonly string[]): Promise<IssuedToken> {
    if (token === null)
      throw this.fault('The client came with no token that could be exchanged: only those of `listen.jwt` are.');
    const server = await this.discover(null);
    const { id, secret } = this.#configured();
    const { url, headers, body } = tokenExchangeRequest({
      endpoint: server.tokenEndpoint.href,
      subjectToken: token,
      subjectTokenType: 'access_token',
      resource: this.resource,
      ...(scopes.length === 0 ? {} : { scope: scopes }),
      client: { id, secret: secret ?? '' },
    });
    const answer = await this.fetch.fetch(new URL(url), { method: 'POST', headers, body }, 'The token endpoint');
    const read = readExchangeAnswer(answer.status, JSON.stringify(answer.body));
    if (!read.ok) throw this.fault(read.reason);
    const now = this.clock();
    const terms = this.terms(server.issuer, scopes);
    const problem =
      read.token === token ? 'it is the one that was to be exchanged' : tokenProblem(read.token, terms, now);
    if (problem !== null) throw this.fault(`The token that came of the exchange is not used: ${problem}.`);
    const life = Math.min(read.expiresIn ?? 60, 3600) * 1000;
    return { access: read.token, refresh: null, scopes, expiresAt: now + life };
  }

  async #signedIn({ principal }: TokenSubject, scopes: readonly string[]): Promise<IssuedToken> {
    const again = `parapet mcp login ${this.server} --principal ${principal}`;
    const grant = this.store.read(this.server, principal);
    if (grant === null) throw this.fault(`Nobody has signed in for "${principal}".`, again);
    if (grant.resource !== this.resource || (this.config.issuer ?? grant.issuer) !== grant.issuer)
      throw this.fault(
        'The sign-in is for another resource, or of another issuer, than the configuration says.',
        again,
      );
    const missing = scopes.find((word) => !grant.scopes.includes(word));
    if (missing !== undefined) throw this.fault(`The sign-in does not cover the scope "${missing}".`, again);
    const now = this.clock();
    if (grant.expiresAt > now + SOON && tokenProblem(grant.access, this.terms(grant.issuer, scopes), now) === null)
      return grant;
    if (grant.refresh === null) throw this.fault('The sign-in has ended.', again);
    const server = await this.discover(grant.issuer);
    if (server.issuer !== grant.issuer) throw this.fault('The sign-in is of another issuer.', again);
    // Another process may have renewed it meanwhile; a refresh token is good once.
    const latest = this.store.read(this.server, principal) ?? grant;
    if (latest.access !== grant.access && latest.expiresAt > now + SOON) return latest;
    const wanted = { grant_type: 'refresh_token', refresh_token: latest.refresh ?? grant.refresh };
    const terms = this.terms(grant.issuer, latest.scopes);
    const token = await requestToken(server, latest.client, wanted, terms, this).catch((error: unknown) => {
      throw isFault(error) ? this.fault(`The sign-in could not be renewed. ${error.message}`, again) : error;
    });
    this.keep(principal, server.issuer, latest.client, { ...token, refresh: token.refresh ?? latest.refresh });
    return token;
  }

  /** Keeps what a sign-in came to. */
  keep(principal: string, issuer: string, client: OAuthClientId, token: IssuedToken): void {
    const { access, refresh, scopes, expiresAt } = token;
    const grant: StoredGrant = {
      v: 1,
      issuer,
      resource: this.resource,
      client: { ...client },
      access,
      refresh,
      scopes: [...scopes],
      expiresAt,
    };
    this.store.write(this.server, principal, grant);
  }

  #configured(): OAuthClientId {
    const { clientId, clientSecret } = this.config;
    return { id: clientId ?? '', secret: clientSecret ?? null };
  }

  #key({ principal, token }: TokenSubject, scopes: readonly string[]): string {
    const { grant } = this.config;
    const whose = grant === 'client-credentials' ? '' : principal;
    const from =
      grant === 'token-exchange'
        ? createHash('sha256')
            .update(token ?? '')
            .digest('base64url')
        : '';
    return JSON.stringify([grant, whose, from, [...scopes].toSorted()]);
  }
}

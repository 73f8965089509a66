import { hash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import type { KeyRow } from '../store/store.ts';
import type { Authenticator, Presented } from './access.ts';
import { createAuthThrottle } from './auth-throttle.ts';
import type { AuthThrottleLimits } from './auth-throttle.ts';
import { commonNames } from './client-certificate.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { FetchLike } from './issuer-keys.ts';
import { createJwtVerifier } from './jwt-verifier.ts';
import type { JwtIssuerConfig, JwtVerdict } from './jwt-verifier.ts';
import { createLruMap } from './lru-map.ts';
import { readCredential } from './presented-credential.ts';
import type { KeyService, KeyVerdict } from './virtual-keys.ts';

/** The part of the configuration that says who is who. Durations in milliseconds. */
export interface AccessConfigLike {
  readonly anonymous?: { readonly principal: string; readonly team?: string | undefined } | undefined;
  readonly keys: boolean;
  readonly jwt: readonly JwtIssuerConfig[];
  readonly mtls: readonly {
    readonly match: string;
    readonly principal: string;
    readonly team?: string | undefined;
  }[];
  readonly throttle: AuthThrottleLimits;
}

export interface AuthenticatorParts {
  readonly config: AccessConfigLike;
  /** Directory that relative paths in the configuration start from. */
  readonly directory: string;
  readonly keys: Pick<KeyService, 'verify'>;
  readonly clock: Clock;
  readonly fetch?: FetchLike;
}

/** Milliseconds for which a verified token is not verified again. Keys that an issuer withdraws live on as long. */
const TOKEN_REMEMBERED_FOR = 30_000;
const TOKENS_REMEMBERED = 10_000;

const NO_CREDENTIAL_HINT =
  'Send a virtual key or a token in the header "Authorization: Bearer …", "x-api-key", "api-key" or "x-goog-api-key".';

/**
 * Who asks, decided in this order:
 *
 * 1. A key or token in a header. It alone identifies the caller; when it is wrong the request is refused, whatever
 *    else was presented. A client certificate presented with it is recorded in the principal's claims, as
 *    `certificate`, so that a policy can ask for both.
 * 2. A client certificate, when any is mapped to a principal. One that is mapped to nobody is refused.
 * 3. Nothing: the anonymous principal when one is configured.
 *
 * Failures are counted per address. A throttled address is refused before any hashing, signature or database work,
 * except for credentials that proved themselves here before: those are found by one look-up, and without that
 * exception one broken client behind a shared address would lock out its neighbours.
 *
 * @throws Fault `ERR_CONFIG` when a key set cannot be used.
 */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { config, keys, clock } = parts;
  const throttle = createAuthThrottle(config.throttle, clock);
  const jwt = createJwtVerifier(config.jwt, {
    directory: parts.directory,
    clock,
    fetch: parts.fetch ?? ((url, init) => fetch(url, init)),
  });
  const tokens = createLruMap<string, { readonly principal: Principal; readonly until: number; readonly at: number }>(
    TOKENS_REMEMBERED,
  );
  const keyPrincipals = new WeakMap<KeyRow, Principal>();
  const mapped = config.mtls.map((entry) => ({
    ...entry,
    to: deepFreezePrincipal(entry.principal, 'mtls', entry.team),
  }));
  const anonymous =
    config.anonymous === undefined
      ? null
      : deepFreezePrincipal(config.anonymous.principal, 'anonymous', config.anonymous.team);

  function refuse(address: string, message: string, counts = true): never {
    if (counts) throttle.failed(address);
    throw new Fault('ERR_UNAUTHENTICATED', message);
  }

  function fromKey(verdict: KeyVerdict, presented: Presented): Principal {
    switch (verdict.status) {
      case 'valid': {
        let principal = keyPrincipals.get(verdict.row);
        if (principal === undefined) {
          principal = keyPrincipal(verdict.row);
          keyPrincipals.set(verdict.row, principal);
        }
        return withCertificate(principal, presented);
      }
      case 'expired':
        return refuse(presented.address, 'The virtual key has expired.');
      case 'revoked':
        return refuse(presented.address, 'The virtual key was revoked.');
      case 'unknown':
        return refuse(presented.address, 'The virtual key is not valid.');
    }
  }

  function fromToken(token: string, presented: Presented): Principal | Promise<Principal> {
    const digest = hash('sha256', token, 'base64');
    const known = tokens.get(digest);
    const now = clock();
    if (known !== undefined && now < known.until && now >= known.at) {
      return withCertificate(known.principal, presented);
    }
    if (known === undefined) throttle.admit(presented.address);
    return jwt.verify(token).then((verdict: JwtVerdict) => {
      if (verdict.status === 'refused') {
        tokens.delete(digest);
        return refuse(presented.address, verdict.reason, verdict.counts);
      }
      const until = Math.min(verdict.expiresAt, now + TOKEN_REMEMBERED_FOR);
      tokens.set(digest, { principal: verdict.principal, until, at: now });
      return withCertificate(verdict.principal, presented);
    });
  }

  function fromCertificate(presented: Presented, certificate: NonNullable<Presented['certificate']>): Principal {
    const names = new Set([...certificate.names, ...commonNames(certificate.subject).map((name) => `CN=${name}`)]);
    const entry = mapped.find(({ match }) => names.has(match));
    if (entry === undefined) {
      throttle.admit(presented.address);
      return refuse(presented.address, 'The client certificate belongs to no principal.');
    }
    return withCertificate(entry.to, presented);
  }

  return {
    authenticate(presented) {
      const credential = readPresented(presented);
      if (credential === null) {
        if (presented.certificate !== null && mapped.length > 0)
          return fromCertificate(presented, presented.certificate);
        if (anonymous !== null) return anonymous;
        throw new Fault('ERR_UNAUTHENTICATED', 'The request shows no credential.', { hint: NO_CREDENTIAL_HINT });
      }
      if (credential.kind === 'key' && config.keys) {
        const verdict = keys.verify(credential.text, () => throttle.admit(presented.address));
        return verdict instanceof Promise
          ? verdict.then((settled) => fromKey(settled, presented))
          : fromKey(verdict, presented);
      }
      if (credential.kind === 'jwt' && config.jwt.length > 0) return fromToken(credential.text, presented);
      throttle.admit(presented.address);
      return refuse(presented.address, 'The credential is of no kind that is accepted here.');
    },
  };

  function readPresented(presented: Presented) {
    try {
      return readCredential(presented.headers);
    } catch (error) {
      throttle.admit(presented.address);
      throttle.failed(presented.address);
      throw error;
    }
  }
}

function keyPrincipal(row: KeyRow): Principal {
  return deepFreeze({
    id: row.principal,
    kind: 'key',
    ...(row.team === null ? {} : { team: row.team }),
    keyId: row.id,
    claims: row.note === null ? {} : { note: row.note },
  });
}

function deepFreezePrincipal(id: string, kind: Principal['kind'], team: string | undefined): Principal {
  return deepFreeze({ id, kind, ...(team === undefined ? {} : { team }), claims: {} });
}

const recorded = new WeakMap<Principal, WeakMap<object, Principal>>();

/** The same principal and certificate give the same object, which downstream caches are tied to. */
function withCertificate(principal: Principal, { certificate }: Presented): Principal {
  if (certificate === null) return principal;
  let byCertificate = recorded.get(principal);
  if (byCertificate === undefined) recorded.set(principal, (byCertificate = new WeakMap()));
  let whole = byCertificate.get(certificate);
  if (whole === undefined) {
    whole = deepFreeze({
      ...principal,
      claims: { ...principal.claims, certificate: { ...certificate, names: [...certificate.names] } },
    });
    byCertificate.set(certificate, whole);
  }
  return whole;
}

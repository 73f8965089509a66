import { decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { deepFreeze } from './deep-freeze.ts';
import { keysFromDiscovery, keysFromFile, keysFromUrl } from './issuer-keys.ts';
import type { FetchLike, IssuerKeys } from './issuer-keys.ts';
import { secureUrl } from './secure-url.ts';

/** One trusted issuer, as configured. Durations in milliseconds. */
export interface JwtIssuerConfig {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  readonly jwks?: string | { readonly file: string } | undefined;
  readonly algorithms: readonly string[];
  readonly clockSkew: number;
  readonly principalClaim: string;
  readonly teamClaim?: string | undefined;
  /** Put before the principal's id, so that two issuers cannot speak of the same principal. */
  readonly principalPrefix?: string | undefined;
  readonly cacheFor: number;
}

export type JwtVerdict =
  | { readonly status: 'valid'; readonly principal: Principal; /** Milliseconds. */ readonly expiresAt: number }
  /** `counts` is false when the refusal says nothing about the caller. */
  | { readonly status: 'refused'; readonly reason: string; readonly counts: boolean };

export interface JwtVerifier {
  /** @throws Fault `ERR_UPSTREAM_UNREACHABLE` when the issuer's keys cannot be had. */
  verify(token: string): Promise<JwtVerdict>;
}

/** Claims of this name, or below it, would pass for what the gateway itself records about a certificate. */
const RESERVED = /^certificate(\.|$)/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Keys tried for a token without `kid` when several fit its algorithm (jose's advice for such issuers). */
const MOST_KEYS = 8;

/**
 * Verifies signed JSON Web Tokens (RFC 7519) of the configured issuers. The `iss` claim is read before the
 * signature is checked, only to choose which issuer's keys and rules the token must then satisfy; keys never
 * come from the token (`jwk`, `jku`, `x5u`, `x5c` are not looked at). Follows RFC 8725: algorithms from an
 * allow-list, issuer, audience and expiry required.
 * @throws Fault `ERR_CONFIG` when a key set cannot be used.
 */
export function createJwtVerifier(
  configs: readonly JwtIssuerConfig[],
  parts: { readonly directory: string; readonly clock: Clock; readonly fetch: FetchLike },
): JwtVerifier {
  const issuers = configs.map((config) => ({ config, keys: issuerKeys(config, parts) }));

  function choose(payload: JWTPayload) {
    const named = issuers.filter(({ config }) => config.issuer === payload.iss);
    // One issuer may be configured several times, for several audiences.
    return named.find(({ config }) => intersects(config.audience, payload.aud)) ?? named[0];
  }

  return {
    async verify(token) {
      let chosen: ReturnType<typeof choose>;
      try {
        chosen = choose(decodeJwt(token));
      } catch {
        return refused('The token is not a well-formed JSON Web Token.');
      }
      if (chosen === undefined) return refused('The token comes from no trusted issuer.');
      const { config, keys } = chosen;
      try {
        const { payload } = await verifyWith(token, keys.find, {
          issuer: config.issuer,
          audience: typeof config.audience === 'string' ? config.audience : [...config.audience],
          algorithms: [...config.algorithms],
          clockTolerance: config.clockSkew / 1000,
          currentDate: new Date(parts.clock()),
          requiredClaims: ['exp'],
        });
        return accept(payload, config);
      } catch (error) {
        if (error instanceof Fault) throw error;
        // Right after the issuer changed its keys, a good token may name one that is not known here yet.
        const early = error instanceof errors.JWKSNoMatchingKey && keys.coolingDown();
        return refused(reasonOf(error), !early);
      }
    },
  };
}

function issuerKeys(
  config: JwtIssuerConfig,
  parts: { readonly directory: string; readonly clock: Clock; readonly fetch: FetchLike },
): IssuerKeys {
  const { jwks, issuer, cacheFor } = config;
  if (typeof jwks === 'object') return keysFromFile(jwks.file, parts.directory);
  const options = { issuer, cacheFor, fetch: parts.fetch, clock: parts.clock };
  if (jwks === undefined) return keysFromDiscovery(options);
  return keysFromUrl(secureUrl(jwks, `access.jwt: issuer ${issuer}`), options);
}

async function verifyWith(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (tried++ === MOST_KEYS) break;
      try {
        return await jwtVerify(token, key, options);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function accept(payload: JWTPayload, config: JwtIssuerConfig): JwtVerdict {
  const name = nameIn(payload, config.principalClaim);
  if (name === null) return refused(`The token's claim "${config.principalClaim}" names no principal.`);
  // Anyone can enter an address at an issuer that does not check it.
  if (config.principalClaim === 'email' && payload['email_verified'] === false) {
    return refused("The token's e-mail address is not verified.");
  }
  let team: string | null = null;
  if (config.teamClaim !== undefined && payload[config.teamClaim] !== undefined) {
    team = nameIn(payload, config.teamClaim);
    if (team === null) return refused(`The token's claim "${config.teamClaim}" names no team.`);
  }
  const claims = Object.fromEntries(Object.entries(payload).filter(([claim]) => !RESERVED.test(claim)));
  return {
    status: 'valid',
    principal: deepFreeze({
      id: `${config.principalPrefix ?? ''}${name}`,
      kind: 'jwt',
      ...(team === null ? {} : { team }),
      claims,
    }),
    expiresAt: payload.exp! * 1000 + config.clockSkew,
  };
}

function nameIn(payload: JWTPayload, claim: string): string | null {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  if (typeof value !== 'string' || value === '' || value.length > 256) return null;
  return value.trim() === value && !CONTROL.test(value) ? value : null;
}

function intersects(allowed: string | readonly string[], actual: string | readonly string[] | undefined): boolean {
  const wanted = [allowed].flat();
  return [actual ?? []].flat().some((audience) => wanted.includes(audience));
}

/** What the caller may know: which requirement failed, never what was expected instead. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `The token lacks the claim "${error.claim}".`;
    if (error.claim === 'nbf') return 'The token is not valid yet.';
    return `The token's claim "${error.claim}" is not acceptable.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed with an algorithm that is not allowed.';
  if (error instanceof errors.JWKSNoMatchingKey) return "The token's key is not among the issuer's keys.";
  return 'The token cannot be verified.';
}

function refused(reason: string, counts = true): JwtVerdict {
  return { status: 'refused', reason, counts };
}

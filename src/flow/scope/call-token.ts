import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, SignJWT, type CryptoKey, type JWK, type KeyObject } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { canonicalDigest } from '../../text/json/canonical-json.ts';

/** Seconds that a token can live at most; and by how much clocks may differ. */
export const MOST_SECONDS = 60;
const CLOCK_SKEW = 5;
/** Media type of the token (RFC 8725, section 3.11), so that no other token of the same key is taken for one. */
const TYPE = 'parapet-call+jwt';
/** Tokens used within their life that a verifier remembers by itself. */
const MOST_USED = 100_000;

export type CallTokenKey = CryptoKey | KeyObject | JWK | Uint8Array;

export interface CallTokenOptions {
  /** Who makes tokens: a URL or a name that tool servers know. */
  readonly issuer: string;
  /** EdDSA: tool servers need the public key alone, and can make no tokens. HS256: a shared secret of 32 bytes or more. */
  readonly algorithm: 'EdDSA' | 'HS256';
  readonly key: CallTokenKey;
  readonly keyId?: string;
  readonly clock: Clock;
}

/** One call of one tool for one subject. */
export interface TokenCall {
  /** The tool server. */
  readonly audience: string;
  readonly subject: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Makes tokens that are good for one call each, so that the side that talks to a model holds no credential for data. */
export interface CallTokenBroker {
  /** @param seconds of life, 60 at most. @throws RangeError for arguments that JSON does not know. */
  mint(call: TokenCall, seconds?: number): Promise<string>;
}

export function createCallTokenBroker({ issuer, algorithm, key, keyId, clock }: CallTokenOptions): CallTokenBroker {
  assertStrong(algorithm, key);
  return {
    async mint({ audience, subject, tool, args }, seconds = 30) {
      if (!(seconds > 0 && seconds <= MOST_SECONDS))
        throw new RangeError(`A token lives for ${MOST_SECONDS} seconds at most.`);
      const now = Math.floor(clock() / 1000);
      return new SignJWT({ tool, args_hash: canonicalDigest(args) })
        .setProtectedHeader({ alg: algorithm, typ: TYPE, ...(keyId === undefined ? {} : { kid: keyId }) })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + Math.floor(seconds))
        .sign(key);
    },
  };
}

/** Remembers tokens that were used. Several processes that serve one audience need one that they share. */
export interface UsedTokens {
  /** True when the id was not used before; it is from now on. @param until when it may be forgotten, in ms since the epoch. */
  use(id: string, until: number): boolean | Promise<boolean>;
}

/** @returns false also when there is no room to remember one more: what cannot be remembered cannot be known as new. */
export function createUsedTokens(clock: Clock, limit = MOST_USED): UsedTokens {
  const used = new Map<string, number>();
  return {
    use(id, until) {
      const now = clock();
      if (used.size >= limit) for (const [old, end] of used) if (end < now) used.delete(old);
      const known = used.get(id);
      if ((known !== undefined && known >= now) || used.size >= limit) return false;
      used.set(id, until);
      return true;
    },
  };
}

export type VerifiedCall =
  | { readonly ok: true; readonly subject: string; readonly id: string }
  | { readonly ok: false; readonly reason: string };

export interface CallTokenVerifier {
  /** Whether a token is for exactly this call, now, and for the first time. */
  verify(
    token: string,
    call: { readonly tool: string; readonly args: Readonly<Record<string, unknown>> },
  ): Promise<VerifiedCall>;
}

export function createCallTokenVerifier({
  issuer,
  audience,
  algorithm,
  key,
  clock,
  used = createUsedTokens(clock),
}: Omit<CallTokenOptions, 'keyId'> & { readonly audience: string; readonly used?: UsedTokens }): CallTokenVerifier {
  assertStrong(algorithm, key);
  const refused = (reason: string): VerifiedCall => ({ ok: false, reason });
  return {
    async verify(token, { tool, args }) {
      try {
        if (decodeProtectedHeader(token).typ !== TYPE) return refused('This is not a token for a call.');
        const { payload } = await jwtVerify(token, key, {
          issuer,
          audience,
          algorithms: [algorithm],
          typ: TYPE,
          clockTolerance: CLOCK_SKEW,
          currentDate: new Date(clock()),
          requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'tool', 'args_hash'],
        });
        const { sub, exp, iat, jti } = payload;
        if (exp! - iat! > MOST_SECONDS || iat! * 1000 > clock() + CLOCK_SKEW * 1000)
          return refused('The token lives for longer than a call does.');
        if (typeof payload.aud !== 'string') return refused('The token is for more than one audience.');
        if (payload['tool'] !== tool) return refused('The token is for another tool.');
        if (payload['args_hash'] !== canonicalDigest(args)) return refused('The token is for other arguments.');
        if (!(await used.use(jti!, (exp! + CLOCK_SKEW) * 1000))) return refused('The token was used before.');
        return { ok: true, subject: sub!, id: jti! };
      } catch (error) {
        return refused(`The token does not verify: ${(error as { code?: string }).code ?? (error as Error).name}.`);
      }
    },
  };
}

function assertStrong(algorithm: string, key: CallTokenKey): void {
  if (algorithm === 'HS256' && key instanceof Uint8Array && key.length < 32)
    throw new RangeError('A shared secret has 32 bytes or more (RFC 7518, section 3.2).');
  if (algorithm === 'EdDSA' && key instanceof Uint8Array) throw new TypeError('EdDSA takes a key pair and no secret.');
}

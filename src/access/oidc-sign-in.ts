import { randomBytes } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { Configuration, IDToken } from 'openid-client';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { secureUrl } from './secure-url.ts';

export interface OidcSignInConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly redirectUrl: string;
  /** E-mail addresses (only verified ones count) or `sub` values. */
  readonly allow: readonly string[];
}

export interface OidcSignIn {
  /**
   * Begins a sign-in: send the browser to `url`, and keep `state` in a cookie of its own (HttpOnly, SameSite=Lax,
   * ten minutes).
   * @throws Fault `ERR_UPSTREAM_UNREACHABLE`.
   */
  start(): Promise<{ readonly url: string; readonly state: string }>;
  /**
   * Ends it: `url` is what the browser was sent back to, `state` the cookie. `name` is the verified e-mail address,
   * or `sub:<sub>`, so that no issuer can name the local administrator.
   * @throws Fault `ERR_UNAUTHENTICATED`, `ERR_FORBIDDEN` (not on the list), `ERR_UPSTREAM_UNREACHABLE`.
   */
  finish(url: string | URL, state: string): Promise<{ readonly name: string }>;
}

const SIGN_IN_WITHIN = '10m';
const TIMEOUT_SECONDS = 10;

/**
 * Sign-in through an OpenID provider: authorization code with PKCE (RFC 7636, S256), `state` and `nonce`, as RFC 9700
 * §2.1 asks. What must be remembered in between travels encrypted in the browser's cookie, so that sign-ins which
 * strangers begin cost no memory, and a response is accepted only by the browser that asked for it.
 * @throws Fault `ERR_CONFIG` when the issuer's address is not secure.
 */
export function createOidcSignIn(config: OidcSignInConfig, clock: Clock = systemClock): OidcSignIn {
  const issuer = secureUrl(config.issuer, 'admin.oidc.issuer');
  const sealKey = randomBytes(32);
  const emails = new Set(config.allow.filter((entry) => entry.includes('@')).map((entry) => entry.toLowerCase()));
  const subjects = new Set(config.allow.filter((entry) => !entry.includes('@')));
  let discovered: Promise<Configuration> | null = null;

  async function discover(): Promise<Configuration> {
    // Loaded at the first sign-in: most installations never use it.
    const client = await import('openid-client');
    return client.discovery(
      issuer,
      config.clientId,
      config.clientSecret === undefined ? undefined : { client_secret: config.clientSecret },
      config.clientSecret === undefined ? client.None() : undefined,
      {
        timeout: TIMEOUT_SECONDS,
        execute: [
          client.enableNonRepudiationChecks,
          // `secureUrl` lets plain http through for this machine only.
          ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
        ],
      },
    );
  }

  async function provider(): Promise<Configuration> {
    discovered ??= discover();
    try {
      return await discovered;
    } catch (cause) {
      discovered = null;
      throw unreachable(config.issuer, cause);
    }
  }

  function nameOf(claims: IDToken): string {
    const email = typeof claims['email'] === 'string' ? claims['email'].toLowerCase() : null;
    if (email !== null && emails.has(email)) {
      // An address that the provider did not check belongs to whoever typed it.
      if (claims['email_verified'] === true) return email;
    }
    if (subjects.has(claims.sub)) return `sub:${claims.sub}`;
    throw new Fault('ERR_FORBIDDEN', 'This account may not sign in here.', {
      hint: 'Add its verified e-mail address, or its sub, to admin.oidc.allow.',
    });
  }

  return {
    async start() {
      const client = await import('openid-client');
      const configuration = await provider();
      const verifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: config.redirectUrl,
        scope: 'openid email',
        response_type: 'code',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      const now = new Date(clock());
      const sealed = await new EncryptJWT({ verifier, state, nonce })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setIssuedAt(now)
        .setExpirationTime(new Date(clock() + 600_000))
        .encrypt(sealKey);
      return { url: url.href, state: sealed };
    },

    async finish(url, sealed) {
      const client = await import('openid-client');
      const kept = await unseal(sealed, sealKey, clock);
      const configuration = await provider();
      // Behind a proxy the request's own host differs from what the provider knows; only the answer in it matters.
      const answer = new URL(config.redirectUrl);
      answer.search = new URL(url, config.redirectUrl).search;
      let claims: IDToken | undefined;
      try {
        const tokens = await client.authorizationCodeGrant(configuration, answer, {
          pkceCodeVerifier: kept.verifier,
          expectedState: kept.state,
          expectedNonce: kept.nonce,
          idTokenExpected: true,
        });
        claims = tokens.claims();
      } catch (cause) {
        if (isOutage(cause)) throw unreachable(config.issuer, cause);
        throw new Fault('ERR_UNAUTHENTICATED', 'The sign-in was not completed by the provider.', {
          hint: 'Start it again.',
          cause,
        });
      }
      if (claims === undefined) throw new Fault('ERR_UNAUTHENTICATED', 'The provider gave no identity.');
      return { name: nameOf(claims) };
    },
  };
}

function unreachable(issuer: string, cause: unknown): Fault {
  return new Fault('ERR_UPSTREAM_UNREACHABLE', 'The sign-in provider cannot be reached.', {
    where: issuer,
    hint: 'Check admin.oidc.issuer, or sign in as the local administrator.',
    cause,
  });
}

/** `fetch` fails with a TypeError; the library names its own time-out. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.cause instanceof TypeError ||
    error instanceof TypeError ||
    ('code' in error && error.code === 'OAUTH_TIMEOUT')
  );
}

async function unseal(sealed: string, key: Uint8Array, clock: Clock) {
  try {
    const { payload } = await jwtDecrypt<{ verifier: string; state: string; nonce: string }>(sealed, key, {
      currentDate: new Date(clock()),
      maxTokenAge: SIGN_IN_WITHIN,
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return payload;
  } catch (cause) {
    throw new Fault('ERR_UNAUTHENTICATED', 'The sign-in took too long, or was begun in another browser.', {
      hint: 'Start it again.',
      cause,
    });
  }
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { secureUrl } from './secure-url.ts';

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The public keys of one issuer, from wherever they come. */
export interface IssuerKeys {
  /** @throws Fault `ERR_UPSTREAM_UNREACHABLE` when they cannot be had; jose's errors when none fits the token. */
  readonly find: JWTVerifyGetKey;
  /** True while an unknown key id is not worth another fetch, so that a miss may mean "not yet known here". */
  readonly coolingDown: () => boolean;
}

const LARGEST = 1024 * 1024;
const TIMEOUT = 5000;
/** Milliseconds after a successful fetch before an unknown key id causes another. */
const COOLDOWN = 10_000;
/** Milliseconds for which a failed fetch is not repeated, so that a broken issuer is not hammered. */
const BACK_OFF = 1000;

/**
 * A key set (RFC 7517 §5) in a file, read now.
 * @throws Fault `ERR_CONFIG` when it is missing, malformed, or holds a key that is not public.
 */
export function keysFromFile(file: string, directory: string): IssuerKeys {
  const path = resolve(directory, file);
  let set: JSONWebKeySet;
  try {
    set = JSON.parse(readFileSync(path, 'utf8')) as JSONWebKeySet;
    const find = createLocalJWKSet(set);
    const secret = set.keys.findIndex((key) => 'd' in key || key.kty === 'oct');
    if (secret !== -1) {
      throw new Fault('ERR_CONFIG', 'The key set holds a private or symmetric key; verifying needs public ones only.', {
        where: `${path}: keys[${secret}]`,
        hint: 'Remove it, and consider it leaked.',
      });
    }
    return { find, coolingDown: () => false };
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Fault(
      'ERR_CONFIG',
      missing ? 'The key set file does not exist.' : 'The file is not a JSON Web Key Set.',
      {
        where: path,
        cause,
      },
    );
  }
}

export interface FetchedKeysOptions {
  readonly issuer: string;
  /** Milliseconds for which fetched keys are kept. */
  readonly cacheFor: number;
  readonly fetch: FetchLike;
  readonly clock: Clock;
}

/** A key set behind a URL: fetched at first use, and again for an unknown key id. */
export function keysFromUrl(url: URL, options: FetchedKeysOptions): IssuerKeys {
  return remoteKeys(url, options, guardedFetch(options));
}

/** A key set found through the issuer's OpenID configuration (OpenID Connect Discovery 1.0 §4), at first use. */
export function keysFromDiscovery(options: FetchedKeysOptions): IssuerKeys {
  const { issuer } = options;
  const document = `${secureUrl(issuer, issuer).href.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const load = guardedFetch(options);
  let pending: Promise<RemoteKeys> | null = null;
  let found: RemoteKeys | null = null;

  async function discover(): Promise<RemoteKeys> {
    const metadata = await load(document, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) });
    const { issuer: named, jwks_uri: keys } = (metadata ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
    // §4.3: otherwise one issuer could hand out keys in the name of another.
    if (named !== issuer) throw unreachable(issuer, new Error('the OpenID configuration names another issuer'));
    if (typeof keys !== 'string') throw unreachable(issuer, new Error('the OpenID configuration has no jwks_uri'));
    try {
      return remoteKeys(secureUrl(keys, document), options, load);
    } catch (cause) {
      throw unreachable(issuer, cause);
    }
  }

  return {
    async find(header, token) {
      pending ??= discover();
      try {
        found = await pending;
        return await found.find(header, token);
      } catch (error) {
        // The keys may have moved: the next token looks for them anew. Keys that are still good stay.
        if (error instanceof Fault && !(found?.fresh() ?? false)) pending = null;
        throw error;
      }
    },
    coolingDown: () => found?.coolingDown() ?? false,
  };
}

interface RemoteKeys extends IssuerKeys {
  readonly fresh: () => boolean;
}

function remoteKeys(url: URL, options: FetchedKeysOptions, load: GuardedFetch): RemoteKeys {
  const set = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOLDOWN,
    cacheMaxAge: options.cacheFor,
    [customFetch]: async (target, init) => Response.json(await load(target, init)),
  });
  return {
    async find(header, token) {
      try {
        return await set(header, token);
      } catch (error) {
        if (error instanceof errors.JWKSInvalid) throw unreachable(options.issuer, error);
        throw error;
      }
    },
    coolingDown: () => set.coolingDown,
    fresh: () => set.fresh,
  };
}

type GuardedFetch = (url: string, init: RequestInit) => Promise<unknown>;

/** Fetches one JSON document: bounded, without redirects, and not again right after a failure. */
function guardedFetch({ issuer, fetch, clock }: FetchedKeysOptions): GuardedFetch {
  let failed: { readonly at: number; readonly fault: Fault } | null = null;
  return async (url, init) => {
    if (failed !== null && Math.abs(clock() - failed.at) < BACK_OFF) throw failed.fault;
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`${url} answered ${response.status} instead of 200`);
      }
      const json: unknown = JSON.parse(await boundedText(response));
      failed = null;
      return json;
    } catch (error) {
      const fault = unreachable(issuer, error);
      failed = { at: clock(), fault };
      throw fault;
    }
  };
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > LARGEST) throw new Error(`the document is larger than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function unreachable(issuer: string, cause: unknown): Fault {
  return new Fault(
    'ERR_UPSTREAM_UNREACHABLE',
    'The keys of the token issuer cannot be fetched, so no token is accepted.',
    {
      where: issuer,
      hint: 'This is not about the token: try again later.',
      retryAfter: 5,
      cause,
    },
  );
}

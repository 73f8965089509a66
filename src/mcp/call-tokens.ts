import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JWK } from 'jose';
import type { CallTokenConfig } from '../config/mcp-auth-schema.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { claimValues } from '../flow/claim.ts';
import { type CallTokenBroker, type CallTokenKey, createCallTokenBroker } from '../flow/scope/call-token.ts';
import { isObject, type JsonObject } from './rpc-message.ts';

/** Makes a token for one call of one server's tools. */
export interface CallTokens {
  readonly header: string;
  /** @throws Fault `ERR_UPSTREAM_AUTH` when nobody is known for whom the call is. */
  mint(tool: string, args: JsonObject, who: Principal | null): Promise<string>;
}

const MOST_BYTES = 16 * 1024;

/** @param server its name. @throws Fault `ERR_CONFIG` when the key cannot be used. */
export async function openCallTokens(
  server: string,
  config: CallTokenConfig,
  parts: { readonly url: string | undefined; readonly directory: string; readonly clock: Clock },
): Promise<CallTokens> {
  const { issuer, algorithm, keyId, lifetime, header } = config;
  const where = `mcp.servers.${server}.callToken`;
  let broker: CallTokenBroker;
  try {
    const key =
      algorithm === 'EdDSA'
        ? await readKey(resolve(parts.directory, config.keyFile ?? ''))
        : new Uint8Array(Buffer.from(config.secret ?? ''));
    const named = keyId === undefined ? {} : { keyId };
    broker = createCallTokenBroker({ issuer, algorithm, key, clock: parts.clock, ...named });
    // A key of another kind shows only when it signs.
    await broker.mint({ audience: 'nobody', subject: 'nobody', tool: 'nothing', args: {} }, 1);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The key for tokens of calls cannot be used.', {
      where,
      hint: 'EdDSA needs a private key (PKCS #8 in PEM, or a JWK): openssl genpkey -algorithm ed25519',
      cause,
    });
  }
  const audience = config.audience ?? parts.url ?? server;
  return {
    header: header.toLowerCase(),
    async mint(tool, args, who) {
      const [subject, ...others] = claimValues(who, 'sub');
      if (subject === undefined || others.length > 0)
        throw new Fault('ERR_UPSTREAM_AUTH', 'Nobody is known for whom a token could be made.', { where });
      return broker.mint({ audience, subject, tool, args }, lifetime / 1000);
    },
  };
}

async function readKey(path: string): Promise<CallTokenKey> {
  const text = await readFile(path, 'utf8');
  if (text.length > MOST_BYTES) throw new RangeError('too long');
  if (!text.trimStart().startsWith('{')) return createPrivateKey(text);
  const jwk: unknown = JSON.parse(text);
  if (!isObject(jwk) || jwk['d'] === undefined) throw new TypeError('no private key');
  return jwk as JWK;
}

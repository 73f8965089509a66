import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CallTokensConfig } from '../../config/call-token-schema.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault } from '../../core/fault.ts';
import type { Principal } from '../../core/principal.ts';
import { wildcard } from '../../core/wildcard.ts';
import { claimValues } from '../../flow/claim.ts';
import type { FlowCall } from '../../flow/history.ts';
import { createCallTokenBroker } from '../../flow/scope/call-token.ts';

/** A token for one call, as its carrier gets it. */
export interface MintedToken {
  readonly token: string;
  readonly audience: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Makes tokens for calls that were let through. */
export interface CallTokens {
  /** Whether the configuration has tokens for a tool. */
  covers(tool: string): boolean;
  /** @throws Fault `ERR_FORBIDDEN` when nobody is known for whom the call is. */
  mint(call: FlowCall, principal: Principal): Promise<MintedToken>;
}

/** @param directory that paths are relative to. @throws Fault `ERR_CONFIG` when the key cannot be used. */
export async function openCallTokens(config: CallTokensConfig, directory: string, clock: Clock): Promise<CallTokens> {
  const { issuer, algorithm, keyFile, secret, keyId, lifetime } = config;
  const tools = config.tools.map(({ tool, audience }) => ({ matches: wildcard(tool), audience }));
  const audienceOf = (tool: string): string | undefined => tools.find(({ matches }) => matches(tool))?.audience;
  let broker;
  try {
    const key =
      keyFile === undefined
        ? new Uint8Array(Buffer.from(secret ?? '', 'utf8'))
        : createPrivateKey(await readFile(resolve(directory, keyFile)));
    broker = createCallTokenBroker({ issuer, algorithm, key, clock, ...(keyId === undefined ? {} : { keyId }) });
    // A key of another kind shows only when it signs.
    await broker.mint({ audience: 'nobody', subject: 'nobody', tool: 'nothing', args: {} }, 1);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The key for tokens of calls cannot be used.', {
      where: 'flow.callTokens',
      hint: 'EdDSA needs a private key in PEM: openssl genpkey -algorithm ed25519',
      cause,
    });
  }
  const made = broker;
  return {
    covers: (tool) => audienceOf(tool) !== undefined,
    async mint({ tool, args = {} }, principal) {
      const [subject, ...others] = claimValues(principal, 'sub');
      const audience = audienceOf(tool);
      if (subject === undefined || others.length > 0 || audience === undefined)
        throw new Fault('ERR_FORBIDDEN', 'There is no token for this call.', { where: 'call' });
      const token = await made.mint({ audience, subject, tool, args }, lifetime / 1000);
      return { token, audience, expiresIn: Math.floor(lifetime / 1000) };
    },
  };
}

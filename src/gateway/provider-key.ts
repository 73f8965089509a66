import { Fault } from '../core/fault.ts';

/** True when bytes from a provider contain a key of ours: its errors quote what they were sent. */
export function namesKey(bytes: Uint8Array, keys: readonly string[]): boolean {
  if (keys.length === 0) return false;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return keys.some((key) => buffer.includes(key));
}

/** The provider does not take our key, or speaks of it. What it said goes no further. */
export function upstreamAuth(upstream: string, what: string): Fault {
  return new Fault('ERR_UPSTREAM_AUTH', `The upstream "${upstream}" ${what}.`, {
    hint: `Check upstreams.${upstream}.key.`,
  });
}

export function namesOurKey(upstream: string): Fault {
  return upstreamAuth(upstream, 'answered with something that may not be passed on');
}

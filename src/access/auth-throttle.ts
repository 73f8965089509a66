import { isIP, isIPv4 } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { createLruMap } from './lru-map.ts';

/** Milliseconds, but for `failures`. */
export interface AuthThrottleLimits {
  readonly failures: number;
  readonly window: number;
  readonly block: number;
}

/** Slows down whoever guesses: after `failures` within `window` an address waits for `block`. */
export interface AuthThrottle {
  /** @throws Fault `ERR_AUTH_THROTTLED` with `retryAfter` while the address has to wait. */
  admit(address: string): void;
  failed(address: string): void;
}

/** Addresses that are watched at once. Beyond it the one that failed longest ago is forgotten. */
const WATCHED = 10_000;

interface Failures {
  count: number;
  since: number;
  blockedUntil: number;
}

export function createAuthThrottle(limits: AuthThrottleLimits, clock: Clock): AuthThrottle {
  const watched = createLruMap<string, Failures>(WATCHED);
  return {
    admit(address) {
      const seen = watched.get(subscriberOf(address));
      if (seen === undefined) return;
      const wait = seen.blockedUntil - clock();
      if (wait <= 0) return;
      throw new Fault('ERR_AUTH_THROTTLED', 'Too many failed authentications came from this address.', {
        hint: 'Wait, then try again with a valid credential.',
        retryAfter: Math.ceil(wait / 1000),
      });
    },
    failed(address) {
      const now = clock();
      const subscriber = subscriberOf(address);
      const seen = watched.get(subscriber) ?? { count: 0, since: now, blockedUntil: 0 };
      if (now - seen.since >= limits.window) {
        seen.count = 0;
        seen.since = now;
      }
      seen.count++;
      if (seen.count >= limits.failures) {
        seen.blockedUntil = now + limits.block;
        seen.count = 0;
        seen.since = now;
      }
      watched.set(subscriber, seen);
    },
  };
}

/**
 * What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address (RFC 6177: a site has at least
 * that much, so single addresses in it are free to change). An IPv4-mapped address is its IPv4 address.
 */
export function subscriberOf(address: string): string {
  const bare = address.split('%', 1)[0]!;
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight 16-bit groups of a valid IPv6 address (RFC 4291 §2.2). */
function groupsOf(address: string): readonly number[] {
  const [head, tail] = address.split('::') as [string, string?];
  const before = numbersOf(head);
  if (tail === undefined) return before;
  const after = numbersOf(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function numbersOf(part: string): readonly number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)];
    const [a, b, c, d] = group.split('.').map(Number) as [number, number, number, number];
    return [(a << 8) | b, (c << 8) | d];
  });
}

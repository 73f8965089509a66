import { randomFillSync } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const POOL = Buffer.allocUnsafe(4096);
let at = POOL.length;

/**
 * A request id: `req_` and a ULID in lower case (48 bits of time, 80 random bits), so that ids sort by time
 * and cannot be guessed.
 */
export function createRequestId(clock: Clock): string {
  let id = '';
  let time = clock();
  for (let digit = 0; digit < 10; digit += 1) {
    id = ALPHABET[time % 32]! + id;
    time = Math.floor(time / 32);
  }
  if (at + 16 > POOL.length) {
    randomFillSync(POOL);
    at = 0;
  }
  for (let digit = 0; digit < 16; digit += 1) id += ALPHABET[POOL[at + digit]! & 31]!;
  at += 16;
  return `req_${id}`;
}

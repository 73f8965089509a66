import { freeBytes } from '../bytes/free-bytes.ts';
import type { Inflated } from '../formats/inflate-source.ts';
import { SMALL_UNPACKED } from './memory-turn.ts';
import type { Observer } from './reader.ts';

/**
 * Unpacks within what the observer allows: a little first, because most members are small and what a header says about their size may be false, and
 * all that is allowed when that was not enough. What is taken is charged.
 * @param expected bytes that a header announces
 * @param holds bytes that the decoder holds besides
 * @returns also the room there was; null where nothing more may be unpacked
 */
export function unpackWithin(
  observer: Observer,
  unpack: (limit: number) => Inflated,
  expected = 0,
  holds = 0,
): (Inflated & { readonly room: number }) | null {
  const ask = (bytes: number): number => Math.max(0, observer.mayUnpack(bytes + holds) - holds);
  let room = ask(Math.max(expected, SMALL_UNPACKED));
  if (room === 0) return null;
  let result = unpack(room);
  if (result.end === 'limit') {
    // Beside a decoder that holds much there is room for little: that is for streams.
    const more = holds > SMALL_UNPACKED ? room : ask(observer.limits.unpackedAtOnce);
    if (more > room) {
      freeBytes(result.bytes);
      room = more;
      result = unpack(room);
    }
  }
  observer.unpacked(result.bytes.length);
  return { ...result, room };
}

/** Whether bytes that are announced are too many to be held beside what a decoder holds. */
export function isTooLong(observer: Observer, expected: number, holds: number): boolean {
  return expected > (holds > SMALL_UNPACKED ? SMALL_UNPACKED : observer.limits.unpackedAtOnce - holds);
}

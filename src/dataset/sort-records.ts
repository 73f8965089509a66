/** Bytes that are sorted by distribution: they settle nearly every comparison. */
const DIGITS = 6;

/** One set for all sorts of a thread: none runs while another does. */
const starts = new Uint32Array(1 << 16);
let first = new Uint32Array(0);
let second = new Uint32Array(0);

/**
 * Sorts records by their first six bytes, two at a time from the last (a radix sort, Knuth vol. 3 §5.2.5), and then what is equal in them by comparison.
 * @param into at least as long as `bytes`; holds the result
 * @returns the part of `into` that was filled
 */
export function sortRecords(bytes: Buffer, width: number, into: Buffer): Buffer {
  const count = bytes.length / width;
  if (first.length < count) {
    first = new Uint32Array(count);
    second = new Uint32Array(count);
  }
  let [order, other] = [first, second];
  for (let at = 0; at < count; at++) order[at] = at * width;
  for (let digit = DIGITS - 2; digit >= 0; digit -= 2) {
    starts.fill(0);
    for (let at = 0, from = digit; at < count; at++, from += width) starts[(bytes[from]! << 8) | bytes[from + 1]!]!++;
    let sum = 0;
    for (let value = 0; value < starts.length; value++) {
      const here = starts[value]!;
      starts[value] = sum;
      sum += here;
    }
    for (let at = 0; at < count; at++) {
      const record = order[at]!;
      const from = record + digit;
      other[starts[(bytes[from]! << 8) | bytes[from + 1]!]!++] = record;
    }
    [order, other] = [other, order];
  }
  const compare = (a: number, b: number): number => {
    for (let at = DIGITS; at < width; at++) {
      const apart = bytes[a + at]! - bytes[b + at]!;
      if (apart !== 0) return apart;
    }
    return 0;
  };
  for (let from = 0, to = 1; to <= count; to++) {
    if (to < count && sameStart(bytes, order[from]!, order[to]!)) continue;
    if (to - from > 1) order.subarray(from, to).sort(compare);
    from = to;
  }
  for (let at = 0, to = 0; at < count; at++) {
    const from = order[at]!;
    for (let end = from + width, next = from; next < end; next++) into[to++] = bytes[next]!;
  }
  return into.subarray(0, bytes.length);
}

function sameStart(bytes: Buffer, a: number, b: number): boolean {
  for (let at = 0; at < DIGITS; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

import { BREAK, CODE, INITIAL, MARK, NUMBER, STOP, type Tokens } from './tokens.ts';
import { unitTables } from './units.ts';

/** Binary logarithm of how many buckets features are hashed into. */
export const BUCKET_BITS = 17;
export const BUCKETS = 1 << BUCKET_BITS;
/** Most features of one token. */
export const MOST_FEATURES = 48;

/** A run of tokens that may hold names, first and last token. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** What stands before the first token and behind the last one. */
const OUTSIDE = 0x51ed270b;

function bucket(feature: number, value: number): number {
  let h = Math.imul(value ^ Math.imul(feature, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> (32 - BUCKET_BITS);
}

function pair(a: number, b: number): number {
  return Math.imul(a ^ (a >>> 15), 0x2c1b3c6d) + b;
}

/**
 * Buckets of the features of token `i` in its run. Only two tokens on either side of the run and the label before are looked
 * at, and nothing behind a line break, so that what is said of a token never depends on text far away.
 *
 * @returns how many were written to `into`.
 */
export function featuresOf(
  text: string,
  tokens: Tokens,
  classes: Uint8Array,
  run: Run,
  i: number,
  previous: number,
  into: Int32Array,
): number {
  const { kind, hash, start, end, count } = tokens;
  const { lower } = unitTables();
  const left = i > 0 ? i - 1 : -1;
  const left2 = left > 0 && kind[left] !== BREAK ? left - 1 : -1;
  const right = i + 1 < count ? i + 1 : -1;
  const right2 = right >= 0 && kind[right] !== BREAK && right + 1 < count ? right + 1 : -1;

  const w = hash[i]!;
  const wl = left >= 0 ? hash[left]! : OUTSIDE;
  const wl2 = left2 >= 0 ? hash[left2]! : OUTSIDE;
  const wr = right >= 0 ? hash[right]! : OUTSIDE;
  const wr2 = right2 >= 0 ? hash[right2]! : OUTSIDE;
  const s = formOf(tokens, i);
  const sl = left >= 0 ? kind[left]! : BREAK;
  const sl2 = left2 >= 0 ? kind[left2]! : BREAK;
  const sr = right >= 0 ? kind[right]! : BREAK;
  const sr2 = right2 >= 0 ? kind[right2]! : BREAK;
  const c = classes[i]!;
  const cl = left >= 0 ? classes[left]! : 0;
  const cl2 = left2 >= 0 ? classes[left2]! : 0;
  const cr = right >= 0 ? classes[right]! : 0;
  const cr2 = right2 >= 0 ? classes[right2]! : 0;
  // A word that opens a sentence or a line is written with a capital anyway.
  const opens = sl === BREAK || sl === STOP || (sl === MARK && wl !== COMMA);
  const cs = (c << 4) | (s & 15);
  const place = (Math.min(i - run.first, 2) << 2) | Math.min(run.last - i, 3);

  const from = start[i]!;
  let to = end[i]!;
  if (text.charCodeAt(to - 1) === 46) to--;
  const size = to - from;
  let prefix = 0;
  for (let k = from; k < from + 3 && k < to; k++) prefix = (prefix << 10) ^ lower[text.charCodeAt(k)]!;
  let suffix2 = 0;
  for (let k = Math.max(from, to - 2); k < to; k++) suffix2 = (suffix2 << 10) ^ lower[text.charCodeAt(k)]!;
  const suffix3 = size > 3 ? (suffix2 << 8) ^ Math.imul(lower[text.charCodeAt(to - 3)]!, 0x9e37) : suffix2 ^ 0x5555;
  const suffix4 = size > 5 ? Math.imul(suffix3, 31) + lower[text.charCodeAt(to - 4)]! : 7;

  let n = 0;
  into[n++] = bucket(0, previous);
  into[n++] = bucket(1, w);
  into[n++] = bucket(2, wl);
  into[n++] = bucket(3, wr);
  into[n++] = bucket(4, wl2);
  into[n++] = bucket(5, wr2);
  into[n++] = bucket(6, pair(suffix3, kind[i]!));
  into[n++] = bucket(7, suffix2);
  into[n++] = bucket(8, prefix);
  into[n++] = bucket(9, suffix4);
  into[n++] = bucket(10, (s << 8) | (opens ? 1 : 0));
  into[n++] = bucket(11, (sl << 8) | s);
  into[n++] = bucket(12, (s << 8) | sr);
  into[n++] = bucket(13, (sl << 16) | (s << 8) | sr);
  into[n++] = bucket(14, (sl2 << 8) | sl);
  into[n++] = bucket(15, (sr << 8) | sr2);
  into[n++] = bucket(16, (cs << 1) | (opens ? 1 : 0));
  into[n++] = bucket(17, (cl << 12) | cs);
  into[n++] = bucket(18, (cs << 8) | cr);
  into[n++] = bucket(19, (cl << 20) | (cs << 8) | cr);
  into[n++] = bucket(20, (cl2 << 20) | (cl << 12) | cs);
  into[n++] = bucket(21, (cs << 16) | (cr << 8) | cr2);
  into[n++] = bucket(22, (previous << 12) | cs);
  into[n++] = bucket(23, (previous << 20) | (cs << 8) | cr);
  into[n++] = bucket(24, pair(previous + 1, w));
  into[n++] = bucket(25, pair(previous + 1, wl));
  into[n++] = bucket(26, pair(wl, cs));
  into[n++] = bucket(27, pair(wr, cs));
  into[n++] = bucket(28, pair(pair(wl2, wl), s & 15));
  into[n++] = bucket(29, pair(pair(wr, wr2), s & 15));
  into[n++] = bucket(30, (place << 12) | cs);
  into[n++] = bucket(31, pair(hash[run.last]!, (Math.min(run.last - run.first, 3) << 4) | kind[i]!));
  into[n++] = bucket(32, pair(hash[run.first]!, (Math.min(run.last - run.first, 3) << 4) | kind[i]!));
  into[n++] = bucket(33, pair(edgeWord(hash, run.first - 1), cs));
  into[n++] = bucket(34, pair(edgeWord(hash, run.last + 1 < count ? run.last + 1 : -1), cs));
  into[n++] = bucket(
    35,
    pair(pair(edgeWord(hash, run.first - 1), run.first > 1 ? hash[run.first - 2]! : OUTSIDE), kind[i]!),
  );
  into[n++] = bucket(36, pair(pair(wl, wr), s & 15));
  if (kind[i] === NUMBER || kind[i] === CODE || kind[i] === INITIAL) into[n++] = bucket(37, pair(wr, (sl << 8) | s));
  return n;
}

const COMMA = 44 << 8;

function edgeWord(hash: Int32Array, at: number): number {
  return at >= 0 ? hash[at]! : OUTSIDE;
}

/** Kind and rough length of a token. */
function formOf({ kind, start, end }: Tokens, i: number): number {
  const size = end[i]! - start[i]!;
  const length = size < 4 ? size : size < 7 ? 4 : size < 11 ? 5 : 6;
  return kind[i]! | (length << 4);
}

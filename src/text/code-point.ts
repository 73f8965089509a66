/**
 * The code point at `at`; a surrogate that stands alone is its own. In place of `String.prototype.codePointAt`, which in
 * V8 13.6 (Node 24), once compiled, reads a slice of a longer string beyond its end when it ends between two surrogates:
 * offsets computed from that lie outside the text.
 */
export function codePointAt(text: string, at: number): number {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff || at + 1 >= text.length) return high;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : high;
}

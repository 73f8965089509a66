/**
 * Shannon entropy of a text's own UTF-16 units, in bits per unit: 0 for `aaaa`, 4 for the sixteen hex digits once each.
 * A random text of n units over an alphabet of k comes close to log2(min(n, k)); words stay around 3.
 */
export function charEntropy(text: string): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

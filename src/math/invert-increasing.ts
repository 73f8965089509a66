/**
 * The x in [low, high] with f(x) = y for an increasing f: Newton's steps where they stay inside the bracket, halving otherwise.
 * @param derivative of f; may be 0 or infinite
 * @param high may be infinite when `low` is 0; `start` must then be finite
 */
export function invertIncreasing(
  f: (x: number) => number,
  derivative: (x: number) => number,
  y: number,
  bracket: { readonly low: number; readonly high: number; readonly start: number },
): number {
  let { low, high, start: x } = bracket;
  for (let round = 0; round < 600; round++) {
    const value = f(x) - y;
    if (value === 0) return x;
    if (value < 0) low = x;
    else high = x;
    const newton = x - value / derivative(x);
    const next = newton > low && newton < high ? newton : middle(low, high);
    if (Math.abs(next - x) <= 2e-16 * Math.abs(x) || next === low || next === high) return next;
    x = next;
  }
  return x;
}

/** The geometric middle where the two ends are far apart, so that very small answers are found quickly, too. */
function middle(low: number, high: number): number {
  if (high === Number.POSITIVE_INFINITY) return Math.max(low, 0.5) * 2;
  if (low === 0) return high / 64;
  return low > 0 && high > 4 * low ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
}

/** Below this many milliseconds at full size a measurement says more about the machine than about the work. */
const TOO_FAST = 10;

/**
 * How the work on beginnings of `text` grows with their length: about 1 for linear, 2 for quadratic. The shorter ones
 * are timed several times and the least time counts, because other programs only ever add; returns 0 where the whole
 * text takes hardly any time.
 */
export async function growthExponent(text: string, work: (part: string) => Promise<void>): Promise<number> {
  const points: { readonly size: number; readonly time: number }[] = [];
  for (const [share, rounds] of [
    [1, 1],
    [1 / 4, 2],
    [1 / 16, 4],
  ] as const) {
    const part = text.slice(0, text.length * share);
    let time = Infinity;
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await work(part);
      time = Math.min(time, performance.now() - began);
    }
    if (share === 1 && time < TOO_FAST) return 0;
    points.push({ size: Math.log(part.length), time: Math.log(time) });
  }
  return slope(points);
}

/** Least squares. */
function slope(points: readonly { readonly size: number; readonly time: number }[]): number {
  const meanSize = points.reduce((sum, { size }) => sum + size, 0) / points.length;
  const meanTime = points.reduce((sum, { time }) => sum + time, 0) / points.length;
  let up = 0;
  let down = 0;
  for (const { size, time } of points) {
    up += (size - meanSize) * (time - meanTime);
    down += (size - meanSize) ** 2;
  }
  return up / down;
}

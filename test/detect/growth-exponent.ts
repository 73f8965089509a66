/** Below this many milliseconds at full size a measurement says more about the machine than about the work. */
const TOO_FAST = 10;
const SHARES = [1, 1 / 4, 1 / 16];
const ATTEMPTS = 4;

/**
 * How the work on beginnings of `text` grows with their length: about 1 for linear, 2 for quadratic. Counts the
 * process's own CPU time, so that other programs on the machine hardly show, and looks again while the answer is above
 * `enough`: chance can make linear work look worse, and cannot make quadratic work look linear several times. Returns 0
 * where the whole text takes hardly any time.
 */
export async function growthExponent(
  text: string,
  work: (part: string) => Promise<void>,
  enough: number,
): Promise<number> {
  const least = SHARES.map(() => Infinity);
  let exponent = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && exponent > enough; attempt++) {
    for (const [i, share] of SHARES.entries()) {
      const part = text.slice(0, text.length * share);
      const began = process.cpuUsage();
      await work(part);
      const { user, system } = process.cpuUsage(began);
      least[i] = Math.min(least[i]!, (user + system) / 1000);
      if (least[0]! < TOO_FAST) return 0;
    }
    exponent = slope(SHARES.map((share, i) => ({ size: Math.log(text.length * share), time: Math.log(least[i]!) })));
  }
  return exponent;
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

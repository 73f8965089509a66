/** Bucket `i` holds durations in `[GROWTH^i, GROWTH^(i+1))` milliseconds, so a quantile is at most 4 % off. */
const GROWTH = 1.08;
const LOG_GROWTH = Math.log(GROWTH);

/** Counts of durations in logarithmic buckets: mergeable, and small however many are recorded. */
export interface LatencyHistogram {
  readonly count: number;
  record(millis: number): void;
  /** `q` between 0 and 1; null when nothing was recorded. */
  quantile(q: number): number | null;
  addTo(other: LatencyHistogram): void;
  add(bucket: number, by: number): void;
}

export function createLatencyHistogram(): LatencyHistogram {
  const buckets = new Map<number, number>();
  let count = 0;
  const histogram: LatencyHistogram = {
    get count() {
      return count;
    },
    record(millis) {
      histogram.add(Math.floor(Math.log(Math.max(millis, 0.1)) / LOG_GROWTH), 1);
    },
    add(bucket, by) {
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
      count += by;
    },
    quantile(q) {
      if (count === 0) return null;
      // Nearest rank: the smallest bucket that at least q of the values do not exceed.
      const rank = Math.max(1, Math.ceil(q * count));
      let seen = 0;
      for (const bucket of [...buckets.keys()].toSorted((a, b) => a - b)) {
        seen += buckets.get(bucket)!;
        if (seen >= rank) return Math.exp((bucket + 0.5) * LOG_GROWTH);
      }
      return null;
    },
    addTo(other) {
      for (const [bucket, by] of buckets) other.add(bucket, by);
    },
  };
  return histogram;
}

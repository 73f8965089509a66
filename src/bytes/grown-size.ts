const STEP = 16 << 20;

/**
 * How long a buffer of `now` bytes becomes that must hold `needed` of at most `limit` bytes. Small ones double; beyond 16 MiB it is all that is allowed at
 * once: memory that nobody writes to is not taken from the machine, and buffers that double would be held twice while they are copied.
 */
export function grownSize(now: number, needed: number, limit: number): number {
  if (needed > STEP) return limit;
  return Math.min(limit, Math.max(needed, now * 2, 1 << 16));
}

/** Bounds on looking at one file, whatever it claims. What lies beyond is reported as not looked at. */
export interface ScanLimits {
  /** Levels of archives inside archives. */
  readonly depth: number;
  /** Members looked at in all. */
  readonly members: number;
  /** Bytes unpacked at once, and so held in memory. */
  readonly unpackedAtOnce: number;
  /** Bytes unpacked in all, of what is held in memory. */
  readonly unpacked: number;
  /** Bytes unpacked piece by piece in all: what is too long to be held. */
  readonly streamed: number;
  /** Findings kept. */
  readonly findings: number;
  /** Milliseconds, without those in which pieces are unpacked for the first time at a fair speed: their number is bounded by itself. */
  readonly time: number;
}

export const SCAN_LIMITS: ScanLimits = {
  depth: 6,
  members: 20_000,
  unpackedAtOnce: 96 << 20,
  unpacked: 1 << 30,
  streamed: 32 * 2 ** 30,
  findings: 500,
  time: 120_000,
};

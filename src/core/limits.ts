/** Bounds that go wherever untrusted input is read. Exceeding one is a `Fault`, never a silent truncation. */
export interface Limits {
  /** Bytes of the whole. */
  readonly bytes: number;
  /** Levels of nesting. */
  readonly depth: number;
  /** Values, members or entries in all. */
  readonly items: number;
}

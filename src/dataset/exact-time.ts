import type { Cell } from './canonical-row.ts';
import { trimEndOf } from '../text/trim-end-of.ts';

/** What a `Date` can hold, in milliseconds from 1970 (ECMA-262 §21.4.1.1). */
const LARGEST = 8_640_000_000_000_000n;

/** A moment finer than a millisecond. */
export class ExactTime extends Date {
  /** Decimals behind the milliseconds, without zeros at the end: `456` of `…00.123456Z`. */
  readonly finer: string;

  constructor(milliseconds: number, finer: string) {
    super(milliseconds);
    this.finer = finer;
  }

  override toISOString(): string {
    return super.toISOString().replace(/Z$/, `${this.finer}Z`);
  }
}

/**
 * A count from 1970 as a moment, exactly; what no `Date` can hold stays the count.
 * @param digits decimals of its unit behind milliseconds: 3 for microseconds, 6 for nanoseconds
 */
export function timeFrom(count: bigint, digits: 0 | 3 | 6): Cell {
  const unit = 10n ** BigInt(digits);
  let milliseconds = count / unit;
  let rest = count % unit;
  if (rest < 0n) {
    rest += unit;
    milliseconds--;
  }
  if (milliseconds > LARGEST || milliseconds < -LARGEST) return count;
  if (rest === 0n) return new Date(Number(milliseconds));
  return new ExactTime(Number(milliseconds), trimEndOf(rest.toString().padStart(digits, '0'), '0'));
}

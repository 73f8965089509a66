import { ceilToFloat32, floorToFloat32 } from '../../math/float32-order.ts';
import { violations, type TabularConstraints } from './constraints.ts';
import { repair, roomAround, type Room } from './repair.ts';

/** Norms in which costs are summed. */
export type CostNorm = 'linf' | 'l2';

/** Where an attacker of one row may go: the constraints and a ball, whose distances are changes times costs. */
export class ConstrainedSpace {
  readonly constraints: TabularConstraints;
  readonly original: Float32Array;
  readonly norm: CostNorm;
  readonly eps: number;
  readonly room: Room;
  /** Features that can move at all. */
  readonly movable: readonly number[];

  constructor(constraints: TabularConstraints, original: Float32Array, norm: CostNorm, eps: number) {
    this.constraints = constraints;
    this.original = original;
    this.norm = norm;
    this.eps = eps;
    this.room = roomAround(constraints, original, {
      low: original.map((value, at) => ceilToFloat32(value - eps / constraints.cost[at]!)),
      high: original.map((value, at) => floorToFloat32(value + eps / constraints.cost[at]!)),
    });
    this.movable = Array.from(original.keys()).filter((at) => this.room.low[at]! < this.room.high[at]!);
  }

  /** Cost of a row. */
  distance(row: Float32Array): number {
    let total = 0;
    for (let at = 0; at < row.length; at++) {
      const cost = Math.abs(row[at]! - this.original[at]!) * this.constraints.cost[at]!;
      total = this.norm === 'linf' ? Math.max(total, cost) : total + cost * cost;
    }
    return this.norm === 'l2' ? Math.sqrt(total) : total;
  }

  /** Into the ball, then onto the constraints, in place; false where that ended outside of one of them. */
  admit(row: Float32Array): boolean {
    for (let round = 0; round < 4; round++) {
      if (this.norm === 'l2') {
        const length = this.distance(row);
        if (length > this.eps) {
          // Rounding to whole numbers may lead out again: each round aims a little further inside.
          const scale = (this.eps / length) * 0.97 ** round;
          for (const at of this.movable) row[at] = this.original[at]! + (row[at]! - this.original[at]!) * scale;
        }
      }
      const whole = repair(this.constraints, row, this.original, this.room);
      if (whole && this.isWithin(row)) return true;
      if (!whole) return false;
    }
    return false;
  }

  isWithin(row: Float32Array): boolean {
    return this.distance(row) <= this.eps * (1 + 1e-6);
  }

  /** Whether a row is one that an attacker could send. */
  allows(row: Float32Array): boolean {
    return this.isWithin(row) && violations(this.constraints, row, this.original).length === 0;
  }
}

import { ceilToFloat32, floorToFloat32 } from '../../math/float32-order.ts';
import { relationGap, violations, type Relation, type TabularConstraints } from './constraints.ts';

/** What a row's features may be set to, whole row at a time: the declared ranges, the allowed changes and a ball, in one. */
export interface Room {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Room around an original row. Where the original is out of range itself, the way back is open. */
export function roomAround(constraints: TabularConstraints, original: ArrayLike<number>, ball?: Room): Room {
  const low = Float32Array.from(constraints.low);
  const high = Float32Array.from(constraints.high);
  for (let at = 0; at < low.length; at++) {
    const value = original[at]!;
    const change = constraints.change[at]!;
    if (change === 2 || change === 1) low[at] = Math.max(low[at]!, value);
    if (change === 2 || change === -1) high[at] = Math.min(high[at]!, value);
    if (change === 2) low[at] = high[at] = value;
    if (ball !== undefined) {
      low[at] = Math.max(low[at]!, ball.low[at]!);
      high[at] = Math.min(high[at]!, ball.high[at]!);
    }
    // Nothing fits (an original outside of its range and a small ball): it stays.
    if (low[at]! > high[at]!) low[at] = high[at] = value;
    if (constraints.integer[at] === 1) {
      const [from, to] = [Math.ceil(low[at]!), Math.floor(high[at]!)];
      if (from <= to) [low[at], high[at]] = [from, to];
      else low[at] = high[at] = value;
    }
  }
  return { low, high };
}

const ROUNDS = 60;

/**
 * Moves a row, in place, to a near one that keeps every constraint: clip to the room, round whole numbers, put one-hot groups right, then
 * project onto the relations that are broken (least change, measured by cost, by features that have room), again and again until
 * nothing changes. Deterministic. Whole numbers take part in a relation only where the real features have no room left for it.
 * @returns false where no such row was found; the row is then clipped and rounded, but breaks something
 */
export function repair(
  constraints: TabularConstraints,
  row: Float32Array,
  original: Float32Array,
  room: Room,
): boolean {
  for (let round = 0; round < ROUNDS; round++) {
    clip(constraints, row, original, room);
    const broken = constraints.relations.filter((relation) => {
      const { gap, tolerance } = relationGap(relation, row);
      return Math.abs(gap) > tolerance;
    });
    if (broken.length === 0) break;
    for (const relation of broken) {
      if (!shift(constraints, row, relation, room, false)) shift(constraints, row, relation, room, true);
    }
  }
  clip(constraints, row, original, room);
  return violations(constraints, row, original).length === 0;
}

function clip(constraints: TabularConstraints, row: Float32Array, original: Float32Array, room: Room): void {
  for (let at = 0; at < row.length; at++) {
    let value = Number.isNaN(row[at]!) ? original[at]! : row[at]!;
    if (constraints.integer[at] === 1 && room.low[at]! < room.high[at]!) value = Math.round(value);
    row[at] = Math.min(Math.max(value, room.low[at]!), room.high[at]!);
  }
  for (const group of constraints.groups) {
    let chosen = -1;
    const free = group.filter((at) => room.low[at]! < room.high[at]!);
    for (const at of group) if (room.low[at] === 1) chosen = at; // cannot be 0
    if (chosen < 0) {
      for (const at of free)
        if (chosen < 0 || row[at]! > row[chosen]! || (row[at] === row[chosen] && original[at]! > original[chosen]!))
          chosen = at;
    }
    for (const at of free) row[at] = at === chosen ? 1 : 0;
  }
}

/** Closes a relation's gap over the features that have room in the needed direction; true where it is closed. */
function shift(
  constraints: TabularConstraints,
  row: Float32Array,
  relation: Relation,
  room: Room,
  whole: boolean,
): boolean {
  for (let pass = 0; pass < 8; pass++) {
    const { gap, tolerance } = relationGap(relation, row);
    if (Math.abs(gap) <= tolerance / 2) return true;
    let weight = 0;
    const roomy = (at: number): boolean => {
      const feature = relation.features[at]!;
      if (constraints.groups.some((group) => group.includes(feature))) return false;
      if ((constraints.integer[feature] === 1) !== whole) return false;
      const down = relation.coefficients[at]! * gap > 0;
      return (
        relation.coefficients[at] !== 0 &&
        (down ? row[feature]! > room.low[feature]! : row[feature]! < room.high[feature]!)
      );
    };
    for (let at = 0; at < relation.features.length; at++) {
      if (roomy(at)) weight += (relation.coefficients[at]! / constraints.cost[relation.features[at]!]!) ** 2;
    }
    if (weight === 0) return false;
    const before = gap;
    for (let at = 0; at < relation.features.length; at++) {
      if (!roomy(at)) continue;
      const feature = relation.features[at]!;
      const step = (-before * relation.coefficients[at]!) / (weight * constraints.cost[feature]! ** 2);
      const to = row[feature]! + step;
      // Away from the gap where float32 or whole numbers have to round.
      const rounded = whole
        ? step > 0
          ? Math.ceil(to)
          : Math.floor(to)
        : step > 0
          ? ceilToFloat32(to)
          : floorToFloat32(to);
      const exact = relation.is === '==' && !whole ? to : rounded;
      row[feature] = Math.min(Math.max(exact, room.low[feature]!), room.high[feature]!);
      if (whole && Math.abs(relationGap(relation, row).gap) <= tolerance / 2) return true;
    }
  }
  const { gap, tolerance } = relationGap(relation, row);
  return Math.abs(gap) <= tolerance;
}

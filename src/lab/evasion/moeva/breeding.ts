import type { Random } from '../../../math/random.ts';
import type { ConstrainedSpace } from '../../tabular/constrained-space.ts';
import type { Member } from './attack.ts';

/** Spread of crossover and mutation: the larger, the nearer children stay to their parents (Deb and Agrawal 1995). */
const SPREAD = 20;

/** A row near the original: a random share of what can move jumps anywhere in the room, and the constraints are repaired. */
export function randomMember(space: ConstrainedSpace, random: Random): Float32Array {
  const row = space.original.slice();
  const share = random.uniform();
  for (const at of space.movable) {
    const [low, high] = limits(space, at);
    if (random.uniform() < share) row[at] = low + (high - low) * random.uniform();
  }
  space.admit(row);
  return row;
}

/** A child of two members, each the better of two drawn: two-point crossover, polynomial mutation, repair. */
export function offspringOf(space: ConstrainedSpace, members: readonly Member[], random: Random): Float32Array {
  const [first, second] = [drawn(members, random), drawn(members, random)];
  const row = first.row.slice();
  const { movable } = space;
  if (random.uniform() < 0.9) {
    const [a, b] = [random.below(movable.length + 1), random.below(movable.length + 1)];
    for (let index = Math.min(a, b); index < Math.max(a, b); index++)
      row[movable[index]!] = second.row[movable[index]!]!;
  }
  const one = random.below(movable.length);
  movable.forEach((at, index) => {
    if (index !== one && random.uniform() >= 1 / movable.length) return;
    const [low, high] = limits(space, at);
    if (random.below(4) === 0) {
      row[at] = low + (high - low) * random.uniform();
      return;
    }
    const u = random.uniform();
    const shift = u < 0.5 ? (2 * u) ** (1 / (SPREAD + 1)) - 1 : 1 - (2 * (1 - u)) ** (1 / (SPREAD + 1));
    row[at] = row[at]! + shift * (high - low);
  });
  // Where repair fails the child stays as it is: breaking constraints is an objective of its own.
  space.admit(row);
  return row;
}

/** Members are sorted best first: the smaller of two draws is the better one. */
function drawn(members: readonly Member[], random: Random): Member {
  return members[Math.min(random.below(members.length), random.below(members.length))]!;
}

/** The room of a feature, finite: the ball always ends it. */
function limits(space: ConstrainedSpace, at: number): [number, number] {
  return [space.room.low[at]!, space.room.high[at]!];
}

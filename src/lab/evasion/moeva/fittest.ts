import type { Member } from './attack.ts';

/**
 * The members that live on, best first: whole fronts of those that no other beats in every objective, and of the last front those in the emptiest
 * places (NSGA-II: Deb et al. 2002, doi:10.1109/4235.996017). Within a front by margin.
 */
export function fittest(members: readonly Member[], keep: number): Member[] {
  const count = members.length;
  const beatenBy = new Int32Array(count);
  const beats: number[][] = Array.from({ length: count }, () => []);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const order = compared(members[a]!.objectives, members[b]!.objectives);
      if (order < 0) {
        beats[a]!.push(b);
        beatenBy[b]!++;
      } else if (order > 0) {
        beats[b]!.push(a);
        beatenBy[a]!++;
      }
    }
  }
  const kept: Member[] = [];
  let front = Array.from(beatenBy.keys()).filter((at) => beatenBy[at] === 0);
  while (front.length > 0 && kept.length < keep) {
    const own = front.map((at) => members[at]!);
    const chosen = own.length <= keep - kept.length ? own : emptiest(own, keep - kept.length);
    kept.push(...chosen.toSorted((a, b) => a.objectives[0] - b.objectives[0]));
    const next: number[] = [];
    for (const at of front) for (const other of beats[at]!) if (--beatenBy[other]! === 0) next.push(other);
    front = next;
  }
  return kept;
}

/** -1: a is nowhere worse and somewhere better; 1: the other way round; 0: neither. */
function compared(a: Member['objectives'], b: Member['objectives']): number {
  let [better, worse] = [false, false];
  for (let at = 0; at < a.length; at++) {
    if (a[at]! < b[at]!) better = true;
    else if (a[at]! > b[at]!) worse = true;
  }
  return better === worse ? 0 : better ? -1 : 1;
}

function emptiest(members: readonly Member[], keep: number): Member[] {
  const crowding = new Map<Member, number>(members.map((member) => [member, 0]));
  for (let objective = 0; objective < 3; objective++) {
    const sorted = members.toSorted((a, b) => a.objectives[objective]! - b.objectives[objective]!);
    const width = sorted.at(-1)!.objectives[objective]! - sorted[0]!.objectives[objective]!;
    sorted.forEach((member, at) => {
      const gap =
        at === 0 || at === sorted.length - 1
          ? Infinity
          : width === 0
            ? 0
            : (sorted[at + 1]!.objectives[objective]! - sorted[at - 1]!.objectives[objective]!) / width;
      crowding.set(member, crowding.get(member)! + gap);
    });
  }
  return members.toSorted((a, b) => crowding.get(b)! - crowding.get(a)!).slice(0, keep);
}

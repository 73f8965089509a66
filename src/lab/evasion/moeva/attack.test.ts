import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../math/random.ts';
import { fittest } from './fittest.ts';
import type { Member } from './attack.ts';

test('what survives is not beaten by what dies, unless places were short in its front', () => {
  const random = seededRandom('fittest');
  for (let round = 0; round < 40; round++) {
    const members = Array.from({ length: 30 }, (): Member => ({
      row: new Float32Array(1),
      objectives: [random.below(6), random.below(6), random.below(3)],
    }));
    const kept = fittest(members, 12);
    assert.equal(kept.length, 12);
    assert.equal(new Set(kept).size, 12);
    const beats = (a: Member, b: Member): boolean =>
      a.objectives.every((value, at) => value <= b.objectives[at]!) &&
      a.objectives.some((value, at) => value < b.objectives[at]!);
    for (const dead of members.filter((member) => !kept.includes(member))) {
      for (const alive of kept) assert.ok(!beats(dead, alive));
    }
    const best = Math.min(...members.map((member) => member.objectives[0]));
    assert.equal(kept[0]!.objectives[0], best);
  }
});

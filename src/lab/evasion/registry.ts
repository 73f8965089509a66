import type { Attack } from './attack.ts';
import { adversarialPatch } from './adversarial-patch/attack.ts';
import { apgd } from './apgd/attack.ts';
import { autoattack } from './autoattack/attack.ts';
import { badCharacters } from './bad-characters/attack.ts';
import { caa } from './caa/attack.ts';
import { capgd } from './capgd/attack.ts';
import { cube } from './cube/attack.ts';
import { cw } from './cw/attack.ts';
import { ddn } from './ddn/attack.ts';
import { deepWordBug } from './deep-word-bug/attack.ts';
import { fab } from './fab/attack.ts';
import { fgsm } from './fgsm/attack.ts';
import { hopskipjump } from './hopskipjump/attack.ts';
import { moeva } from './moeva/attack.ts';
import { pgd } from './pgd/attack.ts';
import { sensorPgd } from './sensor-pgd/attack.ts';
import { square } from './square/attack.ts';
import { textfooler } from './textfooler/attack.ts';
import { treeExact } from './tree-exact/attack.ts';
import { universalPerturbation } from './universal-perturbation/attack.ts';

/** Every attack, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const ATTACKS = [
  adversarialPatch, //
  apgd, //
  autoattack, //
  badCharacters, //
  caa, //
  capgd, //
  cube, //
  cw, //
  ddn, //
  deepWordBug, //
  fab, //
  fgsm, //
  hopskipjump, //
  moeva, //
  pgd, //
  sensorPgd, //
  square, //
  textfooler, //
  treeExact, //
  universalPerturbation, //
] as const;

export type AttackId = (typeof ATTACKS)[number]['meta']['id'];

/** The attack with this id, with its options' type forgotten: callers parse options with its own schema. */
export function attackNamed(id: string): Attack<string, unknown> | undefined {
  return (ATTACKS as readonly unknown[] as readonly Attack<string, unknown>[]).find((attack) => attack.meta.id === id);
}

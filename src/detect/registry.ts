import { embeddedInstruction } from './embedded-instruction/detector.ts';
import { encoder } from './encoder/detector.ts';
import { exfilLink } from './exfil-link/detector.ts';
import { judge } from './judge/detector.ts';
import { personalData } from './personal-data/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';
import { userAttack } from './user-attack/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  embeddedInstruction, //
  encoder, //
  exfilLink, //
  judge, //
  personalData, //
  secretLeak, //
  userAttack, //
] as const;

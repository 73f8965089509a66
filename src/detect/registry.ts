import { embeddedInstruction } from './embedded-instruction/detector.ts';
import { exfilLink } from './exfil-link/detector.ts';
import { personalData } from './personal-data/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';
import { userAttack } from './user-attack/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  embeddedInstruction, //
  exfilLink, //
  personalData, //
  secretLeak, //
  userAttack, //
] as const;

import { canary } from './canary/detector.ts';
import { custom } from './custom/detector.ts';
import { exfilLink } from './exfil-link/detector.ts';
import { offSchema } from './off-schema/detector.ts';
import { personalData } from './personal-data/detector.ts';
import { promptLeak } from './prompt-leak/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  canary, //
  custom, //
  exfilLink, //
  offSchema, //
  personalData, //
  promptLeak, //
  secretLeak, //
] as const;

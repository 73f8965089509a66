import { exfilLink } from './exfil-link/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  exfilLink, //
  secretLeak, //
] as const;

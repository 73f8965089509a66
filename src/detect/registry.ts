import { embeddedInstruction } from './embedded-instruction/detector.ts';
import { exfilLink } from './exfil-link/detector.ts';
import { harmfulContent } from './harmful-content/detector.ts';
import { language } from './language/detector.ts';
import { lengthAndRepetition } from './length-and-repetition/detector.ts';
import { obfuscation } from './obfuscation/detector.ts';
import { personalData } from './personal-data/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';
import { topic } from './topic/detector.ts';
import { userAttack } from './user-attack/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  embeddedInstruction, //
  exfilLink, //
  harmfulContent, //
  language, //
  lengthAndRepetition, //
  obfuscation, //
  personalData, //
  secretLeak, //
  topic, //
  userAttack, //
] as const;

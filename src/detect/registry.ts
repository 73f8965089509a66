import { canary } from './canary/detector.ts';
import { custom } from './custom/detector.ts';
import { embeddedInstruction } from './embedded-instruction/detector.ts';
import { encoder } from './encoder/detector.ts';
import { exfilLink } from './exfil-link/detector.ts';
import { harmfulContent } from './harmful-content/detector.ts';
import { judge } from './judge/detector.ts';
import { language } from './language/detector.ts';
import { lengthAndRepetition } from './length-and-repetition/detector.ts';
import { obfuscation } from './obfuscation/detector.ts';
import { offSchema } from './off-schema/detector.ts';
import { personalData } from './personal-data/detector.ts';
import { promptLeak } from './prompt-leak/detector.ts';
import { secretLeak } from './secret-leak/detector.ts';
import { topic } from './topic/detector.ts';
import { unsafeCode } from './unsafe-code/detector.ts';
import { userAttack } from './user-attack/detector.ts';

/** Every detector, one line each. `registry.test.ts` holds this list against the folders beside it. */
export const DETECTORS = [
  canary, //
  custom, //
  embeddedInstruction, //
  encoder, //
  exfilLink, //
  harmfulContent, //
  judge, //
  language, //
  lengthAndRepetition, //
  obfuscation, //
  offSchema, //
  personalData, //
  promptLeak, //
  secretLeak, //
  topic, //
  unsafeCode, //
  userAttack, //
] as const;

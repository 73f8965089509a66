import { compressed } from './readers/compressed/reader.ts';
import { npy } from './readers/npy/reader.ts';
import { pickle } from './readers/pickle/reader.ts';
import { tar } from './readers/tar/reader.ts';
import { zip } from './readers/zip/reader.ts';
import { archiveTricks } from './rules/archive-tricks/rule.ts';
import { pickleDangerousGlobal } from './rules/pickle-dangerous-global/rule.ts';
import { pickleHiddenCall } from './rules/pickle-hidden-call/rule.ts';
import { pickleMalformed } from './rules/pickle-malformed/rule.ts';
import { pickleUnknownGlobal } from './rules/pickle-unknown-global/rule.ts';

/** Every file format that is read, one line each. */
export const READERS = [
  compressed, //
  npy, //
  pickle, //
  tar, //
  zip, //
] as const;

/** Every rule, one line each. */
export const RULES = [
  archiveTricks, //
  pickleDangerousGlobal, //
  pickleHiddenCall, //
  pickleMalformed, //
  pickleUnknownGlobal, //
] as const;

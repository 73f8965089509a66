import type { ByteSource } from '../bytes/byte-source.ts';
import type { Artifact } from './artifact.ts';
import type { Fact, Spot } from './fact.ts';
import type { ScanLimits } from './scan-limits.ts';

/** What a reader tells, while it reads. */
export interface Observer {
  readonly limits: ScanLimits;
  fact(fact: Fact): void;
  /**
   * Something could not be looked at, whatever it is: the file is then never clean.
   * @param reason ends a sentence that begins "Not looked at:"
   * @param at bytes, or a place in a text
   */
  incomplete(reason: string, at?: number | Spot): void;
  /** Bytes inside that are to be looked at like a file. Does nothing beyond the depth limit but to say so. */
  member(name: string, source: ByteSource): void;
  /**
   * Asks for room to unpack `bytes`; the answer may be less. What is taken is charged with `unpacked`, and counts as held until the same reader asks again or
   * is done: it unpacks one thing at a time.
   */
  mayUnpack(bytes: number): number;
  unpacked(bytes: number): void;
}

/** One file format: what it looks like, and how it is read. Never throws on any bytes; a damaged file is `incomplete`. */
export interface Reader<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  /** Extensions under which files of this format travel. Such a file that no reader recognises is `incomplete`. */
  readonly extensions: readonly string[];
  /** Content decides, never the name. Several readers may recognise one file, and all of them read it. */
  sniff(artifact: Artifact): boolean;
  read(artifact: Artifact, observer: Observer): void;
}

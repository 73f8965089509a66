import type { ByteSource } from '../bytes/byte-source.ts';
import type { NativeUnpacker } from '../formats/native-unpacker.ts';
import type { Artifact, MemberListing } from './artifact.ts';
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
  member(name: string, source: ByteSource, listing?: MemberListing): void;
  /**
   * Asks for room to unpack `bytes`; the answer may be less. What is taken is charged with `unpacked`, and counts as held until the same reader asks again or
   * is done: it unpacks one thing at a time.
   */
  mayUnpack(bytes: number): number;
  unpacked(bytes: number): void;
  /**
   * Asks to unpack piece by piece what is too long to be held. What that holds counts as held until the same reader asks for room again or is done.
   * @param holds bytes that one decoder holds
   * @returns null where no more may be
   */
  mayStream(holds: number): Streaming | null;
  /** The runtime's own libraries, for what is long; null where they are not to be had. */
  readonly native: NativeUnpacker | null;
}

/** Unpacking piece by piece. */
export interface Streaming {
  /** Bytes that may come out. */
  readonly room: number;
  /** Called after each piece: the time it took is not the file's, and what came out is charged. */
  progress(bytes: number): void;
  /** Called before pieces are unpacked again. @throws OutOfTime */
  tick(): void;
}

/** The time for a file is over while a reader reads. */
export class OutOfTime extends Error {
  constructor() {
    super('the time for this file is over');
    this.name = 'OutOfTime';
  }
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

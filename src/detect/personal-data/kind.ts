import type { Severity } from '../../core/severity.ts';

export const GROUPS = [
  'finance',
  'national-id',
  'contact',
  'network',
  'crypto',
  'document',
  'device',
  'place',
  'name',
] as const;
export type Group = (typeof GROUPS)[number];

/** How a value is written, and how sure that alone makes us. */
export interface Shape {
  /**
   * Numbers are that many digits, `A` is a letter, `X` and a number that many letters or digits (unbroken, nothing else in
   * the shape), everything else stands for itself: `3-2-4`, `AA 2 2 2 A`, `2.3.3/4-2`, `X17`.
   */
  readonly form: string;
  /** Score without a context word near by; absent where such a word is required. */
  readonly alone?: number;
}

/** A kind of personal data, as data. */
export interface Kind {
  /** `us-ssn`; the rule is `personal-data/us-ssn`, the label `US_SSN`. */
  readonly id: string;
  readonly group: Group;
  /** Completes "Contains …". */
  readonly title: string;
  readonly severity: Severity;
  /** ISO 3166 code, for kinds that one country issues. */
  readonly region?: string;
  /** True when the format has check digits, and they are verified. */
  readonly checksum: boolean;
  /** Words, in lower case, that make a nearby value this kind. `*` at the end: any ending. */
  readonly context: readonly string[];
  /** ISO 639 codes of the languages that the context words are in. */
  readonly languages: readonly string[];
  /** Where the format is published. */
  readonly source: string;
  /** How many of its last characters a mask may show. */
  readonly shown?: 0 | 2 | 4;
  /** Looked for only where its id or its group is asked for. */
  readonly onRequest?: true;
}

/** A kind that is known by its shape and a predicate over its characters. */
export interface ShapedKind extends Kind {
  readonly shapes: readonly Shape[];
  /** Gets the value without separators, in capitals. */
  readonly check: (value: string) => boolean;
  /** Gets the value as written instead. */
  readonly asWritten?: true;
}

/** Score of a value near a context word. */
export function contextScore(kind: Kind): number {
  return kind.checksum ? 0.99 : 0.85;
}

export function labelOf(kind: Kind): string {
  return kind.id.toUpperCase().replaceAll('-', '_');
}

import type { Severity } from '../../core/severity.ts';

export const CATEGORIES = ['destructive', 'remote-execution', 'injection', 'markup', 'weak-security'] as const;
export type Category = (typeof CATEGORIES)[number];

/** One dangerous thing to write, by how it begins and what it must be. */
export interface CodeRule {
  /** `unsafe-code/<id>`. */
  readonly id: string;
  readonly category: Category;
  readonly severity: Severity;
  /** What it does, for a person. */
  readonly message: string;
  /**
   * How it can begin, letter case ignored: a space is one to eight blanks or line ends, `@` a name, the rest itself. A text
   * that has begun so is held until its line (or statement) ends; the more that is said here, the less is held.
   */
  readonly openings: readonly string[];
  /** RE2, from the opening's first letter on; case is ignored. May see up to the end of the line, or of the statement. */
  readonly pattern: string;
  /** SQL: a statement ends with a semicolon, a quotation mark, or an empty line rather than with the line. */
  readonly statement?: true;
  /** RE2 that must not be found in what `pattern` may see. */
  readonly unless?: string;
}

export const defineRules = <const T extends readonly CodeRule[]>(rules: T): T => rules;

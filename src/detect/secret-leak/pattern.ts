import type { Severity } from '../../core/severity.ts';
import type { RunName } from './run.ts';

/** How sure a pattern's own check is: `doubtful` has the form but a checksum that does not hold. */
export type Confidence = 'certain' | 'doubtful' | 'no';

/** What every kind of secret says about itself. */
export interface Kind {
  /** Becomes the finding's rule `secret-leak/<id>` and its label: `github-token` gives `GITHUB_TOKEN`. */
  readonly id: string;
  /** Noun phrase for messages. */
  readonly title: string;
  readonly severity: Severity;
  /** Where the vendor publishes the format. */
  readonly url: string;
}

interface Shape extends Kind {
  /** RE2 syntax, matched from the keyword's or the value's first unit; case matters. */
  readonly regex: string;
  /** Units that may follow the keyword. The regex sees no further than their run, so what it finds is settled where the run ends. */
  readonly run: RunName;
  /** Length of the longest secret, in units, keyword included. A longer run is found up to here where the regex has no upper bound. */
  readonly max: number;
  /** Units that must not follow the match. Default `word`; null where a checksum or a marker already ends it. */
  readonly right?: RunName | null;
  /** Least `charEntropy` of what the regex matched after the keyword; default by `DEFAULT_ENTROPY`. */
  readonly entropy?: number;
  /** What the format itself proves: a checksum, an encoded header. */
  readonly check?: (secret: string) => Confidence;
  /** True where secretlint has a rule for the same vendor, so that its opinion is asked on this run. */
  readonly secondOpinion?: true;
}

/** A secret that is known by how it begins or, with `publicKeyword`, by what stands right before it. */
export interface TokenPattern extends Shape {
  /** Case matters. */
  readonly keywords: readonly string[];
  /** True when the keyword is no part of the secret (a host name, a separator), so that the finding begins after it. */
  readonly publicKeyword?: true;
  /** Whether the keyword must not follow a letter, digit or underscore; default true. False where the keyword is unmistakable. */
  readonly bounded?: false;
  /** Units of a run that must stand right before the keyword: the public half of a two-part secret. */
  readonly before?: { readonly run: RunName; readonly min: number };
}

/** A secret without a mark of its own, known by the name that it is assigned to: `DATADOG_API_KEY=…`. */
export interface NamedPattern extends Shape {
  /** Beginnings of names, lower case; found in any case. */
  readonly names: readonly string[];
  /** What the rest of the name must contain (lower case), where the beginning alone says too little. */
  readonly rest?: readonly string[];
}

/** Keeps placeholders (`ghp_xxxx…`) out: random text of 20 units and more lies well above in every alphabet in use. */
export const DEFAULT_ENTROPY = 2.7;

export function labelOf(kind: Kind): string {
  return kind.id.toUpperCase().replaceAll('-', '_');
}

import type { Severity } from '../core/severity.ts';

/** A rule as reports explain it. */
export interface ReportedRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly meaning: string;
  readonly fix: string;
  readonly references: readonly string[];
  readonly taxonomy: readonly string[];
}

/** A finding as reports show it. */
export interface ReportedFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  /** Chain of members inside the file, or null. */
  readonly member: string | null;
  /** Bytes, or null. */
  readonly offset: number | null;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** Stays the same as long as the finding does. */
  readonly fingerprint: string;
}

/** Something that could not be looked at. */
export interface ReportedGap {
  readonly file: string;
  readonly member: string | null;
  readonly reason: string;
  /** The file as a whole could not be read. */
  readonly error?: true;
}

export interface Report {
  readonly version: string;
  /** What ran: `parapet scan`. */
  readonly command: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly rules: readonly ReportedRule[];
  readonly findings: readonly ReportedFinding[];
  readonly gaps: readonly ReportedGap[];
  readonly files: readonly ReportedFile[];
}

export interface ReportedFile {
  readonly file: string;
  readonly verdict: string;
  readonly formats: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal, where it was worked out. */
  readonly sha256?: string;
}

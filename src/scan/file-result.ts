import type { PackageUse } from './advisories/package-use.ts';
import type { AgentDefinition } from './agents/agent-fact.ts';
import { isAtLeast, type Severity } from '../core/severity.ts';

/** Where in a file: the chain of members, and the byte offset within the innermost. */
export interface Where {
  readonly member: string | null;
  readonly offset: number | null;
  /** Line, from 1, in files of text. */
  readonly line?: number;
  /** Column, from 1, in UTF-16 units: what SARIF and editors count by default. */
  readonly column?: number;
}

/** A package that a file names, and where. */
export interface FoundPackage {
  readonly use: PackageUse;
  readonly where: Where;
}

/** A finding that somebody answers for. */
export interface AcceptedRow {
  readonly rule: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
}

export interface ScanFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly where: Where;
}

/** `incomplete`: something could not be looked at, and what could be is without findings. It is never clean. */
export type FileVerdict = 'clean' | 'findings' | 'incomplete' | 'error';

export interface FileResult {
  readonly file: string;
  readonly verdict: FileVerdict;
  /** Ids of the readers that recognised it, outermost first. */
  readonly formats: readonly string[];
  readonly findings: readonly ScanFinding[];
  /** What was not looked at, and where. */
  readonly gaps: readonly { readonly reason: string; readonly where: Where }[];
  /** Licences that it states: what is compared between files, and no part of a report. */
  readonly licences?: readonly { readonly id: string | null; readonly line: number }[];
  /** Packages and versions that it names: what is compared with advisories, and no part of a report. */
  readonly packages?: readonly FoundPackage[];
  /** Bytes. */
  readonly size: number;
  /** Definitions of agents in it: what is compared between files and with a lock, and no part of a report. */
  readonly definitions?: readonly AgentDefinition[];
  /** Present for `error`. */
  readonly error?: string;
  /** SHA-256 of the file, hexadecimal, where it was asked for. */
  readonly sha256?: string;
  /** Findings that a baseline accepts, and that are no longer among the findings. */
  readonly accepted?: readonly AcceptedRow[];
}

/** Findings of `info` inform and decide nothing. */
export function verdictOf(findings: readonly ScanFinding[], gaps: readonly unknown[]): FileVerdict {
  if (findings.some((finding) => isAtLeast(finding.severity, 'low'))) return 'findings';
  return gaps.length > 0 ? 'incomplete' : 'clean';
}

import type { Severity } from '../../core/severity.ts';

/** A file and what one rule says of it. */
export interface Case {
  readonly rule: string;
  readonly what: string;
  readonly name?: string;
  readonly content: Uint8Array | string;
  /** At least this severe; null: the rule says nothing. */
  readonly severity: Severity | null;
}

export const hit = (rule: string, severity: Severity, what: string, content: Uint8Array | string, name?: string): Case => ({
  rule, what, content, severity, ...(name === undefined ? {} : { name }),
}); // prettier-ignore

export const miss = (rule: string, what: string, content: Uint8Array | string, name?: string): Case => ({
  rule, what, content, severity: null, ...(name === undefined ? {} : { name }),
}); // prettier-ignore

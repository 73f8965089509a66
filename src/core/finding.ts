import type { Severity } from './severity.ts';
import type { Span } from './span.ts';

/**
 * One thing a detector saw in one text. Evidence says where it is and shows a mask of it,
 * never the thing itself: a finding is written to logs, the store and the ledger.
 */
export interface Finding {
  /** `<detector id>/<what>`, for example `secret-leak/github-token`. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence for a person; contains no part of the matched text. */
  readonly message: string;
  /** Where in the inspected text. */
  readonly span: Span;
  /** The matched text with all but a harmless part hidden, for example `ghp_****`. At most 64 characters. */
  readonly mask: string;
  /** What stands in for the matched text after redaction, in capitals: `GITHUB_TOKEN` gives `[GITHUB_TOKEN]`. */
  readonly label: string;
  /** 0 to 1 where the detector measures confidence; absent for exact matches. */
  readonly score?: number;
  /** Id of the allow-list entry that covers it: it is recorded, and nothing is done about it. */
  readonly allowed?: string;
}

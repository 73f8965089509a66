import type { Finding } from '../core/finding.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { type CheckContext, type InspectedRow, placeOf, shown as visible, whereOf } from './check.ts';

/** What a detector found in one column of one file, of one kind. */
export interface ColumnFinding {
  readonly column: string;
  /** Id of the detector's rule. */
  readonly rule: string;
  /** The detector's label in words. */
  readonly what: string;
  readonly severity: Severity;
  /** Rows with it, and rows of the file. */
  readonly rows: number;
  readonly total: number;
  /** What the detector shows of the first. */
  readonly mask: string;
  readonly message: string;
  /** `line 3`. */
  readonly place: string;
}

interface Counted {
  readonly column: string;
  readonly first: { readonly finding: Finding; readonly number: number; readonly line: number | undefined };
  severity: Severity;
  rows: number;
  last: number;
  readonly shown: number[];
}

const SHOWN = 10;
const MOST_KINDS = 2000;

/** Counts findings by file, column and kind, so that a column with a million addresses is one finding. */
export class ColumnFindings {
  readonly #counted = new Map<string, Map<string, Counted>>();
  readonly #totals = new Map<string, number>();
  #full = false;

  add(row: InspectedRow, column: string, findings: readonly Finding[]): void {
    const { shown } = row.file;
    let file = this.#counted.get(shown);
    if (file === undefined) this.#counted.set(shown, (file = new Map()));
    for (const finding of findings) {
      const key = `${column}\n${finding.rule}`;
      const known = file.get(key);
      if (known === undefined) {
        if (file.size === MOST_KINDS) this.#full = true;
        else {
          const first = { finding, number: row.number, line: row.line };
          file.set(key, { column, first, severity: finding.severity, rows: 1, last: row.number, shown: [row.number] });
        }
        continue;
      }
      if (SEVERITIES.indexOf(finding.severity) > SEVERITIES.indexOf(known.severity)) known.severity = finding.severity;
      if (known.last === row.number) continue;
      known.last = row.number;
      known.rows++;
      if (known.shown.length < SHOWN) known.shown.push(row.number);
    }
    this.#totals.set(shown, row.number);
  }

  /** Tells how many rows a file has, so that shares are of all of them. */
  count(row: InspectedRow): void {
    this.#totals.set(row.file.shown, row.number);
  }

  report(
    context: CheckContext,
    say: (one: ColumnFinding) => { readonly message: string; readonly severity: Severity } | null,
  ): void {
    for (const [shown, file] of this.#counted) {
      for (const { column, first, severity, rows, shown: some } of file.values()) {
        const said = say({
          column: visible(column),
          rule: first.finding.rule,
          what: first.finding.label.replaceAll('_', ' '),
          severity,
          rows,
          total: this.#totals.get(shown)!,
          mask: first.finding.mask,
          message: first.finding.message,
          place: placeOf(first),
        });
        if (said !== null) context.report(shown, { ...said, where: whereOf(first, column), count: rows, rows: some });
      }
      if (this.#full) context.gap(shown, `more than ${MOST_KINDS} kinds of findings in its columns`);
    }
  }
}

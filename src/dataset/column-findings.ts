import type { Finding } from '../core/finding.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { type Conclusion, type InspectedRow, placeOf, shown as visible, whereOf } from './check.ts';

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

/** Findings of one kind in one column of a file; plain data. */
interface Counted {
  readonly column: string;
  first: { readonly finding: Finding; readonly number: number; readonly line: number | undefined };
  severity: Severity;
  rows: number;
  last: number;
  shown: number[];
}

/** What was counted in some of the rows; can be copied from thread to thread. */
export interface ColumnPart {
  readonly files: readonly {
    readonly file: string;
    /** In the order in which they were first met. */
    readonly kinds: readonly Counted[];
  }[];
  /** True where there were more kinds than are told apart. */
  readonly full: boolean;
}

const SHOWN = 10;
const MOST_KINDS = 2000;

/** Counts findings by file, column and kind, so that a column with a million addresses is one finding. */
export class ColumnFindings {
  readonly #counted = new Map<string, Map<string, Counted>>();
  #full = false;

  add(row: InspectedRow, column: string, findings: readonly Finding[]): void {
    const { shown } = row.file;
    let file = this.#counted.get(shown);
    if (file === undefined) this.#counted.set(shown, (file = new Map()));
    for (const finding of findings) {
      const key = keyOf(column, finding);
      const known = file.get(key);
      if (known === undefined) {
        if (file.size === MOST_KINDS) this.#full = true;
        else {
          const first = { finding, number: row.number, line: row.line };
          file.set(key, { column, first, severity: finding.severity, rows: 1, last: row.number, shown: [row.number] });
        }
        continue;
      }
      known.severity = worse(known.severity, finding.severity);
      if (known.last === row.number) continue;
      known.last = row.number;
      known.rows++;
      if (known.shown.length < SHOWN) known.shown.push(row.number);
    }
  }

  part(): ColumnPart {
    const files = [...this.#counted].map(([file, kinds]) => ({ file, kinds: [...kinds.values()] }));
    return { files, full: this.#full };
  }
}

function keyOf(column: string, { rule }: Finding): string {
  return `${column}\n${rule}`;
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(b) > SEVERITIES.indexOf(a) ? b : a;
}

/** Reports what was counted in all parts of the rows, as if they had been looked at in one go: each row was in one part. */
export function reportColumns(
  context: Conclusion,
  parts: readonly ColumnPart[],
  say: (one: ColumnFinding) => { readonly message: string; readonly severity: Severity } | null,
): void {
  const files = new Map<string, (readonly Counted[])[]>();
  for (const part of parts) {
    for (const { file, kinds } of part.files) {
      const own = files.get(file);
      if (own === undefined) files.set(file, [kinds]);
      else own.push(kinds);
    }
  }
  for (const [file, own] of files) {
    const total = context.rowsOf(file);
    const kinds = joinKinds(own);
    for (const { column, first, severity, rows, shown } of kinds.slice(0, MOST_KINDS)) {
      const said = say({
        column: visible(column),
        rule: first.finding.rule,
        what: first.finding.label.replaceAll('_', ' '),
        severity,
        rows,
        total,
        mask: first.finding.mask,
        message: first.finding.message,
        place: placeOf(first),
      });
      if (said !== null) context.report(file, { ...said, where: whereOf(first, column), count: rows, rows: shown });
    }
    if (kinds.length > MOST_KINDS || parts.some(({ full }) => full))
      context.gap(file, `more than ${MOST_KINDS} kinds of findings in its columns`);
  }
}

/** In the order in which they were first met. */
function joinKinds(parts: readonly (readonly Counted[])[]): readonly Counted[] {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Map<string, Counted & { rank: number }>();
  for (const kinds of parts) {
    for (const [rank, one] of kinds.entries()) {
      const key = keyOf(one.column, one.first.finding);
      const known = joined.get(key);
      if (known === undefined) {
        joined.set(key, { ...one, rank });
        continue;
      }
      known.rows += one.rows;
      known.severity = worse(known.severity, one.severity);
      known.shown = [...known.shown, ...one.shown].sort((a, b) => a - b).slice(0, SHOWN);
      if (one.first.number < known.first.number) {
        known.first = one.first;
        known.rank = rank;
      }
    }
  }
  return [...joined.values()].sort((a, b) => a.first.number - b.first.number || a.rank - b.rank);
}

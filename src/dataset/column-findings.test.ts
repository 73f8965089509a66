import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../core/finding.ts';
import { SEVERITIES } from '../core/severity.ts';
import type { Conclusion, InspectedRow } from './check.ts';
import { ColumnFindings, type ColumnPart, reportColumns } from './column-findings.ts';
import { RowShare } from './row-share.ts';

interface Met {
  readonly file: number;
  readonly column: number;
  readonly rule: number;
  readonly severity: number;
}

/** What is said, with everything that it is made of. */
function said(parts: readonly ColumnPart[]): unknown {
  const reports: unknown[] = [];
  const context = {
    report: (file: string, finding: object) => void reports.push([file, finding]),
    gap: (file: string, reason: string) => void reports.push([file, reason]),
    rowsOf: () => 1000,
  } as unknown as Conclusion;
  reportColumns(context, parts, (one) => ({ message: JSON.stringify(one), severity: one.severity }));
  // Files are told one by one; their order is none of this.
  return reports.toSorted((a, b) => ((a as [string])[0] < (b as [string])[0] ? -1 : 1));
}

function add(findings: ColumnFindings, number: number, { file, column, rule, severity }: Met): void {
  const row = { file: { shown: `file ${file}` }, number, line: number + 1 } as unknown as InspectedRow;
  const finding = {
    rule: `rule ${rule}`,
    severity: SEVERITIES[severity % SEVERITIES.length]!,
    label: `LABEL_${rule}`,
    mask: `m${number}`,
    message: `of row ${number}`,
  } as unknown as Finding;
  findings.add(row, `column ${column}`, [finding]);
}

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const met = fc.record({ file: small(1), column: small(2), rule: small(3), severity: small(4) });

test('what is said does not depend on how rows were divided', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(small(3), fc.array(met, { maxLength: 6 })), { maxLength: 60 }), (rows) => {
      const whole = new ColumnFindings();
      const parts = Array.from({ length: 4 }, () => new ColumnFindings());
      for (const [at, [part, found]] of rows.entries()) {
        for (const one of found) {
          add(whole, at + 1, one);
          add(parts[part]!, at + 1, one);
        }
      }
      assert.deepEqual(said(parts.map((one) => one.part())), said([whole.part()]));
    }),
  );
});

test('every batch is taken once, by whichever thread comes to it first', () => {
  fc.assert(
    fc.property(fc.array(small(2), { maxLength: 400 }), small(60), (turns, batches) => {
      const taken = new SharedArrayBuffer(4);
      const threads = Array.from({ length: 3 }, (_, at) => ({
        share: new RowShare(taken, at > 0),
        at: 0,
        own: [] as number[],
      }));
      const step = (thread: (typeof threads)[number]): void => {
        if (thread.at === batches) return;
        if (thread.share.take()) thread.own.push(thread.at);
        thread.at++;
      };
      for (const turn of turns) step(threads[turn]!);
      for (const thread of threads) while (thread.at < batches) step(thread);
      const all = threads.flatMap(({ own }) => own).toSorted((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: batches }, (_, at) => at),
      );
    }),
  );
});

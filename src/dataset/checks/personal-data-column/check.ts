import type { Finding } from '../../../core/finding.ts';
import { isAtLeast } from '../../../core/severity.ts';
import { isBareNumber, saysNothing } from '../../../detect/personal-data/bare-number.ts';
import { personalData } from '../../../detect/personal-data/detector.ts';
import { CellMemory } from '../../cell-memory.ts';
import { type ColumnPart, ColumnFindings, reportColumns } from '../../column-findings.ts';
import { defineCheck, everyText } from '../../check.ts';

/** Without a digit or an @ nothing that is looked for can stand in a text. */
const POSSIBLE = /[\p{Nd}@]/u;
/** What columns of ids usually hold: numbers, and digests as UUIDs are. */
const COUNTED = /^[\da-f-]+$/i;
const SHORTEST = 5;
const MOST_PREFIX = 40;
const MOST_COLUMNS = 4096;
const MOST_TEXT = 8 << 20;
const SUBJECT = { stage: 'input', role: 'user', origin: 'user', kind: 'text' } as const;

export const personalDataColumn = defineCheck({
  meta: {
    id: 'personal-data-column',
    title: 'Personal data in a column',
    severity: 'medium',
    threats: ['membership-inference', 'model-inversion'],
    meaning:
      'A column holds identifiers of people: mail addresses, telephone numbers, card and account numbers, numbers of identity. Models repeat what they were trained on, and whoever has the data has them.',
    fix: 'Leave the column out, or replace the values (placeholders, or hashes with a secret key); have a legal basis for what stays.',
    references: [
      'https://arxiv.org/abs/2012.07805',
      'https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/',
    ],
    taxonomy: ['OWASP-LLM02', 'AML.T0024', 'CWE-359'],
  },
  begin(context) {
    const inspector = personalData.create(personalData.defaults);
    const found = new ColumnFindings();
    const memory = new CellMemory();
    const names = new Map<string, { readonly prefix: string; readonly silent: boolean }>();
    return {
      row(row) {
        for (const { column, text } of everyText(row)) {
          if (text.length < SHORTEST || !POSSIBLE.test(text) || (row.idColumns.has(column) && COUNTED.test(text)))
            continue;
          if (text.length > MOST_TEXT) {
            context.gap(row.file.shown, `a text of column ${column} is longer than is read for personal data`);
            continue;
          }
          let named = names.get(column);
          if (named === undefined) {
            // The name of the column is the word beside the value that tells what it is.
            const prefix = `${column.replace(/[[\]_.]+/g, ' ').slice(-MOST_PREFIX)}: `;
            named = { prefix, silent: saysNothing(prefix) };
            if (names.size < MOST_COLUMNS) names.set(column, named);
          }
          const { prefix, silent } = named;
          if (silent && isBareNumber(text)) continue;
          const own = memory.of(column, text, () => {
            const findings = inspector.inspect(prefix + text, SUBJECT) as readonly Finding[];
            return findings.filter(({ span }) => span.start >= prefix.length);
          });
          if (own.length > 0) found.add(row, column, own);
        }
      },
      part: () => found.part(),
    };
  },
  conclude: (context, parts) =>
    reportColumns(context, parts as readonly ColumnPart[], (one) => ({
      message: `Column ${one.column}: ${one.what.toLowerCase()} in ${one.rows} of ${one.total} rows, first in ${one.place} (${one.mask}).`,
      severity: isAtLeast(one.severity, 'high') ? 'high' : one.severity,
    })),
});

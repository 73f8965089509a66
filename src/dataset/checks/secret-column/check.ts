import type { Finding } from '../../../core/finding.ts';
import { secretLeak } from '../../../detect/secret-leak/detector.ts';
import { type ColumnPart, ColumnFindings, reportColumns } from '../../column-findings.ts';
import { defineCheck, everyText } from '../../check.ts';

const SHORTEST = 12;
const MOST_TEXT = 8 << 20;
const SUBJECT = { stage: 'input', role: 'user', origin: 'user', kind: 'text' } as const;

export const secretColumn = defineCheck({
  meta: {
    id: 'secret-column',
    title: 'Secrets in a column',
    severity: 'high',
    threats: ['membership-inference', 'model-extraction'],
    meaning:
      'A column holds keys, tokens, passwords or private keys. Whoever has the data can use them, and a model trained on it can be made to say them.',
    fix: 'Revoke them where they are valid, then take them out of the data and of its history.',
    references: [
      'https://arxiv.org/abs/2012.07805',
      'https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/',
    ],
    taxonomy: ['OWASP-LLM02', 'CWE-312', 'CWE-798'],
  },
  begin(context) {
    const inspector = secretLeak.create(secretLeak.defaults);
    const found = new ColumnFindings();
    return {
      async row(row) {
        for (const { column, text } of everyText(row)) {
          if (text.length < SHORTEST) continue;
          if (text.length > MOST_TEXT) {
            context.gap(row.file.shown, `a text of column ${column} is longer than is read for secrets`);
            continue;
          }
          const pending = inspector.inspect(text, SUBJECT);
          const findings: readonly Finding[] = pending instanceof Promise ? await pending : pending;
          if (findings.length > 0) found.add(row, column, findings);
        }
      },
      part: () => found.part(),
    };
  },
  conclude: (context, parts) =>
    reportColumns(context, parts as readonly ColumnPart[], (one) => ({
      message: `Column ${one.column}: ${one.what.toLowerCase()} in ${one.rows} of ${one.total} rows, first in ${one.place} (${one.mask}).`,
      severity: one.severity,
    })),
});

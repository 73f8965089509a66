import type { Finding } from '../../../core/finding.ts';
import { obfuscation } from '../../../detect/obfuscation/detector.ts';
import { type ColumnPart, ColumnFindings, reportColumns } from '../../column-findings.ts';
import { defineCheck, everyText } from '../../check.ts';

const MOST_TEXT = 1 << 20;
/** What hides text is not ASCII, or an escape for a terminal. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const POSSIBLE = /[^\x00-\x7f]|\x1b/;
const SUBJECT = { stage: 'input', role: 'tool', origin: 'tool', kind: 'tool-result' } as const;

export const hiddenText = defineCheck({
  meta: {
    id: 'hidden-text',
    title: 'Text that people do not see',
    severity: 'high',
    threats: ['data-poisoning', 'prompt-injection', 'backdoor'],
    meaning:
      'Cells hold characters that are not shown, that reverse the order of what is shown, or that look like other letters. Whoever reviews the data sees something else than the model learns; rare invisible characters also make good triggers.',
    fix: 'Look at the rows with the characters made visible; normalise the column, or take the rows out together with what else came from their source.',
    references: [
      'https://trojansource.codes',
      'https://arxiv.org/abs/2106.09898',
      'https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/',
    ],
    taxonomy: ['AML.T0020', 'AML.T0068', 'CWE-1007'],
  },
  begin(context) {
    const inspector = obfuscation.create({
      ...obfuscation.defaults,
      ignore: [
        'case-flips',
        'leet',
        'stretched',
        'spaced-letters',
        'pig-latin',
        'turned',
        'encoded',
        'nested',
        'escapes',
        'styled-letters',
      ],
    });
    const found = new ColumnFindings();
    return {
      row(row) {
        for (const { column, text } of everyText(row)) {
          if (!POSSIBLE.test(text)) continue;
          if (text.length > MOST_TEXT) {
            context.gap(row.file.shown, `a text of column ${column} is longer than is read for hidden text`);
            continue;
          }
          const findings = inspector.inspect(text, SUBJECT) as readonly Finding[];
          if (findings.length > 0) found.add(row, column, findings);
        }
      },
      part: () => found.part(),
    };
  },
  conclude: (context, parts) =>
    reportColumns(context, parts as readonly ColumnPart[], (one) => ({
      message: `Column ${one.column}: in ${one.rows} of ${one.total} rows, first in ${one.place}. ${one.message}`,
      severity: one.severity,
    })),
});

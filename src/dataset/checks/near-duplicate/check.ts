import { defineCheck, type NearPair, placeOf, shareOf, whereOf } from '../../check.ts';

const SHOWN = 5;

export const nearDuplicate = defineCheck({
  meta: {
    id: 'near-duplicate',
    title: 'Rows whose texts are nearly the same',
    severity: 'low',
    threats: ['data-poisoning', 'membership-inference'],
    meaning:
      'Texts share nearly all of their pairs of words with an earlier row. Templates filled in by a script look like this, and so do poisoned rows that were made from few originals.',
    fix: 'Look at the named rows; keep one of each group, or keep groups together when the data is split.',
    references: ['https://arxiv.org/abs/2107.06499', 'Broder, "On the resemblance and containment of documents", 1997'],
    taxonomy: ['AML.T0020'],
  },
  begin(context) {
    const rows = new Map<string, number>();
    const found = new Map<string, { count: number; first: NearPair; shown: number[] }>();
    return {
      row: ({ file, number }) => void rows.set(file.shown, number),
      nearPair(pair) {
        const { shown } = pair.row.file;
        const known = found.get(shown);
        if (known === undefined) found.set(shown, { count: 1, first: pair, shown: [pair.row.number] });
        else if (known.count++ < SHOWN) known.shown.push(pair.row.number);
      },
      end() {
        for (const [shown, { count, first, shown: some }] of found) {
          const { row, like, similarity } = first;
          const elsewhere = like.file.shown === shown ? '' : ` of ${like.file.shown}`;
          const total = rows.get(shown)!;
          context.report(shown, {
            severity: count / total >= 0.3 ? 'medium' : 'low',
            message: `${shareOf(count, total)} are nearly an earlier one (similarity ${context.options.similarity} and above); ${placeOf(row)} is like ${placeOf(like)}${elsewhere} (${similarity.toFixed(2)}).`,
            where: whereOf(row),
            count,
            rows: some,
          });
        }
      },
    };
  },
});

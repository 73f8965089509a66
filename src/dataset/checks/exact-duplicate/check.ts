import { defineCheck, partOf, placeOf, refOf, RowCounts, type RowRef, whereOf } from '../../check.ts';

export const exactDuplicate = defineCheck({
  meta: {
    id: 'exact-duplicate',
    title: 'Rows that repeat others',
    severity: 'low',
    threats: ['data-poisoning', 'membership-inference'],
    meaning:
      'Rows are equal in everything but ids. A row that stands many times weighs many times in training, and is remembered; copies are also the cheapest way to give a few poisoned rows weight.',
    fix: 'Keep one of each, before the data is split; "parapet data diff" shows what a cleaned version lost.',
    references: ['https://arxiv.org/abs/2107.06499', 'https://arxiv.org/abs/2202.06539'],
    taxonomy: ['AML.T0020'],
  },
  begin(context) {
    const rows = new RowCounts();
    const repeated = new RowCounts();
    const found = new Map<string, { count: number; first: RowRef; of: RowRef }>();
    return {
      row: ({ file }) => rows.add(file),
      equalInputs({ repeats }) {
        for (const { count, first, of } of repeats.values()) {
          repeated.add(first.file, count);
          const known = found.get(first.file.shown);
          if (known === undefined) found.set(first.file.shown, { count, first, of });
          else {
            known.count += count;
            if (first.number < known.first.number) Object.assign(known, { first, of });
          }
        }
      },
      end() {
        for (const [shown, { count, first, of }] of found) {
          const [all, total] = [repeated.of(first.file), rows.of(first.file)];
          context.report(shown, {
            severity: all / total >= 0.2 ? 'medium' : 'low',
            message:
              first.file.format === 'image'
                ? `It is the same picture as ${refOf(of, shown)}; ${partOf(first.file, all, total)} repeat others.`
                : `${partOf(first.file, all, total)} repeat an earlier one; ${placeOf(first)} repeats ${refOf(of, shown)}.`,
            where: whereOf(first),
            count,
            rows: [first.number],
          });
        }
      },
    };
  },
});

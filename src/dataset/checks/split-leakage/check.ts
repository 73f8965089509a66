import { defineCheck, partOf, placeOf, refOf, RowCounts, type RowRef, whereOf } from '../../check.ts';

const SHOWN = 10;

export const splitLeakage = defineCheck({
  meta: {
    id: 'split-leakage',
    title: 'Test rows that are in the training data',
    severity: 'medium',
    threats: ['data-poisoning', 'membership-inference'],
    meaning:
      'Rows of a test or validation file stand in a training file, too, equal or nearly so. What is measured on them says nothing about new data, and hides overfitting, poisoning and memorised records.',
    fix: 'Take the named rows out of one of the two, and split by groups of near duplicates.',
    references: ['https://arxiv.org/abs/1902.00423', 'https://doi.org/10.1016/j.patter.2023.100804'],
    taxonomy: ['AML.T0020'],
  },
  begin(context) {
    const rows = new RowCounts();
    const leaked = new RowCounts();
    const found = new Map<string, { count: number; near: number; rows: number[]; first: RowRef; other: RowRef }>();
    let splits = 0;
    const seen = new Set<string>();
    const add = (row: RowRef, other: RowRef, count: number, near: boolean): void => {
      leaked.add(row.file, count);
      const known = found.get(row.file.shown);
      if (known === undefined) {
        found.set(row.file.shown, { count, near: near ? count : 0, rows: [row.number], first: row, other });
        return;
      }
      known.count += count;
      if (near) known.near += count;
      if (known.rows.length < SHOWN) known.rows.push(row.number);
    };
    return {
      row({ file }) {
        rows.add(file);
        if (file.split === null || seen.has(file.split)) return;
        seen.add(file.split);
        splits++;
      },
      equalInputs({ parts, first }) {
        const train = first.find(({ file }) => file.split === 'train');
        if (train === undefined) return;
        parts.forEach(({ split, count }, at) => {
          if (split === 'test' || split === 'validation') add(first[at]!, train, count, false);
        });
      },
      nearPair({ row, like }) {
        const [a, b] = [row.file.split, like.file.split];
        if (a === null || b === null || a === b || (a !== 'train' && b !== 'train')) return;
        const [held, train] = a === 'train' ? [like, row] : [row, like];
        add(held, train, 1, true);
      },
      end() {
        if (!(seen.has('train') && splits > 1)) {
          context.notRun('no names tell training data from test data; --split names them');
          return;
        }
        for (const [shown, { count, near, rows: some, first, other }] of found) {
          const [all, total] = [leaked.of(first.file), rows.of(first.file)];
          const share = all / total;
          const nearly = near === 0 ? '' : ` (${near} of them nearly equal, not equal)`;
          context.report(shown, {
            severity: share >= 0.05 ? 'high' : share >= 0.001 ? 'medium' : 'low',
            message:
              first.file.format === 'image'
                ? `It is the same picture as ${refOf(other, shown)}, which is training data; so it is with ${partOf(first.file, all, total)}.`
                : `${partOf(first.file, all, total)} are in the training data${nearly}; ${placeOf(first)} is ${refOf(other, shown)}.`,
            where: whereOf(first),
            count,
            rows: some.toSorted((a, b) => a - b),
          });
        }
      },
    };
  },
});

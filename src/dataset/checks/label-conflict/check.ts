import { defineCheck, partOf, placeOf, refOf, RowCounts, type RowRef, shown as visible, whereOf } from '../../check.ts';

interface Found {
  count: number;
  near: number;
  readonly rows: number[];
  readonly first: RowRef;
  readonly other: RowRef;
}

const SHOWN = 10;

export const labelConflict = defineCheck({
  meta: {
    id: 'label-conflict',
    title: 'Same input, other label',
    severity: 'medium',
    threats: ['data-poisoning'],
    meaning:
      'Rows with equal or nearly equal inputs have different labels. At least one of them is wrong, by mistake or on purpose: relabelled copies are how flipped labels look.',
    fix: 'Have the named rows labelled again. Many of them from one source or one day speak against that source.',
    references: ['https://arxiv.org/abs/1911.00068', 'https://arxiv.org/abs/2103.14749'],
    taxonomy: ['AML.T0020'],
  },
  begin(context) {
    const labelled = new RowCounts();
    const conflicting = new RowCounts();
    let any = false;
    const found = new Map<string, Found>();
    const add = (row: RowRef, other: RowRef, count: number, near: boolean): void => {
      const { shown } = row.file;
      conflicting.add(row.file, count);
      const known = found.get(shown);
      if (known === undefined) {
        found.set(shown, { count, near: near ? count : 0, rows: [row.number], first: row, other });
        return;
      }
      known.count += count;
      if (near) known.near += count;
      if (known.rows.length < SHOWN) known.rows.push(row.number);
    };
    return {
      row({ file, label }) {
        if (label === null) return;
        labelled.add(file);
        any = true;
      },
      equalInputs({ parts, first }) {
        const some = parts.filter(({ label }) => label !== null);
        const labels = new Map<string, number>();
        for (const { label, count } of some) labels.set(label!, (labels.get(label!) ?? 0) + count);
        if (labels.size < 2) return;
        const most = [...labels].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
        const kept = first.find(({ label }) => label === most)!;
        parts.forEach(({ label, count }, at) => {
          if (label !== null && label !== most) add(first[at]!, kept, count, false);
        });
      },
      nearPair({ row, like }) {
        if (row.label !== null && like.label !== null && row.label !== like.label) add(row, like, 1, true);
      },
      end() {
        if (!any) context.notRun('no column of labels was found; --label names it');
        for (const [shown, { count, near, rows, first, other }] of found) {
          const [all, total] = [conflicting.of(first.file), labelled.of(first.file)];
          const nearly = near === 0 ? '' : ` (${near} of them nearly equal, not equal)`;
          const says = (ref: RowRef): string => `says "${visible(ref.label!)}"`;
          context.report(shown, {
            severity: all / total >= 0.005 ? 'medium' : 'low',
            message:
              first.file.format === 'image'
                ? `It ${says(first)}, and the same picture as ${refOf(other, shown)} ${says(other)}; so it is with ${partOf(first.file, all, total)}.`
                : `${partOf(first.file, all, total)} have another label than a row with the same input${nearly}; ${placeOf(first)} ${says(first)}, ${refOf(other, shown)} ${says(other)}.`,
            where: whereOf(first),
            count,
            rows: rows.toSorted((a, b) => a - b),
          });
        }
      },
    };
  },
});

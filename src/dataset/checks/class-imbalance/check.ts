import { defineCheck, type InspectedFile, shown as visible } from '../../check.ts';
import { LabelIds } from '../../label-ids.ts';

/** More labels than this are no classes: names, free text, numbers to be predicted. */
const MOST_CLASSES = 1000;

export const classImbalance = defineCheck({
  meta: {
    id: 'class-imbalance',
    title: 'Classes of very different size',
    severity: 'info',
    threats: ['data-poisoning'],
    meaning:
      'One class has many times the rows of another, or there is only one. Accuracy then says little, rare classes are learnt badly, and few poisoned rows are enough to take one over.',
    fix: 'Report results by class, weigh or sample the classes, and look at where the small ones come from.',
    references: ['https://arxiv.org/abs/1710.05381'],
    taxonomy: ['AML.T0020'],
  },
  begin(context) {
    const files = new Map<
      string,
      { ids: LabelIds; counts: number[]; column: string; file: InspectedFile; firsts: string[] }
    >();
    return {
      row({ file, label, labelColumn }) {
        if (label === null || labelColumn === null) return;
        let known = files.get(file.collection);
        if (known === undefined) {
          known = { ids: new LabelIds(), counts: [], column: labelColumn, file, firsts: [] };
          files.set(file.collection, known);
        }
        if (known.counts.length > MOST_CLASSES) return;
        const id = known.ids.idOf(label);
        known.counts[id] = (known.counts[id] ?? 0) + 1;
        known.firsts[id] ??= file.shown;
      },
      end() {
        if (files.size === 0) context.notRun('no column of labels was found; --label names it');
        for (const { ids, counts, column, file, firsts } of files.values()) {
          if (counts.length > MOST_CLASSES) continue;
          const classes = counts.flatMap((count, id) =>
            id === 0 ? [] : [{ label: ids.labelOf(id)!, count, shown: firsts[id]! }],
          );
          const rows = file.format === 'image' ? 'pictures' : 'rows';
          const total = classes.reduce((sum, { count }) => sum + count, 0);
          const where = { member: null, offset: null, field: column };
          // Labels that hardly repeat are no classes.
          if (classes.length * 2 > total) continue;
          const most = classes.reduce((a, b) => (b.count > a.count ? b : a));
          const least = classes.reduce((a, b) => (b.count < a.count ? b : a));
          if (classes.length === 1) {
            // Pictures of one folder, or the rows of one class in a file of their own: only many of them say something.
            if (total >= 20 && file.format !== 'image')
              context.report(file.shown, {
                severity: 'info',
                message: `All ${total} rows have the label "${visible(most.label)}".`,
                where,
                count: total,
              });
            continue;
          }
          const ratio = most.count / least.count;
          if (ratio < 10) continue;
          context.report(least.shown, {
            severity: ratio >= 100 ? 'low' : 'info',
            message: `Class "${visible(most.label)}" has ${most.count} ${rows}, class "${visible(least.label)}" ${least.count}: ${ratio.toFixed(0)} to 1.`,
            where,
            count: least.count,
          });
        }
      },
    };
  },
});

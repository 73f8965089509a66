import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import type { TabularDeclaration } from '../declaration.ts';

/** A made-up table of loans with every kind of constraint. */
export const LOAN_TABLE: TabularDeclaration = {
  features: [
    { name: 'income', range: [0, 100], change: 'any' },
    { name: 'age', type: 'integer', range: [18, 90], change: 'none' },
    { name: 'accounts', type: 'integer', range: [0, 10], change: 'increase' },
    { name: 'paid', range: [0, 50] },
    { name: 'open', range: [0, 50] },
    { name: 'total', range: [0, 100] },
    { name: 'is_rent', type: 'integer' },
    { name: 'is_own', type: 'integer' },
    { name: 'is_other', type: 'integer' },
  ],
  oneHot: [['is_rent', 'is_own', 'is_other']],
  relations: [
    { sum: { paid: 1, open: 1, total: -1 }, is: '==', value: 0 },
    { sum: { total: 1, income: -1 }, is: '<=', value: 40 },
  ],
};

export const LOAN_BOUNDS = {
  low: Float32Array.of(0, 18, 0, 0, 0, 0, 0, 0, 0),
  high: Float32Array.of(100, 90, 10, 50, 50, 100, 1, 1, 1),
};

/** Rows that keep every constraint; class 1 where income outweighs what is open. */
export function loanRows(seed: string, count: number): LabelledData {
  const random = seededRandom(seed);
  const inputs = new Float32Array(count * 9);
  const labels = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const income = Math.fround(100 * random.uniform());
    // Quarters: their sums are exact in float32.
    const [paid, open] = [random.below(81) / 4, random.below(81) / 4];
    const home = random.below(3);
    inputs.set(
      [
        income,
        18 + random.below(60),
        random.below(6),
        paid,
        open,
        paid + open,
        Number(home === 0),
        Number(home === 1),
        Number(home === 2),
      ],
      row * 9,
    );
    labels[row] = Number(income + 10 * Number(home === 1) + 0.2 * paid - 2 * open > 20);
  }
  return { inputs, labels, count, inputShape: [9] };
}

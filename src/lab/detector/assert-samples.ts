import { Fault } from '../../core/fault.ts';
import { boxOf } from '../evasion/norm-ball.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Target } from '../target.ts';

/** @throws Fault `ERR_DATA` that names the first value that is no finite number, or says that there are no samples */
export function assertFinite({ inputs, count }: Pick<LabelledData, 'inputs' | 'count'>): void {
  if (count === 0) throw new Fault('ERR_DATA', 'There are no samples.');
  const at = inputs.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const size = inputs.length / count;
  throw new Fault('ERR_DATA', `A value of the data is ${inputs[at]}.`, {
    where: `sample ${Math.floor(at / size)}, feature ${at % size}`,
    hint: 'Clean data must be finite numbers.',
  });
}

/** @throws Fault `ERR_DATA` that names the first sample with a value outside of the model's bounds */
export function assertInBounds(
  { inputs, count }: Pick<LabelledData, 'inputs' | 'count'>,
  target: Pick<Target, 'bounds' | 'inputShape'>,
): void {
  const { low, high } = boxOf(target);
  const size = low.length;
  const at = inputs.findIndex((value, i) => !(value >= low[i % size]! - 1e-6 && value <= high[i % size]! + 1e-6));
  if (at < 0) return;
  const feature = at % size;
  throw new Fault(
    'ERR_DATA',
    `A value of the data is ${inputs[at]}, outside the bounds ${low[feature]} to ${high[feature]}.`,
    {
      where: `sample ${Math.floor(at / (inputs.length / count))}, feature ${feature}`,
      hint: 'Say between what values lie (--bounds), or what they are divided by (--scale).',
    },
  );
}

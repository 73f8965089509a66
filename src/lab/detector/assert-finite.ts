import { Fault } from '../../core/fault.ts';
import type { LabelledData } from '../labelled-data.ts';

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

import { Fault } from '../../core/fault.ts';

/** Numbers in one sample, or in the value of another input: a volume of 512 x 512 x 256, 256 MiB of float32. */
const MAX_NUMBERS = 2 ** 26;
/** Numbers in a batch that a file fixes. */
export const MAX_BATCH_NUMBERS = 2 ** 28;

/**
 * Numbers in a tensor whose shape a file, or somebody who knows as little, has said.
 * @param what `The input "x"`
 * @throws Fault `ERR_MODEL_UNSUPPORTED` before anything so large is made
 */
export function boundedSize(shape: readonly (number | string | null)[], what: string, most = MAX_NUMBERS): number {
  let size = 1;
  for (const length of shape) if (typeof length === 'number') size *= length;
  if (Number.isSafeInteger(size) && size >= 0 && size <= most) return size;
  throw new Fault('ERR_MODEL_UNSUPPORTED', `${what} has more numbers than are made without being asked.`, {
    where: shape.map((length) => length ?? '?').join(' x '),
    hint: `At most ${most.toLocaleString('en')} are; give a smaller shape.`,
  });
}

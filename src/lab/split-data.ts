import { Fault } from '../core/fault.ts';
import { seededRandom } from '../math/random.ts';
import type { LabelledData } from './labelled-data.ts';

/** The samples with these numbers, in this order, copied. */
export function pickData(data: LabelledData, indices: ArrayLike<number>): LabelledData {
  const size = data.inputShape.reduce((product, length) => product * length, 1);
  const inputs = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let to = 0; to < indices.length; to++) {
    const from = indices[to]!;
    inputs.set(data.inputs.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = data.labels[from]!;
  }
  return { ...data, inputs, labels, count: indices.length };
}

/**
 * Two parts, drawn by chance from the seed; with `groups` (a track, a patient, a machine: one number a sample), no group is in both, so that
 * near-copies of what was trained on do not count as held out.
 * @param share of the samples (or groups) that are held out
 */
export function splitData(
  data: LabelledData,
  share: number,
  seed: string,
  groups?: ArrayLike<number>,
): { readonly kept: LabelledData; readonly heldOut: LabelledData } {
  if (!(share > 0 && share < 1)) throw new Fault('ERR_USAGE', 'The share that is held out lies between 0 and 1.');
  if (groups !== undefined && groups.length !== data.count) {
    throw new Fault('ERR_DATA', `There are ${groups.length} group numbers for ${data.count} samples.`);
  }
  const groupOf = (index: number): number => groups?.[index] ?? index;
  const names = [...new Set(Array.from({ length: data.count }, (_, index) => groupOf(index)))];
  const out = Math.max(1, Math.round(share * names.length));
  if (out >= names.length) throw new Fault('ERR_DATA', 'There are too few samples to hold some out.');
  const held = new Set(seededRandom(seed).fork('split').shuffle(names).slice(0, out));
  const [kept, heldOut]: [number[], number[]] = [[], []];
  for (let index = 0; index < data.count; index++) (held.has(groupOf(index)) ? heldOut : kept).push(index);
  return { kept: pickData(data, kept), heldOut: pickData(data, heldOut) };
}

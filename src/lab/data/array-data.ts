import { Fault } from '../../core/fault.ts';
import type { LabelledData } from '../labelled-data.ts';

/** Numbers as a data file holds them: flat and row-major, the first axis counts samples. */
export interface SampleArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint> | readonly string[];
  /** True for numbers of one byte from 0 to 255: pictures, which are divided by 255 unless the options say otherwise. */
  readonly bytes: boolean;
}

export interface ArrayOptions {
  /** Order of a picture's axes in the file; `auto`: `nhwc` where the last axis is 1, 3 or 4 and the second is not. */
  readonly layout?: 'auto' | 'nchw' | 'nhwc';
  /** What values are divided by; `auto`: 255 for bytes, or else 1. */
  readonly scale?: 'auto' | number;
  /** Shape of one sample as the model takes it. The file's is brought to it where both hold the same numbers. */
  readonly inputShape?: readonly number[];
  /** Samples to take from the beginning. */
  readonly limit?: number;
}

/** Numbers in all that are taken into memory: 4 GiB of float32. */
const MAX_VALUES = 2 ** 30;

/** @throws Fault `ERR_DATA`, with `where` naming the array. */
export function arrayData(
  inputs: SampleArray,
  labels: SampleArray,
  options: ArrayOptions,
  where: string,
): LabelledData {
  const total = inputs.shape[0] ?? 0;
  const labelCount = labels.shape.reduce((product, length) => product * length, 1);
  const oneHot = labels.shape.length === 2 && labels.shape[0] === total && labels.shape[1]! > 1;
  if (inputs.shape.length === 0 || (!oneHot && labelCount !== total)) {
    throw new Fault('ERR_DATA', `There are ${total} samples and ${labelCount} labels.`, { where });
  }
  if (total === 0) throw new Fault('ERR_DATA', 'There are no samples.', { where });
  const count = Math.min(total, options.limit ?? total);
  const read = readLabels(oneHot ? { ...labels, data: fromOneHot(labels, count) } : labels, count, where);
  return { ...readInputs(inputs, count, options, where), ...read, count };
}

/** Inputs alone, in the layout and scale that the options say. */
export function readInputs(
  { shape, data, bytes }: SampleArray,
  count: number,
  options: ArrayOptions,
  where: string,
): Pick<LabelledData, 'inputs' | 'inputShape'> {
  const sample = shape.length === 1 ? [1] : shape.slice(1);
  const size = sample.reduce((product, length) => product * length, 1);
  if (count * size > MAX_VALUES) {
    throw new Fault('ERR_DATA', `The samples have more than ${MAX_VALUES} numbers in all.`, {
      where,
      hint: 'Take a part of them (--limit).',
    });
  }
  const { layout = 'auto', scale = 'auto' } = options;
  const divisor = scale === 'auto' ? (bytes ? 255 : 1) : scale;
  if (!(divisor > 0)) throw new Fault('ERR_USAGE', 'The scale of the inputs must be above 0.');
  const channelsLast = layout === 'nhwc' || (layout === 'auto' && looksChannelsLast(sample));
  if (channelsLast && sample.length !== 3) {
    throw new Fault('ERR_USAGE', 'The layout nhwc is for pictures: samples of [height, width, channels].', { where });
  }
  // A model that takes channels last gets them so, from either order.
  const wanted = options.inputShape;
  const wantsLast = wanted !== undefined && sample.length === 3 && looksChannelsLast(wanted);
  const inputs = new Float32Array(count * size);
  const source = data as ArrayLike<number | bigint>;
  const moves = sample.length === 3 && channelsLast !== wantsLast;
  const [channels = 1, pixels = size] = moves
    ? channelsLast
      ? [sample[2]!, sample[0]! * sample[1]!]
      : [sample[0]!, sample[1]! * sample[2]!]
    : [];
  // Where a value goes: a picture's table of pixels by channels is turned over.
  const [rows, columns] = channelsLast ? [pixels, channels] : [channels, pixels];
  for (let n = 0; moves && n < count; n++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        inputs[n * size + column * rows + row] = Number(source[n * size + row * columns + column]) / divisor;
      }
    }
  }
  for (let i = 0; !moves && i < inputs.length; i++) inputs[i] = Number(source[i]) / divisor;
  const bad = inputs.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new Fault('ERR_DATA', 'A value is missing, no number, or infinite.', {
      where: `${where}, sample ${Math.floor(bad / size)}, value ${bad % size}`,
      hint: 'Fill in or leave out such samples.',
    });
  }
  const [first = 1, second = 1, third = 1] = sample;
  const found = !moves ? sample : channelsLast ? [third, first, second] : [second, third, first];
  return { inputs, inputShape: shapeFor(found, options.inputShape, where) };
}

function looksChannelsLast(sample: readonly number[]): boolean {
  const isChannels = (length: number): boolean => length === 1 || length === 3 || length === 4;
  return sample.length === 3 && isChannels(sample[2]!) && !isChannels(sample[0]!);
}

/** [28, 28] is what a model of [1, 28, 28] or [784] takes; [3, 32, 32] is not what one of [32, 32, 3] does. */
function shapeFor(found: readonly number[], wanted: readonly number[] | undefined, where: string): readonly number[] {
  if (wanted === undefined) return found.length === 2 && found[0]! > 1 && found[1]! > 1 ? [1, ...found] : found;
  const long = (shape: readonly number[]): readonly number[] => shape.filter((length) => length !== 1);
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  const same = long(found).join() === long(wanted).join();
  const flat = size(found) === size(wanted) && (long(found).length === 1 || long(wanted).length === 1);
  if (same || flat) return wanted;
  throw new Fault(
    'ERR_DATA',
    `The samples have the shape ${found.join(' x ')}, the model takes ${wanted.join(' x ')}.`,
    {
      where,
      hint: 'Say the order of the axes (--layout nchw or nhwc), or resize the data.',
    },
  );
}

function fromOneHot({ shape, data }: SampleArray, count: number): number[] {
  const classes = shape[1]!;
  return Array.from({ length: count }, (_, n) => {
    let best = 0;
    for (let i = 1; i < classes; i++) {
      if (Number(data[n * classes + i]) > Number(data[n * classes + best])) best = i;
    }
    return best;
  });
}

/** Classes as whole numbers from 0, or as names, which are then numbered in alphabetical order. */
export function readLabels(
  { data }: Pick<SampleArray, 'data'>,
  count: number,
  where: string,
): Pick<LabelledData, 'labels' | 'classNames'> {
  if (Array.isArray(data) && typeof data[0] === 'string') return readNames(data as readonly string[], count, where);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const label = Number(data[n]);
    if (!(Number.isInteger(label) && label >= 0 && label < 2 ** 31)) {
      throw new Fault('ERR_DATA', 'A label is not a whole number from 0 on.', {
        where: `${where}, label ${n}`,
        hint: 'Labels are classes, numbered from 0, or names.',
      });
    }
    labels[n] = label;
  }
  return { labels };
}

function readNames(
  names: readonly string[],
  count: number,
  where: string,
): Pick<LabelledData, 'labels' | 'classNames'> {
  const taken = names.slice(0, count);
  if (taken.every((name) => /^\d{1,9}$/.test(name.trim()))) {
    return { labels: Int32Array.from(taken, Number) };
  }
  const empty = taken.findIndex((name) => name.trim() === '');
  if (empty >= 0) throw new Fault('ERR_DATA', 'A label is empty.', { where: `${where}, label ${empty}` });
  const classNames = [...new Set(taken)].toSorted();
  if (classNames.length > 65_536 || (classNames.length === count && count > 50)) {
    throw new Fault('ERR_DATA', `There are ${classNames.length} different labels for ${count} samples.`, {
      where,
      hint: 'Name the column or key that holds the class.',
    });
  }
  const numbers = new Map(classNames.map((name, index) => [name, index]));
  return { labels: Int32Array.from(taken, (name) => numbers.get(name)!), classNames };
}

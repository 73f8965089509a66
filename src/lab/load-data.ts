import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault, isFault } from '../core/fault.ts';
import { isIdx, readIdx } from '../formats/idx/read-idx.ts';
import type { NpyArray } from '../formats/npy/npy-array.ts';
import { isNpy, readNpy } from '../formats/npy/read-npy.ts';
import { readNpz } from '../formats/npy/read-npz.ts';
import { arrayData, type ArrayOptions, type SampleArray } from './data/array-data.ts';
import { readImageFolder } from './data/image-folder.ts';
import { readDataBytes } from './data/read-bytes.ts';
import { readTable, type TableOptions } from './data/table-data.ts';
import type { LabelledData } from './labelled-data.ts';

export interface LoadDataOptions extends ArrayOptions, Omit<TableOptions, 'limit'> {
  /** File with the labels, where it is one of its own (IDX, `.npy`). Default: beside the inputs, by its name. */
  readonly labels?: string;
  /** Array of a `.npz` with the inputs; default x, images, data, inputs, x_test, x_train, test_images or train_images. */
  readonly inputArray?: string;
  /** Array of a `.npz` with the labels; default the one that goes with the inputs. */
  readonly labelArray?: string;
}

/** Names of arrays that belong together. */
const PAIRS = [
  ['x', 'y'],
  ['X', 'y'],
  ['images', 'labels'],
  ['data', 'labels'],
  ['data', 'target'],
  ['inputs', 'labels'],
  ['x_test', 'y_test'],
  ['test_images', 'test_labels'],
  ['x_train', 'y_train'],
  ['train_images', 'train_labels'],
] as const;

/**
 * Loads labelled samples from a path: a folder of folders of pictures, a `.npz`, a pair of IDX or `.npy` files, or CSV; gzipped or not. What
 * a file is, its bytes say, for text its name.
 * @throws Fault `ERR_DATA` (what is wrong, where, what to do), `ERR_USAGE` when it cannot be read or the options do not fit.
 */
export async function loadData(path: string, options: LoadDataOptions = {}): Promise<LabelledData> {
  const { limit } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw new Fault('ERR_USAGE', 'The limit of samples is a whole number above 0.');
  }
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'There is no such data.', {
      where: path,
      hint: 'Give a folder of pictures, or a .npz, IDX, .npy or CSV file.',
      cause,
    });
  }
  if (isFolder) return fitted(await readImageFolder(path, limit), options, path);
  if (/\.(csv|tsv|txt|data)(\.gz)?$/i.test(path)) return fitted(await readTable(path, options), options, path);
  if (/\.jsonl(\.gz)?$/i.test(path)) {
    throw new Fault('ERR_DATA', 'These are texts; this needs samples of numbers.', {
      where: path,
      hint: 'Text classifiers are assessed with their tokenizer; see the documentation of text attacks.',
    });
  }
  const bytes = await readDataBytes(path);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return fromNpz(bytes, path, options);
  if (isNpy(bytes) || isIdx(bytes)) {
    const labelPath = options.labels ?? labelsBeside(path);
    return arrayData(readArray(bytes, path), readArray(await readDataBytes(labelPath), labelPath), options, path);
  }
  throw new Fault('ERR_DATA', 'The file is none that is read.', {
    where: path,
    hint: 'Folders of pictures, .npz, IDX, .npy and CSV are.',
  });
}

/** What was read in its own shape, in the shape that the model wants. */
function fitted(data: LabelledData, options: LoadDataOptions, path: string): LabelledData {
  if (options.inputShape === undefined && (options.scale === undefined || options.scale === 'auto')) return data;
  const array: SampleArray = { shape: [data.count, ...data.inputShape], data: data.inputs, bytes: false };
  const labels: SampleArray = { shape: [data.count], data: data.labels, bytes: false };
  const { classNames } = data;
  return { ...arrayData(array, labels, { ...options, layout: 'nchw' }, path), ...(classNames && { classNames }) };
}

function fromNpz(bytes: Uint8Array, path: string, options: LoadDataOptions): LabelledData {
  const npz = placing(path, () => readNpz(bytes));
  const has = new Set(npz.names);
  const { inputArray, labelArray } = options;
  const pair = PAIRS.find(
    ([x, y]) => has.has(inputArray ?? x) && has.has(labelArray ?? y) && (inputArray === undefined || x === inputArray),
  );
  const inputs = inputArray ?? pair?.[0];
  const labels = labelArray ?? pair?.[1];
  if (inputs === undefined || labels === undefined) {
    throw new Fault('ERR_DATA', 'It is not clear which arrays hold the samples and their labels.', {
      where: path,
      hint: `The file has ${npz.names.slice(0, 20).join(', ') || 'no arrays'}; name two, or save them as x and y.`,
    });
  }
  const read = (name: string): SampleArray => placing(path, () => toSamples(npz.read(name)));
  return arrayData(read(inputs), read(labels), options, path);
}

function readArray(bytes: Uint8Array, path: string): SampleArray {
  return placing(path, () => {
    if (isNpy(bytes)) return toSamples(readNpy(bytes));
    const { shape, data } = readIdx(bytes);
    return { shape, data, bytes: data instanceof Uint8Array };
  });
}

function toSamples({ shape, data, type }: NpyArray): SampleArray {
  return { shape, data, bytes: type === 'uint8' };
}

function placing<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault(error.code, error.message, {
      where: error.where === undefined ? path : `${path}, ${error.where}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** `train-images-idx3-ubyte.gz` has `train-labels-idx1-ubyte.gz`, `x_test.npy` has `y_test.npy`. */
function labelsBeside(path: string): string {
  const name = basename(path);
  const candidates = [
    name.replace('images', 'labels').replace(/idx\d/, 'idx1'),
    name.replace(/^x/i, 'y'),
    name.replace('inputs', 'labels'),
    name.replace('data', 'labels'),
  ];
  for (const candidate of candidates) {
    const found = join(dirname(path), candidate);
    if (candidate !== name && existsSync(found)) return found;
  }
  throw new Fault('ERR_USAGE', 'There is no file of labels beside the samples.', {
    where: path,
    hint: `Looked for ${[...new Set(candidates.filter((one) => one !== name))].join(', ') || 'one with "labels" in its name'}; name the file (--labels).`,
  });
}

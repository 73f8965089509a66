import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { LabelledData } from '../src/lab/labelled-data.ts';
import { seededRandom } from '../src/math/random.ts';

const DATA = new URL('../../shared/data/models/', import.meta.url);

export interface Table {
  readonly name: string;
  readonly train: LabelledData;
  readonly test: LabelledData;
}

/** The first 80 % of the rows to train with, columns scaled to 0..1 by these: as the paper's repository does. */
function fromRows(
  name: string,
  rows: readonly (readonly number[])[],
  label: (row: readonly number[]) => number,
  features: number,
): Table {
  const cut = Math.floor(0.8 * rows.length);
  const known = rows.slice(0, cut);
  const low = Array.from({ length: features }, (_, f) => Math.min(...known.map((row) => row[f]!)));
  const high = Array.from({ length: features }, (_, f) => Math.max(...known.map((row) => row[f]!)));
  const part = (own: readonly (readonly number[])[]): LabelledData => ({
    inputs: Float32Array.from(own.flatMap((row) => low.map((least, f) => (row[f]! - least) / (high[f]! - least)))),
    labels: Int32Array.from(own, label),
    count: own.length,
    inputShape: [features],
  });
  return { name, train: part(known), test: part(rows.slice(cut)) };
}

/** A table's training rows, shuffled, 80 % to fit and 20 % to choose the number of trees with. Test rows choose nothing. */
export function fitAndValidation(data: LabelledData, seed: number): { fit: LabelledData; validation: LabelledData } {
  const order = seededRandom(`validation/${seed}`).shuffle(Int32Array.from({ length: data.count }, (_, row) => row));
  const cut = Math.floor(0.8 * data.count);
  const features = data.inputShape[0]!;
  const part = (rows: Int32Array): LabelledData => {
    const inputs = new Float32Array(rows.length * features);
    rows.forEach((row, at) => inputs.set(data.inputs.subarray(row * features, (row + 1) * features), at * features));
    return {
      inputs,
      labels: Int32Array.from(rows, (row) => data.labels[row]!),
      count: rows.length,
      inputShape: data.inputShape,
    };
  };
  return { fit: part(order.subarray(0, cut)), validation: part(order.subarray(cut)) };
}

function csv(path: string): number[][] {
  return readFileSync(new URL(path, DATA), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[\d.,]+$/.test(line)) // leaves out a header and rows with '?'
    .map((line) => line.split(',').map(Number));
}

/** Columns 0 to 9, of which the first is the sample's number: so did the paper. */
export function breastCancer(): Table {
  return fromRows(
    'breast-cancer',
    csv('tabular/max-andr/breast-cancer-wisconsin.data'),
    (row) => Number(row[10] === 4),
    10,
  );
}

export function diabetes(): Table {
  return fromRows('diabetes', csv('tabular/max-andr/diabetes.csv'), (row) => row[8]!, 8);
}

/** Two digits of MNIST, pixels 0..1; the larger digit is class 1. */
export function twoDigits(first: number, second: number): Table {
  const part = (prefix: string): LabelledData => {
    const images = gunzipSync(readFileSync(new URL(`mnist/${prefix}-images-idx3-ubyte.gz`, DATA))).subarray(16);
    const labels = gunzipSync(readFileSync(new URL(`mnist/${prefix}-labels-idx1-ubyte.gz`, DATA))).subarray(8);
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === first || labels[row] === second);
    const inputs = new Float32Array(rows.length * 784);
    rows.forEach((row, at) => {
      for (let pixel = 0; pixel < 784; pixel++) inputs[at * 784 + pixel] = images[row * 784 + pixel]! / 255;
    });
    return {
      inputs,
      labels: Int32Array.from(rows, (row) => Number(labels[row] === second)),
      count: rows.length,
      inputShape: [784],
    };
  };
  return { name: `MNIST ${first}-${second}`, train: part('train'), test: part('t10k') };
}

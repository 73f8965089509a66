import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '../src/math/random.ts';
import type { LabelledData } from '../src/lab/labelled-data.ts';

const DATA = new URL('../../shared/data/models/', import.meta.url);

export interface Table {
  readonly name: string;
  readonly train: LabelledData;
  readonly test: LabelledData;
}

/** Columns scaled to 0..1 over all rows, 80 % of the shuffled rows to train with: as in the repository of the paper. */
function fromRows(
  name: string,
  rows: readonly (readonly number[])[],
  label: (row: readonly number[]) => number,
  features: number,
  seed: string,
): Table {
  const low = Array.from({ length: features }, (_, f) => Math.min(...rows.map((row) => row[f]!)));
  const high = Array.from({ length: features }, (_, f) => Math.max(...rows.map((row) => row[f]!)));
  const order = seededRandom(seed).shuffle(Array.from(rows.keys()));
  const part = (indices: readonly number[]): LabelledData => ({
    inputs: Float32Array.from(
      indices.flatMap((index) => low.map((least, f) => (rows[index]![f]! - least) / (high[f]! - least))),
    ),
    labels: Int32Array.from(indices, (index) => label(rows[index]!)),
    count: indices.length,
    inputShape: [features],
  });
  const cut = Math.floor(0.8 * rows.length);
  return { name, train: part(order.slice(0, cut)), test: part(order.slice(cut)) };
}

function csv(path: string): number[][] {
  return readFileSync(new URL(path, DATA), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[\d.,]+$/.test(line)) // leaves out a header and rows with '?'
    .map((line) => line.split(',').map(Number));
}

/** Columns 0 to 9, of which the first is the sample's number: so did the paper. */
export function breastCancer(seed: string): Table {
  return fromRows(
    'breast-cancer',
    csv('tabular/max-andr/breast-cancer-wisconsin.data'),
    (row) => Number(row[10] === 4),
    10,
    seed,
  );
}

export function diabetes(seed: string): Table {
  return fromRows('diabetes', csv('tabular/max-andr/diabetes.csv'), (row) => row[8]!, 8, seed);
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

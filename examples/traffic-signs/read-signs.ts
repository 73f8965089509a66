import { join } from 'node:path';
import { readCsv } from '../../src/formats/csv/csv-reader.ts';
import { readDataBytes } from '../../src/lab/data/read-bytes.ts';
import type { LabelledData } from '../../src/lab/labelled-data.ts';
import { loadData } from '../../src/lab/load-data.ts';
import { splitData } from '../../src/lab/split-data.ts';

/** Traffic signs (GTSRB, 43 classes, 3 x 32 x 32, values 0 to 1). */
export interface Signs {
  /** Trained on. */
  readonly train: LabelledData;
  /** Tracks that are not trained on: for choices. A track is one sign filmed from a car; its frames are near-copies of each other. */
  readonly heldOut: LabelledData;
  /** The official test set's beginning: for the final numbers alone. */
  readonly test: LabelledData;
}

/** Class of the stop sign. */
export const STOP = 14;

/**
 * @param folder with the IDX files and `train-third-tracks.csv.gz`
 * @throws Fault `ERR_USAGE`, `ERR_DATA`
 */
export async function readSigns(folder: string): Promise<Signs> {
  const all = await loadData(join(folder, 'train-third-images-idx4-ubyte.gz'), { layout: 'nhwc' });
  const test = await loadData(join(folder, 'test-images-idx4-ubyte.gz'), { layout: 'nhwc' });
  const text = new TextDecoder().decode(await readDataBytes(join(folder, 'train-third-tracks.csv.gz')));
  const [header = [], ...rows] = readCsv(text);
  const [classAt, trackAt] = [header.indexOf('class'), header.indexOf('track')];
  const tracks = rows.map((row) => Number(row[classAt]) * 100_000 + Number(row[trackAt]));
  const { kept, heldOut } = splitData(all, 0.1, 'traffic signs', tracks);
  return { train: kept, heldOut, test };
}

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../src/core/fault.ts';

export interface DataRow {
  readonly id: string;
  readonly text: string;
  readonly label: 0 | 1;
  readonly kind: string;
  readonly source: string;
  readonly licence: string;
  readonly permissive: boolean;
  readonly lang?: string;
}

export const DATA = resolve(import.meta.dirname, '../../shared/data');

/** @throws Fault when the data is not there. */
export function readData(file: string): readonly DataRow[] {
  const path = join(DATA, file);
  if (!existsSync(path))
    throw new Fault('ERR_USAGE', 'The training data is not there.', {
      where: path,
      hint: 'Training and this benchmark need it; the program itself does not.',
    });
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as DataRow);
}

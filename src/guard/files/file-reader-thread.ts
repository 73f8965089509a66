import { parentPort } from 'node:worker_threads';
import type { FileLimits, Reading } from '../../formats/extraction.ts';
import { readFileText } from '../../formats/read-file.ts';

/** What the thread is asked; one file at a time. */
export interface ReadOrder {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly limits: FileLimits;
}

export interface ReadAnswer {
  readonly id: number;
  readonly reading: Reading;
}

parentPort?.on('message', ({ id, bytes, limits }: ReadOrder) => {
  void readFileText(bytes, limits).then((reading) => parentPort?.postMessage({ id, reading } satisfies ReadAnswer));
});

import { parentPort, workerData } from 'node:worker_threads';
import { memoryTurn } from './memory-turn.ts';
import { scanFile } from './scan-file.ts';
import type { ScanLimits } from './scan-limits.ts';

export interface ScanOrder {
  readonly id: number;
  readonly path: string;
  readonly shown: string;
  readonly limits?: ScanLimits;
}

/** What a thread is given when it begins. */
export interface ThreadData {
  readonly shared: SharedArrayBuffer;
  readonly thread: number;
}

const { shared, thread } = workerData as ThreadData;
const turn = memoryTurn(shared, thread);

parentPort?.on('message', ({ id, path, shown: name, limits }: ScanOrder) => {
  parentPort?.postMessage({ id, result: scanFile(path, name, limits, turn) });
});

import { parentPort } from 'node:worker_threads';
import { scanFile } from './scan-file.ts';
import type { ScanLimits } from './scan-limits.ts';

export interface ScanOrder {
  readonly id: number;
  readonly path: string;
  readonly shown: string;
  readonly limits?: ScanLimits;
}

parentPort?.on('message', ({ id, path, shown, limits }: ScanOrder) => {
  parentPort?.postMessage({ id, result: scanFile(path, shown, limits) });
});

import { parentPort } from 'node:worker_threads';
import type { ArtifactContext } from './artifact.ts';
import { scanFile } from './scan-file.ts';
import type { ScanLimits } from './scan-limits.ts';

export interface ScanOrder {
  readonly id: number;
  readonly path: string;
  readonly shown: string;
  readonly limits?: ScanLimits;
  readonly context?: ArtifactContext;
}

parentPort?.on('message', ({ id, path, shown, limits, context }: ScanOrder) => {
  parentPort?.postMessage({ id, result: scanFile(path, shown, limits, context) });
});

import { parentPort, workerData } from 'node:worker_threads';
import type { ArtifactContext } from './artifact.ts';
import { memoryTurn } from './memory-turn.ts';
import { ThreadUnpacker } from './native/thread-unpacker.ts';
import { remoteSource } from './remote-source.ts';
import { scanBytes, scanFile } from './scan-file.ts';
import type { ScanLimits } from './scan-limits.ts';

export interface ScanOrder {
  readonly id: number;
  readonly path: string;
  readonly shown: string;
  readonly limits?: ScanLimits;
  readonly context?: ArtifactContext;
  /** A file that whoever started the thread fetches. */
  readonly remote?: { readonly size: number; readonly channel: SharedArrayBuffer };
}

/** What a thread is given when it begins. */
export interface ThreadData {
  readonly shared: SharedArrayBuffer;
  readonly thread: number;
}

const { shared, thread } = workerData as ThreadData;
const turn = memoryTurn(shared, thread);

/** One thread of the program unpacks for all. */
const native = new ThreadUnpacker((request, ports) => parentPort?.postMessage(request, ports));

parentPort?.on('message', ({ id, path, shown, limits, context, remote }: ScanOrder) => {
  const means = { turn, native };
  const result =
    remote === undefined
      ? scanFile(path, shown, limits, means, context)
      : scanBytes(
          shown,
          remoteSource(remote.size, remote.channel, (request) => parentPort?.postMessage(request), turn),
          limits,
          means,
        );
  native.free();
  parentPort?.postMessage({ id, result });
});

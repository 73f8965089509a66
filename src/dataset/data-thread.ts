import { parentPort, workerData } from 'node:worker_threads';
import { Fault } from '../core/fault.ts';
import type { Check } from './check.ts';
import type { DataMessage, DataOrder, DataResults } from './data-order.ts';

const tell = (message: DataMessage): void => parentPort?.postMessage(message);

/** Milliseconds between two reports of progress. */
const PAUSE = 1000;
let told = 0;

function progress(file: string, rows: number | null): void {
  const now = performance.now();
  if (rows !== null && now - told < PAUSE) return;
  told = now;
  tell({ kind: 'progress', file, rows });
}

async function carryOut(order: DataOrder): Promise<DataResults[keyof DataResults]> {
  switch (order.work) {
    case 'seal': {
      const { sealData } = await import('./seal-data.ts');
      const { RowDigestWriter } = await import('./row-digests.ts');
      const digests = new RowDigestWriter(order.rowsTo);
      try {
        return await sealData(order.path, {
          ...order.reading,
          ignore: order.ignore,
          onRow: (leaf) => digests.add(leaf),
          onFile: (file) => progress(file, null),
        });
      } finally {
        digests.close();
      }
    }
    case 'verify': {
      const { verifySeal } = await import('./verify-seal.ts');
      const { RowDigests } = await import('./row-digests.ts');
      const { rowsFrom, manifest, ignore } = order;
      const digests = rowsFrom === null ? null : new RowDigests(rowsFrom.path, manifest, rowsFrom.shown);
      try {
        return await verifySeal(order.path, manifest, { digests, ignore });
      } finally {
        digests?.close();
      }
    }
    case 'diff': {
      const { diffData } = await import('./diff-data.ts');
      return diffData(order.old, order.new, order.options);
    }
    case 'check': {
      const { CHECKS } = await import('./registry.ts');
      const { checkData } = await import('./run-checks.ts');
      const { RowShare } = await import('./row-share.ts');
      const { checks: choice, share } = order;
      const checks = (CHECKS as readonly Check[]).filter(
        ({ meta, conclude }) =>
          (share !== null && conclude !== undefined) ||
          ('only' in choice ? choice.only.includes(meta.id) : !choice.allBut.includes(meta.id)),
      );
      return checkData(order.tasks, checks, {
        ...order.options,
        ...(share === null ? {} : { share: new RowShare(share.taken, share.later) }),
        onProgress: progress,
      });
    }
    default:
      throw new Error(`there is no such work: ${String((order as { readonly work: unknown }).work)}`);
  }
}

try {
  tell({ kind: 'done', result: await carryOut(workerData as DataOrder) });
} catch (error) {
  const known = error instanceof Fault;
  tell({
    kind: 'fault',
    code: known ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
    where: known ? error.where : undefined,
    hint: known ? error.hint : undefined,
    stack: error instanceof Error ? error.stack : undefined,
  });
}

import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { verdictOf } from '../scan/file-result.ts';
import type { ScanTask } from '../scan/scan-pool.ts';
import type { CheckChoice, DataOrder } from './data-order.ts';
import { inOrder } from './in-order.ts';
import type { DataFileResult, DataReport } from './run-checks.ts';
import { runDataOrder, type RunOptions } from './run-data-order.ts';

/**
 * Checks that cost the most and share nothing with others, by their number of threads; those that are not named go together. Hidden text and injections
 * share the plain forms of texts.
 */
const APART: readonly (readonly (readonly string[])[])[] = [
  [],
  [],
  [['label-trigger', 'personal-data-column', 'secret-column', 'hidden-text', 'injected-instruction']],
  [['label-trigger'], ['personal-data-column', 'secret-column', 'hidden-text', 'injected-instruction']],
  [['label-trigger'], ['personal-data-column', 'secret-column'], ['hidden-text', 'injected-instruction']],
];

export const MOST_THREADS = APART.length - 1;
/** Bytes below which another thread takes longer to begin than it saves. */
const WORTH = 8 << 20;

/** As many threads as there are cores, and as the data is worth. */
export async function threadsFor(tasks: readonly ScanTask[]): Promise<number> {
  let size = 0;
  for (const { path } of tasks) size += (await stat(path).catch(() => null))?.size ?? 0;
  return Math.min(MOST_THREADS, availableParallelism(), 1 + Math.floor(size / WORTH));
}

/** Runs all checks on threads, each of which reads the data for its own: reading is little beside what checks do. */
export async function checkOnThreads(
  tasks: readonly ScanTask[],
  options: Extract<DataOrder, { readonly work: 'check' }>['options'],
  run: RunOptions & { readonly threads: number },
): Promise<DataReport> {
  const ended = new AbortController();
  const signal = run.signal === undefined ? ended.signal : AbortSignal.any([run.signal, ended.signal]);
  const works = divide(run.threads).map((checks, at) =>
    runDataOrder(
      { work: 'check', tasks, checks, options: { ...options, scan: at === 0 } },
      { signal, ...(at === 0 && run.onProgress !== undefined ? { onProgress: run.onProgress } : {}) },
    ),
  );
  try {
    return join(await Promise.all(works));
  } finally {
    // The first that failed ends the others, and none outlives the call.
    ended.abort();
    await Promise.allSettled(works);
  }
}

/** Every check in one group; as many groups as threads at most. */
function divide(threads: number): readonly CheckChoice[] {
  const apart = APART[Math.min(threads, MOST_THREADS)]!;
  return [{ allBut: apart.flat() }, ...apart.map((only) => ({ only }))];
}

function join(reports: readonly DataReport[]): DataReport {
  const [first, ...others] = reports as [DataReport, ...DataReport[]];
  const notRun = reports.flatMap((one) => one.notRun).toSorted((a, b) => (a.check < b.check ? -1 : 1));
  const files = first.files.map((file, at) => joinFile([file, ...others.map((one) => one.files[at]!)]));
  return { files, notRun };
}

function joinFile(parts: readonly DataFileResult[]): DataFileResult {
  const [first] = parts as [DataFileResult];
  if (parts.every(({ findings, gaps, error }) => findings.length + gaps.length === 0 && error === undefined))
    return first;
  // What cannot be read cannot be read by any of them: gaps are told once.
  const { findings, gaps } = inOrder(
    parts.flatMap((part) => part.findings),
    parts.flatMap((part) => part.gaps),
  );
  const error = parts.find((part) => part.error !== undefined)?.error;
  return {
    ...first,
    verdict: error === undefined ? verdictOf(findings, gaps) : 'error',
    findings,
    gaps,
    ...(error === undefined ? {} : { error }),
  };
}

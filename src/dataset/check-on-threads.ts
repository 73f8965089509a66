import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { verdictOf } from '../scan/file-result.ts';
import type { ScanTask } from '../scan/scan-pool.ts';
import { contextOf, inOrderOfChecks, type NotRun, type Said, type Sink } from './check-context.ts';
import type { Check, CheckOptions } from './check.ts';
import type { CheckChoice, DataOrder } from './data-order.ts';
import { type Gap, inOrder } from './in-order.ts';
import type { DataFileResult, DataReport, PartialReport } from './run-checks.ts';
import { runDataOrder, type RunOptions } from './run-data-order.ts';

/** Checks that need all rows, cost the most of these and share nothing with the others: with more threads than one they have one. */
const APART: readonly string[] = ['label-trigger'];

/** What reads everything and compares it needs one thread and another half; the rest scales. More than these only wait for the disk and take memory. */
export const MOST_THREADS = 8;
/** Threads that are taken unasked: each holds its own tables and models. */
const USUAL_THREADS = 4;
/** Bytes below which another thread takes longer to begin than it saves. */
const WORTH = 8 << 20;

/** As many threads as there are cores, and as the data is worth. */
export async function threadsFor(tasks: readonly ScanTask[]): Promise<number> {
  let size = 0;
  for (const { path } of tasks) size += (await stat(path).catch(() => null))?.size ?? 0;
  return Math.min(USUAL_THREADS, availableParallelism(), 1 + Math.floor(size / WORTH));
}

/**
 * Runs all checks on threads, each of which reads the data for its own: reading is little beside what checks do. Checks that compare rows are run by one
 * thread each, and rows are divided among all of them for the others.
 */
export async function checkOnThreads(
  tasks: readonly ScanTask[],
  options: Extract<DataOrder, { readonly work: 'check' }>['options'],
  run: RunOptions & { readonly threads: number },
): Promise<DataReport> {
  const ended = new AbortController();
  const signal = run.signal === undefined ? ended.signal : AbortSignal.any([run.signal, ended.signal]);
  const choices = divide(Math.min(run.threads, MOST_THREADS));
  const taken = new SharedArrayBuffer(4);
  const works = choices.map((checks, at) =>
    runDataOrder(
      {
        work: 'check',
        tasks,
        checks,
        options: { ...options, scan: at === 0 },
        share: choices.length === 1 ? null : { taken, later: at > 0 },
      },
      { signal, ...(at === 0 && run.onProgress !== undefined ? { onProgress: run.onProgress } : {}) },
    ),
  );
  try {
    // What says something of the parts is made ready while threads look at rows.
    const [reports, checks] = await Promise.all([Promise.all(works), choices.length === 1 ? [] : concluding()]);
    const [{ files, notRun }] = reports as [PartialReport];
    return reports.length === 1 ? { files, notRun } : join(reports, concluded(reports, checks, options));
  } finally {
    // The first that failed ends the others, and none outlives the call.
    ended.abort();
    await Promise.allSettled(works);
  }
}

/** Every check in one group; as many groups as threads. */
function divide(threads: number): readonly CheckChoice[] {
  if (threads <= 1) return [{ allBut: [] }];
  return [{ allBut: APART }, { only: APART }, ...Array.from({ length: threads - 2 }, () => ({ only: [] }))];
}

/** The checks whose rows are divided. */
async function concluding(): Promise<readonly Check[]> {
  const { CHECKS } = await import('./registry.ts');
  return (CHECKS as readonly Check[]).filter(({ conclude }) => conclude !== undefined);
}

/** What these checks say of the parts of all threads. */
function concluded(reports: readonly PartialReport[], checks: readonly Check[], options: CheckOptions): DataReport {
  const [first] = reports as [PartialReport];
  const files = new Map(first.files.map((file) => [file.file, { ...file, said: newSaid() }]));
  const notRun: NotRun[] = [];
  const sink: Sink = {
    options,
    files: new Map([...files].map(([name, { said }]) => [name, said])),
    gap: (shown, reason, where = { member: null, offset: null }) =>
      void files.get(shown)!.said.gaps.push({ reason, where }),
    notRun,
    rowsOf: (shown) => files.get(shown)!.rows ?? 0,
  };
  for (const { meta, conclude } of checks) {
    conclude!(
      contextOf(meta, sink),
      reports.map(({ parts }) => parts[meta.id]),
    );
  }
  return {
    files: [...files.values()].map(({ said, ...file }) => ({
      ...file,
      ...inOrder(said.findings, said.gaps, said.dropped),
    })),
    notRun,
  };
}

function newSaid(): Said & { readonly gaps: Gap[] } {
  return { findings: [], gaps: [], dropped: false };
}

function join(reports: readonly DataReport[], last: DataReport): DataReport {
  const all = [...reports, last];
  const [first] = all as [DataReport];
  const files = first.files.map((file, at) => joinFile(all.map((one) => one.files[at]!)));
  return { files, notRun: inOrderOfChecks(all.flatMap((one) => one.notRun)) };
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

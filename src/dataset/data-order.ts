import type { ScanTask } from '../scan/scan-pool.ts';
import type { DataManifest } from './data-manifest.ts';
import type { DataDiff, DiffOptions } from './diff-data.ts';
import type { ReadOptions } from './open-data-file.ts';
import type { CheckDataOptions, PartialReport } from './run-checks.ts';
import type { FileDifference } from './verify-seal.ts';

/** What a thread is asked to do; everything in it can be copied from thread to thread. */
export type DataOrder =
  | {
      readonly work: 'seal';
      readonly path: string;
      readonly reading: ReadOptions;
      readonly ignore: readonly string[];
      /** File that the rows' leaf hashes are written to; it is the caller's to remove after a failure. */
      readonly rowsTo: string;
    }
  | {
      readonly work: 'verify';
      readonly path: string;
      readonly manifest: DataManifest;
      /** File with the leaf hashes of the time of sealing, and the name that messages show. */
      readonly rowsFrom: { readonly path: string; readonly shown: string } | null;
      readonly ignore: readonly string[];
    }
  | { readonly work: 'diff'; readonly old: string; readonly new: string; readonly options: DiffOptions }
  | {
      readonly work: 'check';
      readonly tasks: readonly ScanTask[];
      readonly checks: CheckChoice;
      readonly options: Omit<CheckDataOptions, 'signal' | 'onProgress' | 'share'>;
      /** For a check whose rows are divided among threads; null: there is one thread. */
      readonly share: { readonly taken: SharedArrayBuffer; readonly later: boolean } | null;
    };

/** Ids of the checks that run, or of those that do not; those whose rows are divided run on every thread. */
export type CheckChoice = { readonly only: readonly string[] } | { readonly allBut: readonly string[] };

/** What comes of an order, by its work. */
export interface DataResults {
  readonly seal: DataManifest;
  readonly verify: readonly FileDifference[];
  readonly diff: DataDiff;
  readonly check: PartialReport;
}

/** What a thread says. */
export type DataMessage =
  | { readonly kind: 'progress'; readonly file: string; readonly rows: number | null }
  | { readonly kind: 'done'; readonly result: DataResults[keyof DataResults] }
  | {
      readonly kind: 'fault';
      /** Null for a defect. */
      readonly code: string | null;
      readonly message: string;
      readonly where: string | undefined;
      readonly hint: string | undefined;
      readonly stack: string | undefined;
    };

import { isFault } from '../core/fault.ts';

export const LEDGER_PROBLEMS = [
  'checkpoint-missing',
  'checkpoint-malformed',
  'checkpoint-signature', // not by the log's key, or the key cannot be used
  'entry-changed', // the entry is not the one that its hash, or the store's, speaks of
  'entry-removed', // the store or the tree knows it, the log does not
  'entry-moved', // it stands at another place than the store or the tree remembers
  'entry-added', // the log has it, the store or the tree does not
  'bundle-missing',
  'bundle-damaged',
  'tile-missing',
  'tile-wrong', // a tile is not the hash of what is below it
  'journal-damaged',
  'root-wrong', // the signed root is not that of the entries
  'rolled-back', // shorter than a checkpoint that was saved earlier
  'forked', // not an extension of a checkpoint that was saved earlier
] as const;
export type LedgerProblemKind = (typeof LEDGER_PROBLEMS)[number];

export interface LedgerProblem {
  readonly kind: LedgerProblemKind;
  /** Of the entry concerned, where it is one. */
  readonly index: number | null;
  /** The exchange's id, where it can be told. */
  readonly id: string | null;
  /** The file concerned, relative to the ledger's directory. */
  readonly file: string | null;
  readonly message: string;
}

/** A list longer than this says no more. */
const MAX_LISTED = 1000;

/** Problems as they are found; the first are kept, the rest counted. */
export class ProblemList {
  readonly listed: LedgerProblem[] = [];
  #unlisted = 0;

  get unlisted(): number {
    return this.#unlisted;
  }

  get isEmpty(): boolean {
    return this.listed.length === 0 && this.#unlisted === 0;
  }

  add(kind: LedgerProblemKind, message: string, at: Partial<Pick<LedgerProblem, 'index' | 'id' | 'file'>> = {}): void {
    if (this.listed.length < MAX_LISTED) this.listed.push({ kind, index: null, id: null, file: null, ...at, message });
    else this.#unlisted += 1;
  }

  /** Counts problems that nobody kept. */
  skip(count: number): void {
    this.#unlisted += count;
  }
}

/** What to say of an error that a file of the log caused. */
export function lineOf(error: unknown): string {
  return isFault(error) ? error.line : `It cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
}

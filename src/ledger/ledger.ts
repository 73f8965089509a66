/** A signed statement of the log's size and root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** RFC 6962 root hash, 32 bytes. */
  readonly root: Uint8Array;
  /** The whole signed note, as served at `/checkpoint`. */
  readonly note: string;
}

export interface Appended {
  readonly index: number;
  /** RFC 6962 leaf hash (hex). */
  readonly leaf: string;
}

/** A note that a dead process left open. */
export interface LeftOpen {
  readonly ticket: number;
  readonly note: Uint8Array;
}

/**
 * The tamper-evident log. `append` returns after the entry has been written to the journal with `write(2)`:
 * it survives the death of the process. `sync: 'always'` makes `appended` wait for `fsync` too (survives power loss);
 * with `sync: 'batch'` the fsync follows within `syncMillis`. Entries are integrated into tiles and a new
 * checkpoint is signed in batches.
 */
export interface Ledger {
  readonly origin: string;
  /** Verifier key (C2SP signed-note `name+hash+base64`). */
  readonly verifierKey: string;
  /** Entries, integrated or not. */
  readonly size: number;
  /**
   * Appends one entry (at most 65,535 bytes). With `sync: 'batch'` the answer is synchronous. When it throws, the entry
   * is not in the log. When the promise of `sync: 'always'` is rejected, the entry is in the log, and whether it would
   * survive a power loss is not known yet.
   * @param closes the ticket of a note whose record this is: both are written together, or neither is.
   * @throws Fault `ERR_LEDGER`: then nothing may be served.
   */
  append(entry: Uint8Array, closes?: number): Appended | Promise<Appended>;
  /**
   * Notes that an exchange began whose answer leaves before its record exists (a stream). If the process dies
   * before `append(…, ticket)`, the next start reports the note through `interrupted`.
   */
  open(note: Uint8Array): number;
  /** Withdraws a note without a record. */
  closeNote(ticket: number): void;
  /**
   * Notes left open by a dead process, found when the ledger was opened. The caller appends a record for each with its
   * ticket; what is not closed is found again at the next start.
   */
  readonly interrupted: readonly LeftOpen[];
  /** Integrates what is pending and signs a checkpoint now. */
  flush(): Promise<Checkpoint>;
  checkpoint(): Checkpoint;
  entry(index: number): Promise<Uint8Array>;
  /** RFC 6962 audit path, and the same as a C2SP tlog-proof text. */
  inclusionProof(
    index: number,
  ): Promise<{ readonly hashes: readonly Uint8Array[]; readonly checkpoint: Checkpoint; readonly text: string }>;
  consistencyProof(from: number, to: number): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

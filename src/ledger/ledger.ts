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
   * Appends one entry (at most 65,535 bytes). With `sync: 'batch'` the answer is synchronous.
   * @throws Fault `ERR_LEDGER`: then nothing may be served.
   */
  append(entry: Uint8Array): Appended | Promise<Appended>;
  /**
   * Notes that an exchange began whose answer leaves before its record exists (a stream). If the process dies
   * before `append(…, opened)`, the next start reports the note through `interrupted`.
   */
  open(note: Uint8Array): number;
  /** Withdraws a note: its exchange has been appended. */
  closeNote(ticket: number): void;
  /** Notes left open by a dead process, found when the ledger was opened; the caller appends records for them. */
  readonly interrupted: readonly Uint8Array[];
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

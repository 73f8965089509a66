import { createHash } from 'node:crypto';
import { openLedger } from '../ledger/open-ledger.ts';

/** What is written about a passport: who did what to which model, and the digest of the statement or of the policy that decided. */
export interface PassportRecord {
  readonly action: 'create' | 'add' | 'require';
  readonly model: { readonly name: string; readonly sha256: string };
  /** Type of the statement, for `create` and `add`. */
  readonly statement?: string;
  /** SHA-256 of the line that was written, or of the policy that was asked. */
  readonly digest: string;
  readonly admitted?: boolean;
  readonly policies?: readonly string[];
}

/** Name of the log in its checkpoints. */
const ORIGIN = 'parapet.local/passport';

/**
 * Appends one record to the Merkle log in a folder, which is made at first use, and signs a checkpoint. Verified with
 * `parapet audit verify --state FOLDER --no-store` (the folder above it).
 * @throws Fault `ERR_LEDGER`, `ERR_LEDGER_INVALID`: then the passport must not be written either, so call it first
 */
export async function recordInLedger(directory: string, record: PassportRecord, now: Date): Promise<number> {
  const ledger = await openLedger({ directory, origin: ORIGIN, sync: 'always', syncMillis: 100 });
  try {
    const entry = { kind: 'parapet.passport', time: now.toISOString(), ...record };
    const { index } = await ledger.append(Buffer.from(JSON.stringify(entry)));
    await ledger.flush();
    return index;
  } finally {
    await ledger.close();
  }
}

export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import { LogFiles } from '../ledger/log-files.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';

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

/** A statement that a ledger says was made. */
export interface RecordedStatement {
  readonly statement: string;
  /** SHA-256 of its line. */
  readonly digest: string;
  readonly time: string;
}

/**
 * The statements about a model that a ledger knows, oldest first; none where there is no ledger yet. Whoever takes one out of the passport, because it says what should
 * not be known, is found by this.
 * @throws Fault `ERR_LEDGER_INVALID` for a ledger that does not hold
 */
export async function recordedStatements(directory: string, sha256: string): Promise<readonly RecordedStatement[]> {
  const files = new LogFiles(directory);
  if ((await files.checkpoint()) === null) return [];
  const { ok, size, problems } = await verifyLedger({ directory });
  if (!ok) {
    throw new Fault('ERR_LEDGER_INVALID', `The ledger does not hold: ${problems[0]?.message ?? 'unknown'}`, {
      where: directory,
      hint: 'Run "parapet audit verify" to see what is wrong.',
    });
  }
  const found: RecordedStatement[] = [];
  for (let index = 0; index < size; index++) {
    const entry = JSON.parse((await files.entry(index, size)).toString('utf8')) as Partial<PassportRecord> & {
      readonly kind?: string;
      readonly time?: string;
    };
    const { kind, action, model, statement, digest, time } = entry;
    if (kind !== 'parapet.passport' || (action !== 'create' && action !== 'add') || model?.sha256 !== sha256) continue;
    found.push({ statement: statement ?? '?', digest: digest ?? '', time: time ?? '?' });
  }
  return found;
}

export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';

/** One line of the record. Values of arguments are not in it, only where they came from and a digest of all. */
export interface AuditEntry {
  readonly event:
    | 'call' // a decision over a call, written before the call is made
    | 'result' // how it ended
    | 'held' // a tool, prompt or resource was not shown
    | 'refused' // a message was not passed on
    | 'consent' // a step of asking people, written before it has an effect
    | 'identity'; // a server is not the one that was approved
  readonly server: string;
  readonly principal: string;
  readonly session: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where calls are recorded. What cannot be recorded is not done. */
export interface AuditTrail {
  /** @throws Fault `ERR_LEDGER` when it cannot be written. */
  record(entry: AuditEntry): void | Promise<void>;
  close(): Promise<void>;
}

const MOST_BYTES = 60_000;

function lineOf(entry: AuditEntry, clock: Clock, prev: string | null): string {
  const head = { v: 1, kind: 'mcp', time: new Date(clock()).toISOString() };
  const line = JSON.stringify({ ...head, ...entry, ...(prev === null ? {} : { prev }) });
  if (Buffer.byteLength(line) <= MOST_BYTES) return line;
  return JSON.stringify({
    ...head,
    ...entry,
    detail: { cut: true, rule: entry.detail['rule'] ?? null },
    ...(prev === null ? {} : { prev }),
  });
}

/**
 * A file for each run, each line with the SHA-256 of the line before it, so that a line that is changed or taken out of the
 * middle shows. Readable by its owner alone.
 */
export function openAuditFile(directory: string, clock: Clock): AuditTrail & { readonly path: string } {
  const stamp = new Date(clock()).toISOString().replace(/[:.]/g, '-');
  const path = join(directory, `calls-${stamp}-${randomBytes(3).toString('hex')}.jsonl`);
  let file: number;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    file = openSync(path, 'ax', 0o600);
  } catch (cause) {
    throw new Fault('ERR_LEDGER', 'The record of calls cannot be opened.', { where: path, cause });
  }
  let prev = '0'.repeat(64);
  return {
    path,
    record(entry) {
      const line = lineOf(entry, clock, prev);
      try {
        writeSync(file, `${line}\n`);
      } catch (cause) {
        throw new Fault('ERR_LEDGER', 'The record of calls cannot be written.', { where: path, cause });
      }
      prev = createHash('sha256').update(line).digest('hex');
    },
    close() {
      try {
        fsyncSync(file);
        closeSync(file);
      } catch {
        // Every line was written before what it tells of was done.
      }
      return Promise.resolve();
    },
  };
}

/** A ledger of the proxy's own: Merkle log, signed checkpoints. One process at a time. */
export async function openAuditLedger(directory: string, clock: Clock): Promise<AuditTrail> {
  const ledger: Ledger = await openLedger({ directory, origin: 'parapet.local/mcp', sync: 'batch', syncMillis: 100 });
  return {
    async record(entry) {
      await ledger.append(Buffer.from(lineOf(entry, clock, null)));
    },
    close: () => ledger.close(),
  };
}

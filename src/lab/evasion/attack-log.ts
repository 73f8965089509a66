import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { Fault } from '../../core/fault.ts';
import type { LabelledData } from '../labelled-data.ts';
import { wholeLines } from '../whole-lines.ts';
import type { AttackResult, Perturbation } from './attack.ts';

/** What a run is: two runs with the same header give the same results. */
export interface LogHeader {
  readonly format: 'parapet-attack-log';
  readonly version: 1;
  readonly attack: string;
  readonly perturbation: Perturbation;
  readonly options: unknown;
  readonly seed: string;
  readonly target: string;
  /** SHA-256 over the data's bytes and labels. */
  readonly data: string;
  /** SHA-256 over the target's answers to the clean data: another model is noticed. */
  readonly answers: string;
  readonly count: number;
  readonly size: number;
}

/** One finished sample. `x` holds the adversarial float32 values, little-endian in base64; absent where it is the original. */
export interface LogEntry {
  readonly sample: number;
  readonly success: boolean;
  readonly queries: number;
  readonly gradients: number;
  readonly foundBy?: string | null;
  readonly zeroGradient?: boolean;
  readonly trace?: NonNullable<AttackResult['trace']>[number];
  readonly x?: string;
}

export interface LogPattern {
  readonly pattern: { readonly shape: readonly number[]; readonly x: string };
}

export interface AttackLog {
  readonly entries: ReadonlyMap<number, LogEntry>;
  readonly pattern: LogPattern['pattern'] | undefined;
  append(entries: readonly LogEntry[], pattern?: LogPattern['pattern']): void;
}

/** A log that lives in memory. */
export function memoryLog(): AttackLog {
  const entries = new Map<number, LogEntry>();
  let pattern: LogPattern['pattern'] | undefined;
  return {
    entries,
    get pattern() {
      return pattern;
    },
    append: (more, learned) => {
      for (const entry of more) entries.set(entry.sample, entry);
      pattern = learned ?? pattern;
    },
  };
}

/**
 * A log in a file of JSON lines: a header, then one line a sample, written and synced chunk by chunk. An unfinished last line (the
 * process was ended while writing) is cut off.
 * @throws Fault `ERR_USAGE` when the file belongs to another run, `ERR_DATA` when it is damaged
 */
export function openAttackLog(path: string, header: LogHeader): AttackLog {
  const memory = memoryLog();
  const headline = JSON.stringify(header);
  if (existsSync(path)) readInto(path, headline, header, memory);
  else writeFileSync(path, `${headline}\n`, { flag: 'wx' });
  return {
    entries: memory.entries,
    get pattern() {
      return memory.pattern;
    },
    append: (entries, pattern) => {
      const lines = entries.map((entry) => JSON.stringify(entry));
      if (pattern !== undefined) lines.push(JSON.stringify({ pattern }));
      appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
      const file = openSync(path, 'r');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      memory.append(entries, pattern);
    },
  };
}

function readInto(path: string, headline: string, header: LogHeader, memory: AttackLog): void {
  let sound = 0;
  let number = 0;
  for (const { line, end } of wholeLines(path)) {
    number++;
    const where = `${path}:${number}`;
    if (number === 1) {
      if (line !== headline) throw otherRun(line, header, where);
    } else {
      const read = parsed(line, where);
      if ('pattern' in read) memory.append([], read.pattern);
      else memory.append([checkedEntry(read, header, where)]);
    }
    sound = end;
  }
  if (number === 0) writeFileSync(path, `${headline}\n`);
  else truncateSync(path, sound);
}

function parsed(line: string, where: string): LogEntry | LogPattern {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogEntry | LogPattern;
  } catch {
    // Said below, in the same words as for a line that is JSON but nothing of ours.
  }
  throw new Fault('ERR_DATA', 'a line of the result log is damaged', {
    where,
    hint: 'Delete the file and run the attack again.',
  });
}

function checkedEntry(entry: LogEntry, header: LogHeader, where: string): LogEntry {
  const sound =
    Number.isInteger(entry.sample) &&
    entry.sample >= 0 &&
    entry.sample < header.count &&
    typeof entry.success === 'boolean' &&
    typeof entry.queries === 'number' &&
    typeof entry.gradients === 'number' &&
    (entry.x === undefined || (typeof entry.x === 'string' && valuesOf(entry.x).length === header.size));
  if (sound) return entry;
  throw new Fault('ERR_DATA', 'a line of the result log is damaged', {
    where,
    hint: 'Delete the file and run the attack again.',
  });
}

function otherRun(line: string, header: LogHeader, where: string): Fault {
  let differs = 'format';
  try {
    const found = JSON.parse(line) as Record<string, unknown>;
    differs =
      Object.entries(header)
        .filter(([key, value]) => JSON.stringify(found[key]) !== JSON.stringify(value))
        .map(([key]) => key)
        .join(', ') || 'order';
  } catch {
    // Not JSON: the format differs.
  }
  return new Fault('ERR_USAGE', `the result log belongs to another run: it differs in ${differs}`, {
    where,
    hint: 'Name another file, or delete this one.',
  });
}

export function textOf(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function valuesOf(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  if (bytes.byteLength % 4 !== 0) return new Float32Array(0);
  return new Float32Array(bytes.buffer);
}

export function digestOf(...parts: readonly (Float32Array | Int32Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest('hex');
}

export function digestOfData(data: LabelledData): string {
  return digestOf(data.inputs, data.labels);
}

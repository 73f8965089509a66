import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { Fault } from '../../core/fault.ts';

/** What a run of certificates is: two runs with the same header give the same results. */
export interface CertificateLogHeader {
  readonly format: 'parapet-certificates';
  readonly version: 1;
  /** Everything that a result depends on: digests of model and data, and the options. */
  readonly run: Readonly<Record<string, unknown>>;
}

/** Results by sample, and where there is a file also in it, so that a run can be stopped and go on. */
export interface CertificateLog<Entry> {
  readonly entries: ReadonlyMap<number, Entry>;
  append(sample: number, entry: Entry): void;
}

const LARGEST = 1 << 29;

/**
 * A file of JSON lines: the header, then one line a sample. A last line that was not finished is cut off.
 * @param path absent: results are kept in memory only
 * @param parse one line's result; throws where it is none
 * @throws Fault `ERR_USAGE` when the file belongs to another run, `ERR_DATA` when it is damaged or too large
 */
export function openCertificateLog<Entry>(
  path: string | undefined,
  header: CertificateLogHeader,
  parse: (value: unknown) => Entry,
): CertificateLog<Entry> {
  const entries = new Map<number, Entry>();
  if (path !== undefined) {
    if (existsSync(path)) readInto(path, JSON.stringify(header), entries, parse);
    else writeFileSync(path, `${JSON.stringify(header)}\n`, { flag: 'wx' });
  }
  return {
    entries,
    append: (sample, entry) => {
      entries.set(sample, entry);
      if (path !== undefined) appendFileSync(path, `${JSON.stringify({ sample, ...entry })}\n`);
    },
  };
}

function readInto<Entry>(
  path: string,
  headline: string,
  entries: Map<number, Entry>,
  parse: (value: unknown) => Entry,
): void {
  if (statSync(path).size > LARGEST) throw new Fault('ERR_DATA', 'The log is too large.', { where: path });
  const text = readFileSync(path, 'utf8');
  const sound = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, sound).split('\n').slice(0, -1);
  if (lines.length === 0) {
    writeFileSync(path, `${headline}\n`);
    return;
  }
  if (lines[0] !== headline)
    throw new Fault('ERR_USAGE', 'The log belongs to another run: model, data or options differ.', {
      where: path,
      hint: 'Name another file, or delete this one.',
    });
  lines.slice(1).forEach((line, index) => {
    try {
      const value = JSON.parse(line) as { readonly sample?: unknown };
      const { sample } = value;
      if (!(typeof sample === 'number' && Number.isInteger(sample) && sample >= 0)) throw new TypeError('no sample');
      entries.set(sample, parse(value));
    } catch (cause) {
      throw new Fault('ERR_DATA', 'A line of the log is damaged.', {
        where: `${path}:${index + 2}`,
        hint: 'Delete the file and run again.',
        cause,
      });
    }
  });
  // What follows the last whole line was being written when the process ended.
  if (sound < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, sound)));
}

import { Fault } from '../../core/fault.ts';
import type { CalibratedDetector, DataDigest } from './calibrate.ts';
import type { FittedState } from './fitted-state.ts';

/** Type of the statement, and its version: a reader refuses any other. */
export const THRESHOLDS_TYPE = 'parapet/detector-thresholds/v1';

/** Numbers in one array. */
const MOST_NUMBERS = 64_000_000;
const MOST_ENTRIES = 64;

/** A calibrated detector as JSON text. */
export function writeThresholds(calibrated: CalibratedDetector): string {
  const state = Object.fromEntries(
    Object.entries(calibrated.state).map(([name, { dims, data }]) => [name, { dims, float64: toBase64(data) }]),
  );
  return `${JSON.stringify({ type: THRESHOLDS_TYPE, ...calibrated, state }, null, 2)}\n`;
}

/** @throws Fault `ERR_CONFIG` where the text is not such a file */
export function readThresholds(text: string): CalibratedDetector {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The thresholds are not JSON.', { cause });
  }
  const file = record(parsed, 'the file');
  if (file['type'] !== THRESHOLDS_TYPE)
    throw new Fault('ERR_CONFIG', `The file is not of type ${THRESHOLDS_TYPE}.`, { where: 'type' });
  const [detector, threshold, falsePositiveRate] = [file['detector'], file['threshold'], file['falsePositiveRate']];
  if (typeof detector !== 'string') throw wrong('detector', 'a text');
  if (typeof threshold !== 'number') throw wrong('threshold', 'a number');
  if (typeof falsePositiveRate !== 'number' || !(falsePositiveRate > 0 && falsePositiveRate < 1))
    throw wrong('falsePositiveRate', 'a number between 0 and 1');
  return {
    detector,
    options: file['options'],
    state: readState(record(file['state'], 'state')),
    threshold,
    falsePositiveRate,
    fittedOn: readDigest(file['fittedOn'], 'fittedOn'),
    calibratedOn: readDigest(file['calibratedOn'], 'calibratedOn'),
  };
}

function readState(entries: Readonly<Record<string, unknown>>): FittedState {
  const names = Object.keys(entries);
  if (names.length > MOST_ENTRIES) throw wrong('state', `at most ${MOST_ENTRIES} arrays`);
  return Object.fromEntries(
    names.map((name) => {
      const where = `state.${name}`;
      const { dims, float64 } = record(entries[name], where);
      if (!Array.isArray(dims) || !dims.every((d) => Number.isInteger(d) && d >= 0)) throw wrong(where, 'whole dims');
      const count = dims.reduce((product: number, d: number) => product * d, 1);
      if (count > MOST_NUMBERS) throw wrong(where, `at most ${MOST_NUMBERS} numbers`);
      if (typeof float64 !== 'string' || float64.length !== 4 * Math.ceil((count * 8) / 3))
        throw wrong(where, `${count} numbers as base64 of little-endian doubles`);
      const bytes = new Uint8Array(Buffer.from(float64, 'base64'));
      if (bytes.length !== count * 8) throw wrong(where, `${count} numbers`);
      return [name, { dims: dims as number[], data: new Float64Array(bytes.buffer) }];
    }),
  );
}

function readDigest(value: unknown, where: string): DataDigest {
  const { samples, sha256 } = record(value, where);
  if (!Number.isInteger(samples) || (samples as number) < 0) throw wrong(`${where}.samples`, 'a whole number');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw wrong(`${where}.sha256`, '64 hexadecimal digits');
  return { samples: samples as number, sha256 };
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(where: string, expected: string): Fault {
  return new Fault('ERR_CONFIG', `The thresholds file should have ${expected} here.`, { where });
}

function toBase64(data: Float64Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

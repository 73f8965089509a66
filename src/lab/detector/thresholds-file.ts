import { Fault } from '../../core/fault.ts';
import type { CalibratedDetector, DataDigest, DetectorModelFile } from './calibrate.ts';
import type { FittedState } from './fitted-state.ts';

/** Type of the statement, and its version: a reader refuses any other. */
export const THRESHOLDS_TYPE = 'parapet/detector-thresholds/v1';

/** Numbers in one array. */
const MOST_NUMBERS = 64_000_000;
const MOST_ENTRIES = 64;
const MOST_AXES = 8;

/** A calibrated detector as JSON text. @throws Fault `ERR_DATA` where a number is not finite: JSON has none, and it would be no threshold */
export function writeThresholds(calibrated: CalibratedDetector): string {
  if (!Number.isFinite(calibrated.threshold)) throw notFinite('threshold');
  for (const [name, { data }] of Object.entries(calibrated.state))
    if (!data.every(Number.isFinite)) throw notFinite(`state.${name}`);
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
  if (typeof threshold !== 'number' || !Number.isFinite(threshold)) throw wrong('threshold', 'a finite number');
  if (typeof falsePositiveRate !== 'number' || !(falsePositiveRate > 0 && falsePositiveRate < 1))
    throw wrong('falsePositiveRate', 'a number between 0 and 1');
  return {
    detector,
    options: file['options'],
    inputShape: readShape(file['inputShape']),
    state: readState(record(file['state'], 'state')),
    threshold,
    falsePositiveRate,
    cleanData: readDigest(file['cleanData'], 'cleanData'),
    fittedOn: readDigest(file['fittedOn'], 'fittedOn'),
    calibratedOn: readDigest(file['calibratedOn'], 'calibratedOn'),
    ...(file['models'] === undefined ? {} : { models: readModels(file['models']) }),
  };
}

function readShape(value: unknown): readonly number[] {
  const whole = Array.isArray(value) && value.length <= MOST_AXES && value.every((d) => Number.isInteger(d) && d > 0);
  if (!whole || value.reduce((product: number, d: number) => product * d, 1) > MOST_NUMBERS)
    throw wrong('inputShape', 'the lengths of a sample');
  return value as number[];
}

function readModels(value: unknown): readonly DetectorModelFile[] {
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) throw wrong('models', `at most ${MOST_ENTRIES} models`);
  return value.map((one, at): DetectorModelFile => {
    const { role, sha256, layer } = record(one, `models.${at}`);
    if (role !== 'model' && role !== 'features' && role !== 'ensemble')
      throw wrong(`models.${at}.role`, 'model, features or ensemble');
    if (!isSha256(sha256)) throw wrong(`models.${at}.sha256`, '64 hexadecimal digits');
    if (layer !== undefined && typeof layer !== 'string') throw wrong(`models.${at}.layer`, 'the name of a value');
    return { role, sha256, ...(layer === undefined ? {} : { layer }) };
  });
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
      const data = new Float64Array(bytes.buffer);
      if (!data.every(Number.isFinite)) throw wrong(where, 'finite numbers');
      return [name, { dims: dims as number[], data }];
    }),
  );
}

function readDigest(value: unknown, where: string): DataDigest {
  const { samples, sha256 } = record(value, where);
  if (!Number.isInteger(samples) || (samples as number) < 0) throw wrong(`${where}.samples`, 'a whole number');
  if (!isSha256(sha256)) throw wrong(`${where}.sha256`, '64 hexadecimal digits');
  return { samples: samples as number, sha256 };
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(where: string, expected: string): Fault {
  return new Fault('ERR_CONFIG', `The thresholds file should have ${expected} here.`, { where });
}

function notFinite(where: string): Fault {
  return new Fault('ERR_DATA', 'A number of the calibrated detector is not finite.', { where });
}

function toBase64(data: Float64Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

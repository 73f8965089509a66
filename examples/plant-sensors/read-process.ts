import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Fault } from '../../src/core/fault.ts';

/** Rows of sensors in the order of time, [count, 52]: one every three minutes. */
export interface Rows {
  readonly inputs: Float32Array;
  readonly count: number;
}

/** The Tennessee Eastman process as Chiang, Russell and Braatz simulated it. */
export interface ProcessData {
  /** 25 hours of normal operation: what monitors are fitted on. */
  readonly normal: Rows;
  /** 48 other hours of normal operation: for thresholds. */
  readonly normalTest: Rows;
  /** By the fault's number: 24 hours under the fault. */
  readonly faults: ReadonlyMap<number, Rows>;
  /** By the fault's number: 48 hours, the fault from row `ONSET` on. */
  readonly faultTests: ReadonlyMap<number, Rows>;
}

export const SENSORS = 52;
/** First row of a fault's test file that is under the fault: 8 hours are normal. */
export const ONSET = 160;
/** Rows in an hour. */
export const HOUR = 20;
export const FAULTS = 21;

/** Measurements and manipulated variables by their column (Downs and Vogel 1993, doi:10.1016/0098-1354(93)80018-I, tables 3 to 5). */
const NAMES = [
  'A feed',
  'D feed',
  'E feed',
  'A and C feed',
  'recycle flow',
  'reactor feed rate',
  'reactor pressure',
  'reactor level',
  'reactor temperature',
  'purge rate',
  'separator temperature',
  'separator level',
  'separator pressure',
  'separator underflow',
  'stripper level',
  'stripper pressure',
  'stripper underflow',
  'stripper temperature',
  'stripper steam flow',
  'compressor work',
  'reactor cooling water temperature',
  'condenser cooling water temperature',
  ...[...'ABCDEF'].map((component) => `${component} in the reactor feed`),
  ...[...'ABCDEFGH'].map((component) => `${component} in the purge`),
  ...[...'DEFGH'].map((component) => `${component} in the product`),
  'D feed valve',
  'E feed valve',
  'A feed valve',
  'A and C feed valve',
  'compressor recycle valve',
  'purge valve',
  'separator valve',
  'stripper valve',
  'stripper steam valve',
  'reactor cooling valve',
  'condenser cooling valve',
] as const;

export function sensorName(sensor: number): string {
  return NAMES[sensor] ?? `sensor ${sensor}`;
}

/** @throws Fault `ERR_USAGE` when the archive is not there, `ERR_DATA` when it is another one */
export function readProcess(archive: string): ProcessData {
  if (!existsSync(archive)) {
    throw new Fault('ERR_USAGE', 'There is no record of the process.', {
      where: archive,
      hint: 'Give tennessee-eastman.tar.gz (d00.dat to d21_te.dat of Chiang, Russell and Braatz) with --data.',
    });
  }
  const files = filesOf(gunzipSync(readFileSync(archive), { maxOutputLength: 64 * 2 ** 20 }));
  const read = (name: string): Rows => {
    const text = files.get(name);
    if (text === undefined) throw new Fault('ERR_DATA', `The archive holds no ${name}.`, { where: archive });
    return parseRows(text, name);
  };
  const numbers = Array.from({ length: FAULTS }, (_, i) => i + 1);
  const padded = (fault: number): string => String(fault).padStart(2, '0');
  return {
    normal: read('d00.dat'),
    normalTest: read('d00_te.dat'),
    faults: new Map(numbers.map((fault) => [fault, read(`d${padded(fault)}.dat`)])),
    faultTests: new Map(numbers.map((fault) => [fault, read(`d${padded(fault)}_te.dat`)])),
  };
}

/**
 * Numbers by line and column. The normal training file alone is written with one sensor a line, so 52 long lines are turned.
 * @throws Fault `ERR_DATA`
 */
export function parseRows(text: string, name: string): Rows {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/).map(Number));
  const [first = []] = lines;
  const turned = lines.length === SENSORS && first.length !== SENSORS;
  const count = turned ? first.length : lines.length;
  if (lines.some((line) => line.length !== (turned ? count : SENSORS) || !line.every(Number.isFinite))) {
    throw new Fault('ERR_DATA', `Rows of ${SENSORS} numbers were expected.`, { where: name });
  }
  const inputs = new Float32Array(count * SENSORS);
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < SENSORS; s++) inputs[i * SENSORS + s] = turned ? lines[s]![i]! : lines[i]![s]!;
  }
  return { inputs, count };
}

/** Files of a tar archive by their last name. */
function filesOf(bytes: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 100).split('\0')[0]!;
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name !== '') files.set(name.split('/').at(-1)!, bytes.toString('latin1', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** Rows `from` to `to` (not included), sharing memory. */
export function sliceRows({ inputs }: Rows, from: number, to: number): Rows {
  return { inputs: inputs.subarray(from * SENSORS, to * SENSORS), count: to - from };
}

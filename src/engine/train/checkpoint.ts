import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Fault, isFault } from '../../core/fault.ts';
import { readNpz } from '../../formats/npy/read-npz.ts';
import { writeNpz, type WritableArray } from '../../formats/npy/write-npy.ts';

/** Where a run stands. With the same data, options and seed, a run that goes on from here ends with the same weights, bit for bit. */
export interface Checkpoint {
  /** Of the options, so that a checkpoint of another run is not taken for one of this. */
  readonly fingerprint: string;
  /** Steps done. */
  readonly step: number;
  /** Numbers that the loop keeps: early stopping, sums of the epoch. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Lists of arrays by name: weights, running statistics, slots of the optimiser, averages. */
  readonly lists: Readonly<Record<string, readonly Float32Array[]>>;
}

const VERSION = 1;

/** Written beside and renamed, so that a file is there whole or not at all. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const { lists, ...head } = checkpoint;
  const lengths = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));
  const text = new TextEncoder().encode(JSON.stringify({ version: VERSION, ...head, lengths }));
  const arrays: Record<string, WritableArray> = { head: { shape: [text.length], data: text } };
  for (const [name, list] of Object.entries(lists)) {
    list.forEach((data, index) => (arrays[`${name}.${index}`] = { shape: [data.length], data }));
  }
  const temporary = `${file}.part`;
  try {
    await writeFile(temporary, writeNpz(arrays));
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new Fault('ERR_USAGE', 'The checkpoint cannot be written.', { where: file, cause });
  }
}

/**
 * @returns null when there is no such file
 * @throws Fault `ERR_DATA` when it is damaged, or of a run with other options
 */
export async function readCheckpoint(file: string, fingerprint: string): Promise<Checkpoint | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('ERR_USAGE', 'The checkpoint cannot be read.', { where: file, cause });
  }
  try {
    return parseCheckpoint(bytes, fingerprint);
  } catch (cause) {
    if (isFault(cause) && cause.where === file) throw cause;
    throw new Fault('ERR_DATA', isFault(cause) ? cause.message : 'The checkpoint is damaged.', {
      where: file,
      hint: 'Delete it to begin anew, or give the options of the run that wrote it.',
      cause,
    });
  }
}

function parseCheckpoint(bytes: Uint8Array, fingerprint: string): Checkpoint {
  const npz = readNpz(bytes);
  const head = JSON.parse(new TextDecoder().decode(npz.read('head').data as Uint8Array)) as {
    readonly version: number;
    readonly fingerprint: string;
    readonly step: number;
    readonly numbers: Record<string, number>;
    readonly lengths: Record<string, number>;
  };
  if (head.version !== VERSION) throw new Fault('ERR_DATA', 'The checkpoint is of another version of Parapet.');
  if (head.fingerprint !== fingerprint) {
    throw new Fault('ERR_DATA', 'The checkpoint belongs to a run with another model, other data or other options.');
  }
  const present = new Set(npz.names);
  const lists: Record<string, Float32Array[]> = {};
  for (const [name, length] of Object.entries(head.lengths)) {
    lists[name] = [];
    for (let index = 0; index < length; index++) {
      if (!present.has(`${name}.${index}`)) throw new Fault('ERR_DATA', 'The checkpoint lacks a part.');
      lists[name].push(npz.read(`${name}.${index}`).data as Float32Array);
    }
  }
  return { fingerprint: head.fingerprint, step: head.step, numbers: head.numbers, lists };
}

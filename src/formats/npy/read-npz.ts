import { Fault, isFault } from '../../core/fault.ts';
import { DEFAULT_FILE_LIMITS, Extraction } from '../extraction.ts';
import { readZip } from '../zip-archive.ts';
import type { NpyArray } from './npy-array.ts';
import { readNpy } from './read-npy.ts';

/** Arrays of a `.npz` file by name; each is unpacked when it is asked for. */
export interface Npz {
  readonly names: readonly string[];
  /** @throws Fault `ERR_DATA` when there is none of this name, or it is damaged or too large. */
  read(name: string): NpyArray;
}

/** @param unpacked most bytes that all arrays that are read may have together */
export function readNpz(bytes: Uint8Array, unpacked = 2 ** 31): Npz {
  const account = Extraction.begin(
    { ...DEFAULT_FILE_LIMITS, bytes: bytes.length, unpacked, ratio: Infinity, items: 10_000 },
    () => {},
  );
  const members = guard('', () => readZip(bytes, account)).filter(({ name }) => name.endsWith('.npy'));
  const byName = new Map(members.map((member) => [member.name.slice(0, -4), member]));
  return {
    names: [...byName.keys()],
    read(name) {
      const member = byName.get(name);
      if (member === undefined) {
        throw new Fault('ERR_DATA', `The file has no array ${JSON.stringify(name)}.`, {
          hint: `It has ${[...byName.keys()].slice(0, 20).join(', ') || 'none'}.`,
        });
      }
      return guard(name, () => readNpy(member.read()));
    },
  };
}

/** Faults of archives are about files in messages; of a data set, they say so. */
function guard<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault('ERR_DATA', error.message, {
      ...(name === '' && error.where === undefined ? {} : { where: name === '' ? error.where! : `array ${name}` }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../../src/bytes/byte-source.ts';
import { walkTar } from '../../src/formats/tar/tar-walk.ts';

/** Largest unpacked archive that is read: the benchmark's has 3 MB. */
const LARGEST = 256 * 1024 * 1024;

/** The networks and properties of the ACAS Xu benchmark, by file name. */
export function readNetworks(archive: string): ReadonlyMap<string, Uint8Array> {
  const packed = readFileSync(archive);
  const bytes = archive.endsWith('.gz') ? gunzipSync(packed, { maxOutputLength: LARGEST }) : packed;
  const { entries, problem } = walkTar(memorySource(bytes));
  if (problem !== null) throw new Error(`${archive}: ${problem}`);
  return new Map(
    entries
      .filter(({ kind }) => kind === 'file')
      .map(({ name, dataOffset, size }) => [
        name.split('/').at(-1)!,
        new Uint8Array(bytes.subarray(dataOffset, dataOffset + size)),
      ]),
  );
}

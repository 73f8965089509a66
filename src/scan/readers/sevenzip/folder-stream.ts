import type { ByteSource } from '../../../bytes/byte-source.ts';
import { Bzip2Stream } from '../../../formats/bzip2/bzip2-stream.ts';
import { crc32 } from '../../../formats/crc-32.ts';
import { FORWARD_SOURCE_BYTES, ForwardSource } from '../../../formats/forward-source.ts';
import { DeflateStream } from '../../../formats/gzip/deflate-stream.ts';
import { Lzma2Stream, lzma2Dictionary } from '../../../formats/lzma/lzma2-stream.ts';
import { LzmaStream } from '../../../formats/lzma/lzma-stream.ts';
import { dictionaryBytes } from '../../../formats/lzma/lzma-window.ts';
import type { NativeUnpacker } from '../../../formats/native-unpacker.ts';
import type { PieceEnd, PieceStream } from '../../../formats/piece-stream.ts';
import { FilterStream } from '../../../formats/sevenzip/filter-stream.ts';
import { DeltaFilter, X86Filter } from '../../../formats/sevenzip/filters.ts';
import type { Coder, Folder, SevenZipPart } from '../../../formats/sevenzip/sevenzip-header.ts';
import { SourceStream } from '../../../formats/source-stream.ts';
import { HAS_ZSTANDARD, zstandardWindow, ZstandardStream } from '../../../formats/zstandard/zstandard-stream.ts';

/** A method that is read. */
interface Method {
  open(input: ByteSource, size: number, properties: Uint8Array, native: NativeUnpacker | null): PieceStream;
  /** Bytes that it holds. */
  holds?(properties: Uint8Array, packed: ByteSource): number;
  readonly native?: true;
}

const X86: Method = { open: (input) => new FilterStream(new SourceStream(input), new X86Filter()) };

/** Methods by their identifiers (7-Zip's `Methods.txt`). */
const METHODS: Readonly<Record<string, Method>> = {
  '00': { open: (input) => new SourceStream(input) },
  '21': {
    open: (input, _size, properties) => new Lzma2Stream(input, lzma2Dictionary(properties[0] ?? 0)),
    holds: (properties) => dictionaryBytes({ dictionary: lzma2Dictionary(properties[0] ?? 0) }),
  },
  '030101': {
    open: (input, size, properties) => new LzmaStream(input, lzmaHeader(properties, size)),
    holds: (properties) => dictionaryBytes(lzmaHeader(properties, null)),
  },
  '03': {
    open: (input, _, [distance = 0]) => new FilterStream(new SourceStream(input), new DeltaFilter(distance + 1)),
  },
  '04': X86,
  '03030103': X86,
  '040108': { open: (input, _size, _properties, native) => new DeflateStream(input, 0, native), native: true },
  '040202': { open: (input) => new Bzip2Stream(input) },
  ...(HAS_ZSTANDARD
    ? {
        '04f71101': {
          open: (input, _size, _properties, native) => new ZstandardStream(input, native),
          holds: (_, packed) => zstandardWindow(packed),
          native: true,
        } satisfies Method,
      }
    : {}),
};

/** Methods that are known and not read. */
const KNOWN: Readonly<Record<string, string>> = {
  '0303011b': 'BCJ2',
  '040109': 'Deflate64',
  '030401': 'PPMd',
  '06f10701': 'AES, which needs a password',
  '05': 'PowerPC', '07': 'ARM', '08': 'ARM Thumb', '09': 'SPARC', '0a': 'ARM64',
}; // prettier-ignore

function lzmaHeader(properties: Uint8Array, size: number | null) {
  if (properties.length < 5) return null;
  return {
    properties: properties[0]!,
    dictionary: Buffer.from(properties).readUInt32LE(1),
    size,
    from: 0,
  };
}

/** Why a folder cannot be unpacked, or null. */
export function folderObstacle(folder: Folder): string | null {
  for (const { method, inputs, outputs, properties } of folder.coders) {
    if (METHODS[method] === undefined) return `method ${KNOWN[method] ?? method}`;
    if (inputs !== 1 || outputs !== 1) return 'a method with several streams';
    if (method === '21' && (properties[0] ?? 0) > 40) return 'LZMA2 with a dictionary that is out of range';
  }
  return chainOf(folder) === null ? 'methods that do not fit together' : null;
}

/** Coders from the one that is fed with packed bytes to the one whose output goes nowhere else, with the bytes that come out of each. */
function chainOf(folder: Folder): readonly { readonly coder: Coder; readonly size: number }[] | null {
  const chain = [];
  let index = folder.packed[0]!;
  for (let step = 0; step < folder.coders.length; step++) {
    const coder = folder.coders[index];
    if (coder === undefined) return null;
    chain.push({ coder, size: folder.unpackedSizes[index] ?? 0 });
    const next = folder.pairs.find(([, output]) => output === index);
    if (next === undefined) return chain;
    index = next[0];
  }
  return null;
}

/** Bytes that the decoders of a folder hold, and whether the runtime's libraries are asked. */
export function folderNeeds(folder: Folder, packed: ByteSource): { readonly holds: number; readonly native: boolean } {
  const methods = (chainOf(folder) ?? []).map(({ coder }) => ({ method: METHODS[coder.method]!, coder }));
  const holds = methods.reduce((sum, { method, coder }) => sum + (method.holds?.(coder.properties, packed) ?? 0), 0);
  return {
    holds: holds + Math.max(0, methods.length - 1) * FORWARD_SOURCE_BYTES,
    native: methods.some(({ method }) => method.native === true),
  };
}

/**
 * Unpacks a folder without an obstacle piece by piece, through all its methods, and compares the checksums of its files.
 * @param size bytes that come out, as the header says
 */
export class FolderStream implements PieceStream {
  readonly #streams: PieceStream[] = [];
  readonly #stream: PieceStream;
  readonly #size: number;
  readonly #files: readonly SevenZipPart[];
  #made = 0;
  /** The file that is coming out, the bytes of it that are missing, and the checksum of those that are there. */
  #file = 0;
  #left: number;
  #crc = 0;
  mismatch: string | null = null;

  constructor(folder: Folder, size: number, packed: ByteSource, native: NativeUnpacker | null) {
    let input = packed;
    let stream: PieceStream = new SourceStream(packed);
    for (const { coder, size: length } of chainOf(folder) ?? []) {
      stream = METHODS[coder.method]!.open(input, length, coder.properties, native);
      this.#streams.push(stream);
      input = new ForwardSource(stream, length);
    }
    this.#stream = stream;
    this.#size = size;
    this.#files = folder.files;
    this.#left = folder.files[0]?.size ?? 0;
  }

  get end(): PieceEnd | null {
    if (this.#made === this.#size) return 'complete';
    return this.#stream.end === 'complete' ? 'cut off' : this.#stream.end;
  }

  get next(): number {
    return this.#streams[0]?.next ?? 0;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.end === null) {
      const room = into.subarray(filled, filled + Math.min(into.length - filled, this.#size - this.#made));
      const length = this.#stream.fill(room);
      this.#compare(room.subarray(0, length));
      filled += length;
      this.#made += length;
    }
    if (this.end !== null) for (const { mismatch } of this.#streams) this.mismatch ??= mismatch ?? null;
    return filled;
  }

  #compare(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#file < this.#files.length;) {
      const part = bytes.subarray(at, at + this.#left);
      this.#crc = crc32(part, this.#crc);
      at += part.length;
      this.#left -= part.length;
      while (this.#left === 0 && this.#file < this.#files.length) {
        const { digest } = this.#files[this.#file++]!;
        if (digest !== null && digest !== this.#crc) this.mismatch ??= 'the checksum of a file is not that of the data';
        this.#crc = 0;
        this.#left = this.#files[this.#file]?.size ?? 0;
      }
    }
  }

  free(): void {
    for (const stream of this.#streams) stream.free?.();
  }
}

/** Reading of 7z headers (7-Zip's `7zFormat.txt`): numbers, properties, and the folders that say how streams were packed. */

export class SevenZipError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SevenZipError';
  }
}

/** One method of a folder. */
export interface Coder {
  /** Identifier in hexadecimal digits: `030101` is LZMA. */
  readonly method: string;
  readonly properties: Uint8Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** Packed streams and the chain of coders that unpacks them into one stream, in which files lie one after another. */
export interface Folder {
  readonly coders: readonly Coder[];
  /** Pairs of input and output: what comes out of the output goes into the input. */
  readonly pairs: readonly (readonly [input: number, output: number])[];
  /** Inputs that are fed from packed streams, in the order of these. */
  readonly packed: readonly number[];
  unpackedSizes: readonly number[];
  /** CRC-32 of what comes out, where there is one. */
  digest: number | null;
  /** Sizes of the files in it, and their checksums where there are some. */
  files: readonly SevenZipPart[];
}

/** A file among the bytes of a folder. */
export interface SevenZipPart {
  readonly size: number;
  /** CRC-32. */
  readonly digest: number | null;
}

export interface Streams {
  /** Offset of the first packed stream after the signature header. */
  readonly position: number;
  readonly packedSizes: readonly number[];
  readonly folders: readonly Folder[];
}

export interface SevenZipFile {
  readonly name: string;
  /** Has bytes, in the order of the files of the folders. */
  readonly hasStream: boolean;
}

const MAX_ITEMS = 200_000;
const MAX_CODERS = 32;

export class HeaderReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new SevenZipError('the header is cut off');
    return byte;
  }

  take(length: number): Buffer {
    if (!(length <= this.#bytes.length - this.#at)) throw new SevenZipError('the header is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** As many leading ones in the first byte as bytes follow, little-endian; the rest of the first byte is the top. */
  number(): number {
    const first = this.byte();
    let value = 0;
    let mask = 0x80;
    for (let index = 0; index < 8; index++) {
      if ((first & mask) === 0) {
        value += (first & (mask - 1)) * 256 ** index;
        break;
      }
      value += this.byte() * 256 ** index;
      mask >>= 1;
    }
    if (!Number.isSafeInteger(value)) throw new SevenZipError('a number is out of range');
    return value;
  }

  /** A number of things, each of which needs memory. */
  count(most = MAX_ITEMS): number {
    const value = this.number();
    if (value > most) throw new SevenZipError(`${value} entries where at most ${most} are read`);
    return value;
  }

  bits(count: number): readonly boolean[] {
    const bytes = this.take(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, index) => ((bytes[index >> 3]! >> (7 - (index & 7))) & 1) === 1);
  }

  /** Bits, or a mark that all are set. */
  maybeBits(count: number): readonly boolean[] {
    return this.byte() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
  }

  /** CRC-32 of each of `count` streams, of those that have one. */
  digests(count: number): readonly (number | null)[] {
    return this.maybeBits(count).map((defined) => (defined ? this.take(4).readUInt32LE(0) : null));
  }

  streams(): Streams {
    let position = 0;
    let packedSizes: number[] = [];
    let folders: Folder[] = [];
    let sized = false;
    for (;;) {
      const id = this.byte();
      if (id === 0) break;
      if (id === 6) {
        position = this.number();
        const count = this.count();
        for (let part = this.byte(); part !== 0; part = this.byte()) {
          if (part === 9) packedSizes = Array.from({ length: count }, () => this.number());
          else if (part === 10) this.digests(count);
          else throw new SevenZipError(`property ${part} of packed streams is not known`);
        }
        if (packedSizes.length !== count) throw new SevenZipError('sizes of packed streams are missing');
      } else if (id === 7) folders = this.#folders();
      else if (id === 8) {
        this.#files(folders);
        sized = true;
      } else throw new SevenZipError(`property ${id} of streams is not known`);
    }
    if (!sized) for (const folder of folders) folder.files = [{ size: sizeOf(folder), digest: folder.digest }];
    return { position, packedSizes, folders };
  }

  #folders(): Folder[] {
    if (this.byte() !== 11) throw new SevenZipError('there are no folders');
    const count = this.count();
    if (this.byte() !== 0) throw new SevenZipError('folders stand in another stream');
    const folders = Array.from({ length: count }, () => this.#folder());
    for (let part = this.byte(); part !== 0; part = this.byte()) {
      if (part === 12) {
        for (const folder of folders) {
          const outputs = folder.coders.reduce((sum, coder) => sum + coder.outputs, 0);
          folder.unpackedSizes = Array.from({ length: outputs }, () => this.number());
        }
      } else if (part === 10) {
        this.digests(count).forEach((digest, index) => {
          folders[index]!.digest = digest;
        });
      } else throw new SevenZipError(`property ${part} of folders is not known`);
    }
    return folders;
  }

  #folder(): Folder {
    const count = this.count(MAX_CODERS);
    const coders: Coder[] = [];
    for (let index = 0; index < count; index++) {
      const flags = this.byte();
      if ((flags & 0xc0) !== 0) throw new SevenZipError('a method has alternatives');
      const method = this.take(flags & 15).toString('hex');
      const complex = (flags & 0x10) !== 0;
      const inputs = complex ? this.count(MAX_CODERS) : 1;
      const outputs = complex ? this.count(MAX_CODERS) : 1;
      const properties = (flags & 0x20) === 0 ? new Uint8Array() : this.take(this.number());
      coders.push({ method, properties, inputs, outputs });
    }
    const inputs = coders.reduce((sum, coder) => sum + coder.inputs, 0);
    const outputs = coders.reduce((sum, coder) => sum + coder.outputs, 0);
    if (count === 0 || outputs === 0) throw new SevenZipError('a folder without a method');
    const pairs = Array.from({ length: outputs - 1 }, () => [this.number(), this.number()] as const);
    const free = inputs - pairs.length;
    if (free < 1) throw new SevenZipError('a folder without packed data');
    const bound = new Set(pairs.map(([input]) => input));
    const packed =
      free === 1
        ? [Array.from({ length: inputs }, (_, index) => index).find((index) => !bound.has(index)) ?? 0]
        : Array.from({ length: free }, () => this.number());
    return { coders, pairs, packed, unpackedSizes: [], digest: null, files: [] };
  }

  /** How many files lie in each folder, and their sizes but for the last, which is the rest. */
  #files(folders: readonly Folder[]): void {
    let counts = folders.map(() => 1);
    let part = this.byte();
    if (part === 13) {
      let total = 0;
      counts = folders.map(() => {
        const count = this.count();
        total += count;
        if (total > MAX_ITEMS) throw new SevenZipError(`more than ${MAX_ITEMS} files`);
        return count;
      });
      part = this.byte();
    }
    folders.forEach((folder, index) => {
      const count = counts[index]!;
      if (count === 0) return;
      const sizes = part === 9 ? Array.from({ length: count - 1 }, () => this.number()) : [];
      const rest = sizeOf(folder) - sizes.reduce((sum, size) => sum + size, 0);
      if (sizes.length !== count - 1 || rest < 0) throw new SevenZipError('sizes of files do not add up');
      // That of a folder is that of its only file.
      const digest = count === 1 ? folder.digest : null;
      folder.files = [...sizes, rest].map((size) => ({ size, digest }));
    });
    if (part === 9) part = this.byte();
    while (part !== 0) {
      if (part !== 10) throw new SevenZipError(`property ${part} of files is not known`);
      // Of files whose folder has none.
      const without = (folder: Folder, index: number): boolean => counts[index] !== 1 || folder.digest === null;
      const open = folders.filter(without);
      const digests = this.digests(open.reduce((sum, { files }) => sum + files.length, 0));
      let next = 0;
      for (const folder of open) folder.files = folder.files.map(({ size }) => ({ size, digest: digests[next++]! }));
      part = this.byte();
    }
  }

  /** Names of all files, in order. */
  files(): readonly SevenZipFile[] {
    const count = this.count();
    let names: readonly string[] = [];
    let empty: readonly boolean[] = [];
    for (let part = this.byte(); part !== 0; part = this.byte()) {
      const data = this.take(this.number());
      const inside = new HeaderReader(data);
      if (part === 14) empty = inside.bits(count);
      else if (part === 17) {
        if (inside.byte() !== 0) throw new SevenZipError('names stand in another stream');
        names = data.subarray(1).toString('utf16le').split('\0');
      }
    }
    return Array.from({ length: count }, (_, index) => ({
      name: names[index] ?? '',
      hasStream: empty[index] !== true,
    }));
  }
}

/** Bytes that come out of a folder: of the output that goes nowhere else. */
export function sizeOf({ unpackedSizes, pairs }: Folder): number {
  const bound = new Set(pairs.map(([, output]) => output));
  return unpackedSizes.find((_, index) => !bound.has(index)) ?? 0;
}

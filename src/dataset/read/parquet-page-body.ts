/** What of a column says how its pages are read (parquet.thrift, `SchemaElement`). */
export interface PageColumn {
  readonly maxRepetition: number;
  readonly maxDefinition: number;
  readonly type: string;
  /** Bytes of a value of fixed length. */
  readonly typeLength: number;
}

/** A data page as its header describes it. */
export interface DataPage {
  readonly version: 1 | 2;
  /** With those that are missing. */
  readonly values: number;
  /** Missing ones; version 1 does not say. */
  readonly nulls: number;
  /** A number of parquet.thrift's `Encoding`. */
  readonly encoding: number;
  /** Of version 2, whose levels are not packed. */
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
}

const [PLAIN, PLAIN_DICTIONARY, RLE] = [0, 2, 3] as const;
const [DELTA_BINARY, DELTA_LENGTH, DELTA_BYTES, RLE_DICTIONARY, STREAM_SPLIT] = [5, 6, 7, 8, 9] as const;

/** Values by which the last run of a page may be too long: it is filled up to whole groups of eight, which some writers put together. */
const SPARE = 512;
/** Bits of a level or of a place in a dictionary. */
const MAX_WIDTH = 32;
/** Numbers in a block of deltas; writers make 128. */
const MAX_BLOCK = 1 << 20;
/** Bytes that the decoder makes room for at once. */
const MAX_ROOM = 1 << 29;

/** Whether a page can ask the decoder for more than it holds: plain values without levels cannot. */
export function canClaim({ encoding }: DataPage, { maxRepetition, maxDefinition }: PageColumn): boolean {
  return encoding !== PLAIN || maxRepetition > 0 || maxDefinition > 0;
}

/** Whether that lies behind the levels of a page of version 2. */
export function valuesCanClaim({ encoding }: DataPage): boolean {
  return encoding !== PLAIN;
}

/**
 * Walks over the runs and blocks of a page before it is decoded. The decoder believes their lengths: a run of six bytes can tell it to write 2^31 values, a width of
 * nothing to count for ever, and a text to repeat any number of bytes of the one before it.
 * @param levels of a page of version 2; of version 1 they stand before the values
 * @param body unpacked; null for a page of version 2 whose values need no look
 * @returns bytes of text that the decoder makes besides those of the page
 * @throws RangeError for a page that holds less than it claims
 */
export function assertPageBody(
  page: DataPage,
  column: PageColumn,
  levels: Uint8Array | null,
  body: Uint8Array | null,
): number {
  const [repetition, definition] = [column.maxRepetition, column.maxDefinition];
  let present = page.values - page.nulls;
  let at = 0;
  if (levels !== null) {
    if (repetition > 0) walkRuns(levels, 0, widthOf(repetition), page.values);
    if (definition > 0) walkRuns(levels, page.repetitionBytes, widthOf(definition), page.values);
  } else if (body !== null) {
    if (repetition > 0) at = walkPrefixed(body, at, widthOf(repetition), page.values).end;
    if (definition > 0) {
      const found = walkPrefixed(body, at, widthOf(definition), page.values, definition);
      at = found.end;
      present = found.equal;
    }
  }
  if (present < 0) throw new RangeError('a page has more missing values than values');
  return body === null ? 0 : assertValues(page.encoding, column, body, at, present);
}

function assertValues(encoding: number, column: PageColumn, body: Uint8Array, at: number, present: number): number {
  switch (encoding) {
    case PLAIN:
      return 0;
    case RLE:
      if (present > 0) walkPrefixed(body, at, 1, present);
      return 0;
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      if (at < body.length && present > 0) walkRuns(body, at + 1, body[at]!, present);
      return 0;
    case STREAM_SPLIT:
      if (present * Math.max(column.typeLength, 8) > MAX_ROOM) throw new RangeError('a page asks for too much room');
      return 0;
    case DELTA_BINARY:
    case DELTA_LENGTH:
      if (at < body.length) new DeltaReader(body, at);
      return 0;
    case DELTA_BYTES:
      return present === 0 ? 0 : repeatedBytes(body, at, present);
    default:
      throw new RangeError('parquet unsupported encoding: of a later version');
  }
}

function widthOf(level: number): number {
  return 32 - Math.clz32(level);
}

/** Runs behind their length in four bytes. */
function walkPrefixed(
  bytes: Uint8Array,
  at: number,
  width: number,
  wanted: number,
  value?: number,
): { readonly end: number; readonly equal: number } {
  if (at + 4 > bytes.length) throw new RangeError('a page ends before its levels');
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  if (length > bytes.length - at - 4) throw new RangeError('the levels of a page are longer than it is');
  return { end: at + 4 + length, equal: walkRuns(bytes, at + 4, width, wanted, value) };
}

/**
 * Walks over the hybrid of runs and packed bits (Encodings.md, "RLE = 3").
 * @returns how many of the values are `value`
 */
function walkRuns(bytes: Uint8Array, start: number, width: number, wanted: number, value?: number): number {
  if (width > MAX_WIDTH) throw new RangeError(`a page has values of ${width} bits`);
  const reader = new Numbers(bytes, start);
  let equal = 0;
  for (let seen = 0; seen < wanted;) {
    const header = reader.unsigned();
    const left = wanted - seen;
    const groups = header >>> 1;
    const count = header & 1 ? groups * 8 : groups;
    // The decoder takes a header of 32 bits for a negative number.
    if (header < 0 || count > left + SPARE) throw new RangeError('a run is longer than its page');
    if (value !== undefined) {
      for (let index = 0; index < Math.min(count, left); index++) {
        const own = reader.bits(header & 1 ? index * width : 0, header & 1 ? width : ((width + 7) >> 3) * 8);
        if (own === value) equal++;
        if ((header & 1) === 0) {
          if (own === value) equal += Math.min(count, left) - 1;
          break;
        }
      }
    }
    // A byte is read even of a run of nothing.
    reader.at += header & 1 ? Math.max(1, groups * width) : (width + 7) >> 3;
    seen += count;
  }
  return equal;
}

/** Bytes of values that each begin with a part of the one before (Encodings.md, "DELTA_BYTE_ARRAY = 7"). */
function repeatedBytes(body: Uint8Array, at: number, count: number): number {
  const prefixes = new DeltaReader(body, at);
  const repeated = new Int32Array(count);
  for (let index = 0; index < count; index++) repeated[index] = prefixes.next(index === count - 1);
  const suffixes = new DeltaReader(body, prefixes.end);
  let [before, made] = [0, 0];
  for (const prefix of repeated) {
    const suffix = suffixes.next(false);
    if (prefix < 0 || prefix > before || suffix < 0) throw new RangeError('a text repeats more than there is');
    before = prefix + suffix;
    if (prefix > 0) made += before;
    if (made > MAX_ROOM) throw new RangeError('the texts of a page are longer than is read');
  }
  return made;
}

/** Whole numbers of 32 bits as differences in blocks (Encodings.md, "DELTA_BINARY_PACKED = 5"). Reads as the decoder does. */
class DeltaReader {
  readonly #reader: Numbers;
  readonly #miniblocks: number;
  readonly #inMiniblock: number;
  #value: number;
  #given = 0;
  #least = 0;
  #widths = 0;
  #miniblock: number;
  #left = 0;
  #bit = 0;
  #from = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#reader = new Numbers(bytes, at);
    const block = this.#reader.unsigned();
    this.#miniblocks = this.#reader.unsigned();
    this.#reader.unsigned();
    this.#inMiniblock = block / this.#miniblocks;
    if (!(block >= 1 && block <= MAX_BLOCK && this.#miniblocks >= 1 && Number.isInteger(this.#inMiniblock)))
      throw new RangeError(`a page has blocks of ${block} numbers in ${this.#miniblocks} parts`);
    this.#value = this.#reader.signed();
    this.#miniblock = this.#miniblocks;
  }

  /** Where the next stream begins, once the last number was read. */
  get end(): number {
    return this.#reader.at;
  }

  /** @param last behind it nothing of the stream is read, but the rest of its part. */
  next(last: boolean): number {
    if (this.#given++ > 0) {
      if (this.#left === 0) this.#begin();
      const width = this.#reader.byteAt(this.#widths + this.#miniblock);
      this.#value = (this.#value + this.#least + this.#reader.at32(this.#from, this.#bit, width)) | 0;
      this.#bit += width;
      this.#left--;
    }
    if (last && this.#given > 1) this.#reader.at = this.#stop();
    return this.#value;
  }

  /** The next part of a block, or the next block. */
  #begin(): void {
    if (this.#miniblock + 1 >= this.#miniblocks) {
      if (this.#given > 2) this.#reader.at = this.#stop();
      this.#least = this.#reader.signed();
      this.#widths = this.#reader.at;
      this.#miniblock = 0;
      this.#from = this.#widths + this.#miniblocks;
    } else {
      this.#from = this.#stop();
      this.#miniblock++;
    }
    this.#left = this.#inMiniblock;
    this.#bit = 0;
  }

  /** Behind the part that is being read. */
  #stop(): number {
    return this.#from + (this.#inMiniblock * this.#reader.byteAt(this.#widths + this.#miniblock)) / 8;
  }
}

/** Numbers as the decoder reads them, overlong ones included. */
class Numbers {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byteAt(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw new RangeError('a page ends before its values');
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byteAt(this.at++);
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  /** `width` bits from the `from`th bit behind here on. */
  bits(from: number, width: number): number {
    return this.at32(this.at, from, width);
  }

  /** The low 32 of `width` bits from a bit on. */
  at32(at: number, from: number, width: number): number {
    let value = 0;
    for (let bit = 0; bit < width;) {
      const byte = this.byteAt(at + ((from + bit) >>> 3));
      const inside = (from + bit) & 7;
      const count = Math.min(8 - inside, width - bit);
      if (bit < 32) value |= ((byte >>> inside) & ((1 << count) - 1)) << bit;
      bit += count;
    }
    return value;
  }
}

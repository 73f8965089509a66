import { Fault } from '../../core/fault.ts';
import type { DataPage } from './parquet-page-body.ts';

/** What the pages of a column chunk say that they hold. */
export interface PageTotals {
  readonly values: number;
  /** Of the page with the most. */
  readonly largest: number;
  /** Unpacked bytes of all pages, and of the largest. */
  readonly bytes: number;
  readonly largestBytes: number;
  /** The pages with values, in order; null where there are too many to note, or a dictionary stands among them. */
  readonly pages: readonly PagePlace[] | null;
}

/** Where a page with values stands. */
export interface PagePlace {
  /** In the file. */
  readonly offset: number;
  /** Bytes with its header, packed. */
  readonly size: number;
  /** Values in the pages before it. */
  readonly before: number;
}

/** Values of one page, for which the decoder makes up to three arrays. */
const MOST_IN_PAGE = 1 << 24;
/** Pages of a column chunk whose places are noted. */
const MOST_PAGES = 1 << 16;
/** Bytes in which a header is looked for at first; statistics can make it longer. */
const WINDOW = 1024;
const MOST_DEPTH = 16;

/** Types of Thrift's compact protocol. */
const [STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12,
] as const;
const [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 2, 3] as const;

/**
 * Walks over the headers of all pages of a column chunk (parquet.thrift, `PageHeader`), before anything is decoded: a page of a few bytes can claim any
 * number of values, and the decoder makes room for as many as it is told.
 * @param read bytes of the file from a place on; fewer only at its end
 * @param start of the chunk in the file
 * @param end of the chunk, behind its last byte
 * @param look is shown each data page behind its header, and reads it where it wants to
 * @throws RangeError for a header that cannot be read, and for claims that no page holds; Fault `ERR_DATA` for a page with more values than are read at once
 */
export function readPageTotals(
  read: (from: number, length: number) => Uint8Array,
  start: number,
  end: number,
  look: (page: DataPage & PageSizes, bytes: () => Uint8Array) => void = () => {},
): PageTotals {
  let [values, largest, all, largestBytes] = [0, 0, 0, 0];
  let pages: PagePlace[] | null = [];
  for (let at = start; at < end - 1;) {
    const { header, length } = readHeader(read, at, end);
    const packed = whole(header, 3);
    const unpacked = whole(header, 2);
    if (length + packed > end - at) throw new RangeError('a page is longer than its column chunk');
    const own = valuesOf(header, unpacked, packed);
    if (own > MOST_IN_PAGE) {
      throw new Fault(
        'ERR_DATA',
        `A page of the Parquet file says that it holds ${own} values, more than are read at once.`,
        {
          hint: 'Write it with fewer rows in a row group.',
        },
      );
    }
    if (header.get(1) !== DICTIONARY_PAGE) {
      if (pages?.length === MOST_PAGES) pages = null;
      pages?.push({ offset: at, size: length + packed, before: values });
      values += own;
    } else if (values > 0) pages = null;
    if (own > largest) largest = own;
    all += unpacked;
    if (unpacked > largestBytes) largestBytes = unpacked;
    const body = at + length;
    const page = dataPageOf(header, unpacked);
    if (page !== null) look(page, () => read(body, packed));
    at += length + packed;
  }
  return { values, largest, bytes: all, largestBytes, pages };
}

/** A struct by its field numbers: whole numbers, truth values and structs in it; null stands for a value of another type. */
type Fields = Map<number, number | boolean | Fields | null>;

/** How a page is packed. */
export interface PageSizes {
  /** Bytes of what is packed, when it is not. */
  readonly unpacked: number;
  readonly isPacked: boolean;
}

function dataPageOf(header: Fields, unpacked: number): (DataPage & PageSizes) | null {
  if (header.get(1) === DATA_PAGE) {
    const own = struct(header, 5);
    const [values, encoding] = [whole(own, 1), whole(own, 2)];
    return { version: 1, values, nulls: 0, encoding, repetitionBytes: 0, definitionBytes: 0, unpacked, isPacked: true };
  }
  if (header.get(1) !== DATA_PAGE_V2) return null;
  const own = struct(header, 8);
  const [definitionBytes, repetitionBytes] = [whole(own, 5), whole(own, 6)];
  return {
    version: 2,
    values: whole(own, 1),
    nulls: whole(own, 2),
    encoding: whole(own, 4),
    repetitionBytes,
    definitionBytes,
    unpacked: unpacked - repetitionBytes - definitionBytes,
    isPacked: own.get(7) !== false,
  };
}

function valuesOf(header: Fields, unpacked: number, packed: number): number {
  const type = header.get(1);
  if (type === DATA_PAGE) return whole(struct(header, 5), 1);
  if (type === DICTIONARY_PAGE) {
    const values = whole(struct(header, 7), 1);
    // A dictionary is written plainly: no value takes less than a byte.
    if (values > unpacked) throw new RangeError('a dictionary has more values than bytes');
    return values;
  }
  if (type !== DATA_PAGE_V2) throw new RangeError('a page is of a type that is not read');
  const own = struct(header, 8);
  const values = whole(own, 1);
  if (whole(own, 2) > values || whole(own, 3) > values) throw new RangeError('a page has more rows than values');
  if (whole(own, 5) + whole(own, 6) > Math.min(packed, unpacked))
    throw new RangeError('the levels of a page are longer than it is');
  return values;
}

function whole(fields: Fields, id: number): number {
  const value = fields.get(id);
  if (typeof value !== 'number' || value < 0) throw new RangeError('a page header lacks a number');
  return value;
}

function struct(fields: Fields, id: number): Fields {
  const value = fields.get(id);
  if (!(value instanceof Map)) throw new RangeError('a page header lacks what its type needs');
  return value;
}

function readHeader(
  read: (from: number, length: number) => Uint8Array,
  at: number,
  end: number,
): { readonly header: Fields; readonly length: number } {
  for (let window = WINDOW; ; window *= 8) {
    const length = Math.min(window, end - at);
    const bytes = read(at, length);
    const reader = new CompactReader(bytes);
    try {
      return { header: reader.struct(0), length: reader.at };
    } catch (error) {
      if (!reader.ended || bytes.length < length || length === end - at) throw error;
    }
  }
}

/** Reads as the decoder does, overlong numbers and repeated fields included: otherwise it could be told another thing than is looked at here. */
class CompactReader {
  readonly #bytes: Uint8Array;
  at = 0;
  /** True once more was asked for than there is. */
  ended = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth: number): Fields {
    const fields: Fields = new Map();
    for (let id = 0; ;) {
      const byte = this.#byte();
      const type = byte & 0x0f;
      if (type === STOP) return fields;
      id = byte >> 4 === 0 ? this.#signed() : id + (byte >> 4);
      fields.set(id, this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): number | boolean | Fields | null {
    if (depth > MOST_DEPTH) throw new RangeError('a page header is nested too deep');
    switch (type) {
      case TRUE:
      case FALSE:
        return type === TRUE;
      case BYTE:
        this.#byte();
        return null;
      case I16:
      case I32:
        return this.#signed();
      case I64:
        while ((this.#byte() & 0x80) !== 0);
        return null;
      case DOUBLE:
        this.#skip(8);
        return null;
      case BINARY:
        this.#skip(this.#unsigned());
        return null;
      case LIST: {
        const byte = this.#byte();
        const own = byte & 0x0f;
        const size = byte >> 4 === 15 ? this.#unsigned() : byte >> 4;
        if (size < 0) throw new RangeError('a list has a negative length');
        for (let index = 0; index < size; index++) this.#value(own === TRUE || own === FALSE ? BYTE : own, depth + 1);
        return null;
      }
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new RangeError('a page header has a field of an unknown type');
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) {
      this.ended = true;
      throw new RangeError('a page header ends early');
    }
    return byte;
  }

  #skip(length: number): void {
    if (length < 0) throw new RangeError('a text has a negative length');
    this.at += length;
    if (this.at > this.#bytes.length) {
      this.ended = true;
      throw new RangeError('a page header ends early');
    }
  }

  #unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
  }

  #signed(): number {
    const value = this.#unsigned();
    return (value >>> 1) ^ -(value & 1);
  }
}

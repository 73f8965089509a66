import { crc32, deflateRawSync } from 'node:zlib';

export interface MadeSevenZip {
  readonly files: readonly { readonly name: string; readonly data: Uint8Array }[];
  readonly method?: 'Copy' | 'Deflate' | 'LZMA2' | 'AES';
  /** The header is packed, too. */
  readonly packedHeader?: boolean;
  readonly after?: Uint8Array;
}

const METHODS = { Copy: '00', Deflate: '040108', LZMA2: '21', AES: '06f10701' } as const;

function number(value: number): Buffer {
  if (value < 0x80) return Buffer.of(value);
  const eight = Buffer.alloc(9);
  eight[0] = 0xff;
  eight.writeBigUInt64LE(BigInt(value), 1);
  return eight;
}

function coder(method: keyof typeof METHODS): Buffer {
  const id = Buffer.from(METHODS[method], 'hex');
  return method === 'LZMA2'
    ? Buffer.concat([Buffer.of(0x20 | id.length), id, Buffer.of(1, 24)])
    : Buffer.concat([Buffer.of(id.length), id]);
}

/** Chunks of LZMA2 that are stored. */
function stored(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 65_536) {
    const part = data.subarray(at, at + 65_536);
    parts.push(Buffer.of(at === 0 ? 1 : 2, (part.length - 1) >> 8, (part.length - 1) & 255), part);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function pack(method: keyof typeof METHODS, data: Uint8Array): Uint8Array {
  return method === 'Deflate' ? deflateRawSync(data) : method === 'LZMA2' ? stored(data) : data;
}

function streams(
  method: keyof typeof METHODS,
  position: number,
  packed: number,
  unpacked: number,
  files: readonly Uint8Array[],
): Buffer {
  return Buffer.concat([
    Buffer.of(6), number(position), Buffer.of(1, 9), number(packed), Buffer.of(0),
    Buffer.of(7, 11, 1, 0, 1), coder(method), Buffer.of(12), number(unpacked), Buffer.of(0),
    Buffer.of(8, 13), number(files.length),
    ...(files.length > 1 ? [Buffer.of(9), ...files.slice(0, -1).map(({ length }) => number(length))] : []),
    Buffer.of(10, 1), ...files.map(checksum), Buffer.of(0), Buffer.of(0),
  ]); // prettier-ignore
}

function checksum(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(data));
  return bytes;
}

/** A 7z archive of one solid folder. For tests. */
export function makeSevenZip({ files, method = 'Copy', packedHeader = false, after }: MadeSevenZip): Uint8Array {
  const plain = Buffer.concat(files.map(({ data }) => data));
  const packed = pack(method, plain);
  const names = Buffer.from(files.map(({ name }) => `${name}\0`).join(''), 'utf16le');
  const header = Buffer.concat([
    Buffer.of(1, 4),
    streams(method, 0, packed.length, plain.length, files.map(({ data }) => data)),
    Buffer.of(5), number(files.length), Buffer.of(17), number(names.length + 1), Buffer.of(0), names, Buffer.of(0),
    Buffer.of(0),
  ]); // prettier-ignore
  const inner = packedHeader ? deflateRawSync(header) : Buffer.alloc(0);
  const outer = packedHeader
    ? Buffer.concat([Buffer.of(0x17), streams('Deflate', packed.length, inner.length, header.length, [header])])
    : header;
  const head = Buffer.alloc(32);
  Buffer.from('377abcaf271c0004', 'hex').copy(head);
  head.writeBigUInt64LE(BigInt(packed.length + inner.length), 12);
  head.writeBigUInt64LE(BigInt(outer.length), 20);
  return Buffer.concat([head, packed, inner, outer, after ?? Buffer.alloc(0)]);
}

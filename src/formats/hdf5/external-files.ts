import type { ByteSource } from '../../bytes/byte-source.ts';

const BLOCK = 1 << 20;
/** Bytes that a message needs behind its first. */
const OVERLAP = 1 << 12;
const EXTERNAL_LINK = 64;
const MOST = 1000;
const MOST_SLOTS = 10_000;
const LONGEST_NAME = 1024;

/** Another file that an HDF5 file makes its readers open. */
export interface ExternalFile {
  readonly path: string;
  readonly offset: number;
  /** `link`: a group or data set lies there. `storage`: the bytes of a data set do, whatever the file is. */
  readonly kind: 'link' | 'storage';
}

/**
 * External links and external storage of an HDF5 file (HDF5 File Format Specification 3.0, IV.A.2.g and IV.A.2.h), found by the form of their messages
 * wherever they stand, so that the structure of the file cannot hide them. One pass.
 * @param source from the superblock on, whose addresses count from there; offsets and lengths of 8 bytes, as all libraries write them
 */
export function* findExternalFiles(source: ByteSource): Generator<ExternalFile> {
  let found = 0;
  for (let base = 0; base < source.size; base += BLOCK) {
    const block = Buffer.from(source.read(base, Math.min(BLOCK + OVERLAP, source.size - base)));
    const inside = Math.min(BLOCK, block.length);
    for (
      let at = block.indexOf(EXTERNAL_LINK, 2);
      at !== -1 && at < inside + 2;
      at = block.indexOf(EXTERNAL_LINK, at + 1)
    ) {
      const path = linkAt(block, at);
      if (path === null) continue;
      yield { path, offset: base + at - 2, kind: 'link' };
      if (++found >= MOST) return;
    }
    for (let at = block.indexOf(VERSION); at !== -1 && at < inside; at = block.indexOf(VERSION, at + 1)) {
      for (const path of storageAt(block, at, source)) {
        yield { path, offset: base + at, kind: 'storage' };
        if (++found >= MOST) return;
      }
    }
  }
}

/** A link message whose type stands at `at`: version 1, flags, type, then what the flags say, a name, and two texts. */
function linkAt(block: Buffer, at: number): string | null {
  const flags = block[at - 1]!;
  if (block[at - 2] !== 1 || (flags & 0x08) === 0 || (flags & 0xe0) !== 0 || (flags & 3) > 1) return null;
  let next = at + 1 + ((flags & 4) === 0 ? 0 : 8) + ((flags & 16) === 0 ? 0 : 1);
  const wide = (flags & 3) === 1;
  if (next + 2 > block.length) return null;
  const nameLength = wide ? block.readUInt16LE(next) : block[next]!;
  next += wide ? 2 : 1;
  if (nameLength === 0 || nameLength > LONGEST_NAME || next + nameLength + 3 > block.length) return null;
  next += nameLength;
  const length = block.readUInt16LE(next);
  const value = block.subarray(next + 2, next + 2 + length);
  if (value.length < length || length < 4 || value[0] !== 0 || value.at(-1) !== 0) return null;
  const end = value.indexOf(0, 1);
  // The name of the file, and that of the object in it.
  if (end < 2 || value.indexOf(0, end + 1) !== length - 1) return null;
  const path = value.toString('utf8', 1, end);
  return isText(path) && isText(value.toString('utf8', end + 1, length - 1)) ? path : null;
}

/** How a list of external files begins: version 1 and three zeros. */
const VERSION = Buffer.from([1, 0, 0, 0]);

/** Names of a list of external files that begins at `at`; none where this is no such list. */
function* storageAt(block: Buffer, at: number, source: ByteSource): Generator<string> {
  if (at + 16 > block.length) return;
  const [slots, used] = [block.readUInt16LE(at + 4), block.readUInt16LE(at + 6)];
  if (used === 0 || used > slots || slots > MOST_SLOTS) return;
  const heap = Number(block.readBigUInt64LE(at + 8));
  if (heap === 0 || heap + 32 > source.size) return;
  const head = Buffer.from(source.read(heap, 32));
  if (head.toString('latin1', 0, 4) !== 'HEAP' || head[4] !== 0) return;
  const names = Number(head.readBigUInt64LE(24));
  for (let slot = 0; slot < used; slot++) {
    const place = at + 16 + slot * 24;
    if (place + 24 > block.length) return;
    const name = Buffer.from(source.read(names + Number(block.readBigUInt64LE(place)), LONGEST_NAME));
    const path = name.toString('utf8', 0, Math.max(0, name.indexOf(0)));
    if (path !== '' && isText(path)) yield path;
  }
}

function isText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- names have none
  return !/[\x00-\x1f\x7f\ufffd]/.test(text);
}

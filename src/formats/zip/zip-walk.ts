import type { ByteSource } from '../../bytes/byte-source.ts';

/** One member as the archive describes it twice: in the central directory, and in the header before its data. */
export interface ZipEntry {
  readonly name: string;
  /** Name in the local header, or null where that header is missing. */
  readonly localName: string | null;
  readonly method: number;
  readonly localMethod: number;
  /** General purpose flags of both places, combined. */
  readonly flags: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  readonly localOffset: number;
  /** Offset of the packed bytes, or -1 where they cannot be found. */
  readonly dataOffset: number;
  /** Unix mode from the external attributes, 0 where it has none. */
  readonly mode: number;
  readonly directory: boolean;
  /** True for a member that only its local header tells of: readers that stream see it, readers of the directory do not. */
  readonly hidden: boolean;
}

export type ZipIssueKind =
  | 'name-mismatch'
  | 'method-mismatch'
  | 'size-mismatch'
  | 'duplicate-name'
  | 'hidden-member'
  | 'missing-member'
  | 'overlapping-members'
  | 'several-directories'
  | 'prefix'
  | 'trailing'
  | 'gap'
  | 'unusual-flags'
  | 'many-members'
  | 'directory-damaged';

export interface ZipIssue {
  readonly kind: ZipIssueKind;
  readonly offset: number;
  readonly detail: string;
  /** Bytes that the issue is about, where they are worth a look of their own. */
  readonly length?: number;
}

export interface ZipWalk {
  readonly entries: readonly ZipEntry[];
  readonly issues: readonly ZipIssue[];
  /** False when the members could not all be listed. */
  readonly complete: boolean;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const [END_LENGTH, ENTRY_LENGTH, LOCAL_LENGTH] = [22, 46, 30];
const TAIL = 0xffff + END_LENGTH + 20 + 56;
const MAX_DIRECTORY = 64 << 20;
const MAX_ENTRIES = 200_000;
const MANY_ENTRIES = 10_000;
/** Gaps that are searched for members of their own. */
const MAX_GAPS = 1000;
/** Flags on which readers disagree: patched data, strong encryption, hidden directory. Plain encryption is told by the entry's flags. */
const ODD_FLAGS = 0x20 | 0x40 | 0x2000;

/** Offset of the end record, or -1: whether a source can be read as a ZIP archive at all. */
export function findZipEnd(source: ByteSource): number {
  const from = Math.max(0, source.size - TAIL);
  return endsIn(Buffer.from(source.read(from, source.size - from)), from, source.size).at(-1)?.offset ?? -1;
}

interface End {
  readonly offset: number;
  readonly count: number;
  readonly size: number;
  readonly start: number;
  readonly comment: number;
}

function endsIn(tail: Buffer, base: number, total: number): readonly End[] {
  const found: End[] = [];
  for (let at = tail.indexOf('PK\x05\x06', 0, 'latin1'); at !== -1; at = tail.indexOf('PK\x05\x06', at + 1, 'latin1')) {
    if (at + END_LENGTH > tail.length) break;
    const comment = tail.readUInt16LE(at + 20);
    const end: End = {
      offset: base + at,
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      start: tail.readUInt32LE(at + 16),
      comment,
    };
    if (base + at + END_LENGTH + comment <= total && tail.readUInt32LE(at) === END) found.push(end);
  }
  return found;
}

/**
 * Lists the members of a ZIP or ZIP64 archive (APPNOTE 6.3.10) by the central directory and by the local headers, with every place where the two, or
 * two readers, would disagree. Reads the directory and the local headers only. CRCs decide nothing. Never throws.
 */
export function walkZip(source: ByteSource): ZipWalk {
  const issues: ZipIssue[] = [];
  const from = Math.max(0, source.size - TAIL);
  const tail = Buffer.from(source.read(from, source.size - from));
  const ends = endsIn(tail, from, source.size);
  const exact = ends.filter((end) => end.offset + END_LENGTH + end.comment === source.size);
  const end = exact.at(-1) ?? ends.at(-1);
  if (end === undefined) return { entries: [], issues: [], complete: false };
  const after = end.offset + END_LENGTH + end.comment;
  if (after < source.size) {
    issues.push({
      kind: 'trailing',
      offset: after,
      length: source.size - after,
      detail: `${source.size - after} bytes after the archive`,
    });
  }
  if (end.comment > 0 && end.comment < 0x10000) {
    // A comment is data that no reader of the archive looks at.
    const at = end.offset + END_LENGTH;
    if (end.comment > 16) issues.push({ kind: 'gap', offset: at, length: end.comment, detail: 'a comment' });
  }

  let { count, size, start } = end;
  let directoryEnd = end.offset;
  const locator = Buffer.from(source.read(Math.max(0, end.offset - 20), 20));
  if (end.offset >= 20 && locator.length === 20 && locator.readUInt32LE(0) === LOCATOR64) {
    const stated = Number(locator.readBigUInt64LE(8));
    for (const at of [stated, end.offset - 20 - 56]) {
      const record = at >= 0 && at + 56 <= source.size ? Buffer.from(source.read(at, 56)) : Buffer.alloc(0);
      if (record.length !== 56 || record.readUInt32LE(0) !== END64) continue;
      count = Number(record.readBigUInt64LE(32));
      size = Number(record.readBigUInt64LE(40));
      start = Number(record.readBigUInt64LE(48));
      directoryEnd = at;
      break;
    }
  }
  // Bytes before the archive shift every offset; readers allow for that by where the directory really ends.
  const actual = directoryEnd - size;
  let shift = actual - start;
  if (actual < 0 || size > source.size || !isEntry(source, actual, size)) {
    shift = 0;
    if (!isEntry(source, start, size)) {
      issues.push({
        kind: 'directory-damaged',
        offset: end.offset,
        detail: 'the directory is not where the end record says',
      });
      return { entries: hiddenFrom(source, 0, source.size, issues), issues, complete: false };
    }
  }
  if (size > MAX_DIRECTORY) {
    issues.push({ kind: 'directory-damaged', offset: start + shift, detail: `a directory of ${size} bytes` });
    return { entries: [], issues, complete: false };
  }
  const directory = Buffer.from(source.read(start + shift, Math.min(size, directoryEnd - start - shift)));
  const entries: ZipEntry[] = [];
  let complete = true;
  let at = 0;
  while (at + ENTRY_LENGTH <= directory.length && directory.readUInt32LE(at) === ENTRY) {
    if (entries.length >= MAX_ENTRIES) {
      complete = false;
      break;
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + ENTRY_LENGTH + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > directory.length) break;
    entries.push(readEntry(source, directory, at, nameLength, extraLength, shift, issues));
    at = next;
  }
  if (entries.length !== count && !(count === 0xffff && entries.length > count)) {
    complete = false;
    issues.push({
      kind: 'directory-damaged',
      offset: start + shift + at,
      detail: `${count} members are announced, ${entries.length} are there`,
    });
  }
  if (entries.length > MANY_ENTRIES) {
    issues.push({ kind: 'many-members', offset: start + shift, detail: `${entries.length} members` });
  }
  // An archive that is a stored member brings its own end record along: that is no second directory of this one.
  const others = ends.filter(
    ({ offset }) =>
      offset !== end.offset &&
      !entries.some((entry) => offset >= entry.dataOffset && offset < entry.dataOffset + entry.packed),
  );
  if (others.length > 0) {
    const detail = `${others.length + 1} end records: readers choose differently`;
    issues.push({ kind: 'several-directories', offset: others[0]!.offset, detail });
  }
  const { hidden, all } = layOut(source, entries, start + shift, issues);
  duplicates([...entries, ...hidden], issues);
  return { entries: [...entries, ...hidden], issues, complete: complete && all };
}

function isEntry(source: ByteSource, at: number, size: number): boolean {
  if (size === 0) return true;
  const bytes = source.read(at, 4);
  return bytes.length === 4 && Buffer.from(bytes).readUInt32LE(0) === ENTRY;
}

function readEntry(
  source: ByteSource,
  directory: Buffer,
  at: number,
  nameLength: number,
  extraLength: number,
  shift: number,
  issues: ZipIssue[],
): ZipEntry {
  const flags = directory.readUInt16LE(at + 8);
  const method = directory.readUInt16LE(at + 10);
  const crc = directory.readUInt32LE(at + 16);
  let packed = directory.readUInt32LE(at + 20);
  let size = directory.readUInt32LE(at + 24);
  let offset = directory.readUInt32LE(at + 42);
  const name = memberName(directory.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength));
  const extra = directory.subarray(at + ENTRY_LENGTH + nameLength, at + ENTRY_LENGTH + nameLength + extraLength);
  const wide = zip64(extra);
  let index = 0;
  const take = (value: number): number => (value === 0xffffffff && index < wide.length ? wide[index++]! : value);
  size = take(size);
  packed = take(packed);
  offset = take(offset);
  const localOffset = offset + shift;
  const local = readLocal(source, localOffset);
  if (local === null) {
    issues.push({
      kind: 'missing-member',
      offset: localOffset,
      detail: `"${shown(name)}" is not where the directory says`,
    });
  } else {
    if (local.name !== name) {
      issues.push({
        kind: 'name-mismatch',
        offset: localOffset,
        detail: `"${shown(name)}" in the directory, "${shown(local.name)}" before the data`,
      });
    }
    if (local.method !== method) {
      issues.push({
        kind: 'method-mismatch',
        offset: localOffset,
        detail: `"${shown(name)}" is packed by method ${method} in the directory and ${local.method} before the data`,
      });
    }
    if ((local.flags & 8) === 0 && local.packed !== packed && local.packed !== 0xffffffff) {
      issues.push({
        kind: 'size-mismatch',
        offset: localOffset,
        detail: `"${shown(name)}" has ${packed} bytes in the directory and ${local.packed} before the data`,
      });
    }
  }
  const odd = (flags | (local?.flags ?? 0)) & ODD_FLAGS;
  if (odd !== 0) {
    issues.push({
      kind: 'unusual-flags',
      offset: localOffset,
      detail: `"${shown(name)}" has flags 0x${odd.toString(16)}: some readers skip it, others do not`,
    });
  }
  return {
    name,
    localName: local?.name ?? null,
    method,
    localMethod: local?.method ?? method,
    flags: flags | (local?.flags ?? 0),
    packed,
    size,
    crc,
    localOffset,
    dataOffset: local?.dataOffset ?? -1,
    mode: directory.readUInt16LE(at + 40),
    directory: name.endsWith('/'),
    hidden: false,
  };
}

function zip64(extra: Buffer): readonly number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const values: number[] = [];
      for (let place = at + 4; place + 8 <= Math.min(at + 4 + length, extra.length); place += 8) {
        values.push(Number(extra.readBigUInt64LE(place)));
      }
      return values;
    }
    at += 4 + length;
  }
  return [];
}

interface Local {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  readonly dataOffset: number;
}

function readLocal(source: ByteSource, offset: number): Local | null {
  if (offset < 0 || offset + LOCAL_LENGTH > source.size) return null;
  const head = Buffer.from(source.read(offset, LOCAL_LENGTH));
  if (head.length < LOCAL_LENGTH || head.readUInt32LE(0) !== LOCAL) return null;
  const nameLength = head.readUInt16LE(26);
  const extraLength = head.readUInt16LE(28);
  const rest = Buffer.from(source.read(offset + LOCAL_LENGTH, nameLength));
  let packed = head.readUInt32LE(18);
  let size = head.readUInt32LE(22);
  if (packed === 0xffffffff || size === 0xffffffff) {
    const wide = zip64(Buffer.from(source.read(offset + LOCAL_LENGTH + nameLength, extraLength)));
    let index = 0;
    if (size === 0xffffffff && index < wide.length) size = wide[index++]!;
    if (packed === 0xffffffff && index < wide.length) packed = wide[index++]!;
  }
  return {
    name: memberName(rest),
    method: head.readUInt16LE(8),
    flags: head.readUInt16LE(6),
    crc: head.readUInt32LE(14),
    packed,
    size,
    dataOffset: offset + LOCAL_LENGTH + nameLength + extraLength,
  };
}

/** Checks that members lie one after another, and finds what lies between them. Returns members that only a local header tells of, and whether everything between was looked at. */
function layOut(
  source: ByteSource,
  entries: readonly ZipEntry[],
  directoryStart: number,
  issues: ZipIssue[],
): { readonly hidden: readonly ZipEntry[]; readonly all: boolean } {
  const placed = entries.filter((entry) => entry.dataOffset >= 0).toSorted((a, b) => a.localOffset - b.localOffset);
  const hidden: ZipEntry[] = [];
  let expected = 0;
  let overlaps = 0;
  let gaps = 0;
  const between = (from: number, to: number): void => {
    if (to <= from || ++gaps > MAX_GAPS) return;
    const first = from === 0 && placed.length > 0;
    const inside = hiddenFrom(source, from, to, issues);
    hidden.push(...inside);
    if (inside.length > 0) return;
    if (isZero(source, from, to)) return;
    issues.push({
      kind: first ? 'prefix' : 'gap',
      offset: from,
      length: to - from,
      detail: first ? `${to - from} bytes before the archive` : `${to - from} bytes between members`,
    });
  };
  for (const entry of placed) {
    if (entry.localOffset < expected) overlaps++;
    else between(expected, entry.localOffset);
    let end = entry.dataOffset + entry.packed;
    if ((entry.flags & 8) !== 0) end += descriptorLength(source, end);
    expected = Math.max(expected, end);
  }
  if (overlaps > 0) {
    issues.push({
      kind: 'overlapping-members',
      offset: placed[0]!.localOffset,
      detail: `${overlaps} members share bytes with others`,
    });
  }
  between(expected, directoryStart);
  return { hidden, all: gaps <= MAX_GAPS };
}

function isZero(source: ByteSource, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1 << 20) {
    if (!source.read(at, Math.min(1 << 20, to - at)).every((byte) => byte === 0)) return false;
  }
  return true;
}

/** Length of the data descriptor at `at`: with or without its signature, sizes of 4 or 8 bytes. */
function descriptorLength(source: ByteSource, at: number): number {
  const bytes = Buffer.from(source.read(at, 28));
  const signed = bytes.length >= 4 && bytes.readUInt32LE(0) === 0x08074b50 ? 4 : 0;
  for (const length of [signed + 12, signed + 20]) {
    const next = bytes.length >= length + 4 ? bytes.readUInt32LE(length) : -1;
    if (next === LOCAL || next === ENTRY || next === 0x06054b50) return length;
  }
  return signed + 12;
}

function hiddenFrom(source: ByteSource, from: number, to: number, issues: ZipIssue[]): ZipEntry[] {
  const found: ZipEntry[] = [];
  let at = from;
  while (at + LOCAL_LENGTH <= to && found.length < 1000) {
    const block = Buffer.from(source.read(at, Math.min(1 << 20, to - at)));
    const index = block.indexOf('PK\x03\x04', 0, 'latin1');
    if (index === -1) {
      at += Math.max(1, block.length - 3);
      continue;
    }
    const offset = at + index;
    const local = readLocal(source, offset);
    if (local === null || local.name === '') {
      at = offset + 4;
      continue;
    }
    const unknown = (local.flags & 8) !== 0 && local.packed === 0;
    const packed = Math.max(0, unknown ? to - local.dataOffset : Math.min(local.packed, to - local.dataOffset));
    issues.push({ kind: 'hidden-member', offset, detail: `"${shown(local.name)}" is missing from the directory` });
    found.push({
      name: local.name,
      localName: local.name,
      method: local.method,
      localMethod: local.method,
      flags: local.flags,
      packed,
      size: local.size,
      crc: local.crc,
      localOffset: offset,
      dataOffset: local.dataOffset,
      mode: 0,
      directory: local.name.endsWith('/'),
      hidden: true,
    });
    at = unknown ? local.dataOffset : local.dataOffset + packed;
  }
  return found;
}

function duplicates(entries: readonly ZipEntry[], issues: ZipIssue[]): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const key = entry.name.replaceAll('\\', '/').toLowerCase();
    if (seen.has(key)) {
      issues.push({
        kind: 'duplicate-name',
        offset: entry.localOffset,
        detail: `"${shown(entry.name)}" is there twice: readers choose differently`,
      });
    }
    seen.add(key);
  }
}

function memberName(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\ufffd') ? Buffer.from(bytes).toString('latin1') : text;
}

/** A name fit for a message: short, no control characters. */
function shown(name: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is to be hidden
  const clean = name.replace(/[\x00-\x1f\x7f-\x9f"]/g, '?');
  return clean.length > 80 ? `${clean.slice(0, 77)}...` : clean;
}

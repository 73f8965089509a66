import { decodeLoose } from './decode-text.ts';
import { type Extraction, encrypted, limitFault, malformed } from './extraction.ts';
import { startsWith, viewOf } from './format.ts';
import { inflate } from './inflate.ts';

export interface ZipMember {
  readonly name: string;
  /** Packed and, as the archive says, unpacked size in bytes. */
  readonly packed: number;
  readonly size: number;
  /** @throws Fault `ERR_FILE_LIMIT`, `ERR_FILE_MALFORMED`. */
  read(): Uint8Array;
}

const [END_LENGTH, ENTRY_LENGTH, LOCAL_LENGTH, MAX_COMMENT] = [22, 46, 30, 0xffff];
const MAX_MEMBERS = 20_000;
/** Sizes that say "see the ZIP64 record"; no document needs one. */
const ZIP64 = 0xffff_ffff;

/**
 * Members of a ZIP archive by its central directory (APPNOTE 6.3.10), which is what office programs go by. Sizes that
 * the archive claims decide nothing: unpacking stops at what `out` allows.
 * @throws Fault `ERR_FILE_MALFORMED`, `ERR_FILE_ENCRYPTED`, `ERR_FILE_LIMIT`.
 */
export function readZip(bytes: Uint8Array, out: Extraction): readonly ZipMember[] {
  const view = viewOf(bytes);
  const end = findEnd(bytes);
  if (end === -1) throw malformed('ZIP', 'it has no central directory');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MAX_MEMBERS) throw limitFault(`${count} members`);
  if (at > end) throw malformed('ZIP', 'its central directory lies outside', end);
  if (end + END_LENGTH + view.getUint16(end + 20, true) < bytes.length) out.note('trailing data after the archive');
  const members: ZipMember[] = [];
  for (let index = 0; index < count; index++) {
    out.count();
    if (at + ENTRY_LENGTH > end || !startsWith(bytes, 'PK\x01\x02', at))
      throw malformed('ZIP', 'its directory is damaged', at);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const next = at + ENTRY_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const name = decodeLoose(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength));
    at = next;
    if ((flags & 1) !== 0) throw encrypted('ZIP');
    if (packed === ZIP64 || size === ZIP64 || local === ZIP64) throw malformed('ZIP', 'it uses ZIP64', at);
    members.push({ name, packed, size, read: () => readMember(bytes, { local, packed, method }, out) });
  }
  return members;
}

function readMember(
  bytes: Uint8Array,
  { local, packed, method }: { readonly local: number; readonly packed: number; readonly method: number },
  out: Extraction,
): Uint8Array {
  if (local + LOCAL_LENGTH > bytes.length || !startsWith(bytes, 'PK\x03\x04', local)) {
    throw malformed('ZIP', 'a member is not where the directory says', local);
  }
  const view = viewOf(bytes);
  const start = local + LOCAL_LENGTH + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packed > bytes.length) throw malformed('ZIP', 'a member goes beyond the end', local);
  const data = bytes.subarray(start, start + packed);
  if (method === 8) return inflate(data, 'raw', 'ZIP', out);
  if (method !== 0) throw malformed('ZIP', `compression method ${method} is not known`, local);
  // Stored bytes may be claimed by many members: they count as unpacked, too.
  if (packed > out.mayUnpack(packed)) throw limitFault('members that are larger than is allowed');
  out.unpacked(packed, packed);
  return data;
}

/** The end record: the last one whose comment ends with the file, or else just the last one. */
function findEnd(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  let last = -1;
  for (let at = bytes.length - END_LENGTH; at >= Math.max(0, bytes.length - END_LENGTH - MAX_COMMENT); at--) {
    if (bytes[at] !== 0x50 || !startsWith(bytes, 'PK\x05\x06', at)) continue;
    if (at + END_LENGTH + view.getUint16(at + 20, true) === bytes.length) return at;
    if (last === -1) last = at;
  }
  return last;
}

import { type ByteSource, sliceSource } from '../../../bytes/byte-source.ts';
import { findZipEnd, walkZip, type ZipEntry } from '../../../formats/zip/zip-walk.ts';
import type { Artifact, MemberListing } from '../../artifact.ts';
import type { Observer, Reader } from '../../reader.ts';
import { isUnsafePath } from '../../unsafe-path.ts';
import { MAX_RATIO, PACKINGS, unpackMember } from './unpack-member.ts';
import { wheelRecord } from './wheel-record.ts';

const RATIO_FLOOR = 1 << 20;
const SYMLINK = 0o120000;
const TYPE_MASK = 0o170000;

/** ZIP archives: PyTorch since 1.6, Keras, npz, skops, MAR, NeMo, wheels, documents. */
export const zip: Reader<'zip'> = {
  id: 'zip',
  title: 'ZIP',
  extensions: ['.zip', '.npz', '.keras', '.pt', '.pth', '.mar', '.skops', '.whl'],
  // An archive may stand behind other data. In large members of an archive, which are tensors by the thousand, nobody reads it there.
  sniff: ({ source, head, depth }) =>
    (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) ||
    ((depth === 0 || source.size < 1 << 20) && findZipEnd(source) >= 0),
  read: (artifact, observer) => {
    const walk = walkZip(artifact.source);
    for (const { kind, offset, detail, length } of walk.issues) {
      // Extensions of browsers are archives behind a signature.
      if (kind !== 'prefix' || offset !== 0 || !isCrxHeader(artifact.source, length ?? 0))
        observer.fact({ kind: 'archive', offset, issue: kind, detail });
      // Bytes that no member owns may be a file of another format: look at them by themselves.
      if ((kind === 'prefix' || kind === 'trailing' || kind === 'gap') && length !== undefined) {
        observer.member(`(${kind} at ${offset})`, sliceSource(artifact.source, offset, length));
      }
    }
    if (!walk.complete) observer.incomplete('not all members of the archive could be listed');
    const record = wheelRecord(artifact.name, artifact.source, walk.entries);
    let [packed, unpacked] = [0, 0];
    for (const entry of walk.entries) {
      if (isUnsafePath(entry.name) || (entry.localName !== null && isUnsafePath(entry.localName))) {
        observer.fact({
          kind: 'archive',
          offset: entry.localOffset,
          issue: 'traversal',
          detail: `"${entry.name.slice(0, 80)}"`,
        });
      }
      if ((entry.mode & TYPE_MASK) === SYMLINK) {
        observer.fact({
          kind: 'archive',
          offset: entry.localOffset,
          issue: 'symlink',
          detail: `"${entry.name.slice(0, 80)}"`,
        });
      }
      packed += entry.packed;
      unpacked += entry.size;
      // A folder has no content; one that has is a member that some readers pass over.
      if (!entry.directory || entry.packed > 0) readMember(artifact, entry, observer, record?.(entry.name));
    }
    if (unpacked > RATIO_FLOOR && unpacked > packed * MAX_RATIO) {
      observer.fact({
        kind: 'archive',
        offset: 0,
        issue: 'ratio',
        detail: `${packed} bytes that unpack to ${unpacked}`,
      });
    }
  },
};

/** Methods that are not unpacked here, by their names (APPNOTE.TXT 4.4.5). */
const METHODS: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  93: 'Zstandard',
  98: 'PPMd',
  99: 'AES, which needs a password',
};

/** Longest header of a CRX file that is taken for one. */
const CRX_HEADER = 1 << 18;

/** Whether the first `length` bytes are what stands before the archive of a CRX file: version 2 (two lengths) or 3 (one length). */
function isCrxHeader(source: ByteSource, length: number): boolean {
  const head = Buffer.from(source.read(0, 16));
  if (length < 16 || length > CRX_HEADER || head.toString('latin1', 0, 4) !== 'Cr24') return false;
  const version = head.readUInt32LE(4);
  return version === 3
    ? 12 + head.readUInt32LE(8) === length
    : version === 2 && 16 + head.readUInt32LE(8) + head.readUInt32LE(12) === length;
}

function readMember(artifact: Artifact, entry: ZipEntry, observer: Observer, listing?: MemberListing): void {
  if (entry.dataOffset < 0) return;
  // Bit 0 says encrypted. Some loaders ignore it, so stored bytes are looked at as they are.
  const encrypted = (entry.flags & 1) !== 0;
  const source = sliceSource(artifact.source, entry.dataOffset, entry.packed);
  for (const method of new Set([entry.method, entry.localMethod])) {
    if (method === 0) {
      observer.member(entry.name, source, listing);
      if (encrypted) flagged(entry, isPlain(source.read(0, 4)), observer);
    } else if (PACKINGS[method] !== undefined) {
      const unpacked = unpackMember(PACKINGS[method], source, entry, observer);
      if (encrypted) flagged(entry, unpacked?.end === 'complete', observer);
      if (unpacked !== null && !(encrypted && unpacked.end === 'damaged'))
        observer.member(entry.name, unpacked.source, listing);
      unpacked?.free();
    } else if (encrypted) flagged(entry, false, observer);
    else
      observer.incomplete(
        `"${entry.name.slice(0, 80)}" is packed by ${METHODS[method] ?? `method ${method}`}`,
        entry.localOffset,
      );
  }
}

/** The flag says encrypted: either it is, and nobody can look, or it is not, and some readers are kept from looking. */
function flagged(entry: ZipEntry, plain: boolean, observer: Observer): void {
  const name = `"${entry.name.slice(0, 80)}"`;
  if (plain) {
    const detail = `${name} says that it is encrypted, and is not`;
    return observer.fact({ kind: 'archive', offset: entry.localOffset, issue: 'unusual-flags', detail });
  }
  observer.fact({ kind: 'archive', offset: entry.localOffset, issue: 'encrypted', detail: name });
  observer.incomplete(`${name} is encrypted`, entry.localOffset);
}

/** A pickle, an archive or a text in clear behind a flag that says otherwise. */
function isPlain(head: Uint8Array): boolean {
  return (head[0] === 0x80 && head[1]! <= 5) || (head[0] === 0x50 && head[1] === 0x4b) || head[0] === 0x7b;
}

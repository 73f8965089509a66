import { sliceSource } from '../../../bytes/byte-source.ts';
import { readSevenZip, type SevenZip, type SevenZipFolder } from './read-sevenzip.ts';
import type { Observer, Reader } from '../../reader.ts';
import { RATIO_FLOOR } from '../../stream-within.ts';
import { unpackPacked } from '../../unpack-packed.ts';
import { isUnsafePath } from '../../unsafe-path.ts';

const MAX_RATIO = 1000;

/** 7z archives, in which harmful models have travelled because scanners could not open them. */
export const sevenzip: Reader<'sevenzip'> = {
  id: 'sevenzip',
  title: '7-Zip',
  extensions: ['.7z'],
  sniff: ({ head }) => head[0] === 0x37 && head[1] === 0x7a && head[2] === 0xbc && head[3] === 0xaf && head[4] === 0x27,
  read: ({ source }, observer) => {
    let archive: SevenZip;
    try {
      archive = readSevenZip(source, observer.mayUnpack(1 << 22));
    } catch (error) {
      return observer.incomplete(`the 7z archive cannot be listed: ${reasonOf(error)}`);
    }
    for (const folder of archive.folders) readFolder(folder, observer);
    if (archive.end < source.size) {
      const offset = archive.end;
      const detail = `${source.size - offset} bytes after the archive`;
      observer.fact({ kind: 'archive', offset, issue: 'trailing', detail });
      observer.member('(trailing)', sliceSource(source, offset, source.size - offset));
    }
  },
};

function readFolder(folder: SevenZipFolder, observer: Observer): void {
  for (const { name } of folder.files) {
    if (!isUnsafePath(name)) continue;
    observer.fact({ kind: 'archive', offset: 0, issue: 'traversal', detail: `"${name.slice(0, 80)}"` });
  }
  const first = `"${folder.files[0]?.name.slice(0, 80) ?? ''}"`;
  if (folder.size > RATIO_FLOOR && folder.size > folder.packed.size * MAX_RATIO) {
    const detail = `${folder.packed.size} bytes that unpack to ${folder.size}`;
    observer.fact({ kind: 'archive', offset: 0, issue: 'ratio', detail });
  }
  if (folder.obstacle !== null) return observer.incomplete(`${first} is packed by ${folder.obstacle}`);
  const unpacked = unpackPacked(observer, folder.packing, folder.packed, MAX_RATIO, folder.size);
  if (unpacked === null) {
    return observer.incomplete(
      `${first} and what is packed with it unpacks to ${folder.size} bytes, more than is allowed`,
    );
  }
  const { source, end, mismatch } = unpacked;
  if (end === 'room')
    observer.incomplete(`${first} and what is packed with it unpacks to more than ${source.size} bytes`);
  else if (end === 'ratio') observer.incomplete(`${first} is an archive bomb`);
  else if (end === 'damaged') observer.incomplete(`${first} cannot be unpacked: its data is damaged`);
  else if (end === 'cut off') observer.incomplete(`${first} is cut off`);
  else if (mismatch !== null) observer.incomplete(`${first} is damaged: ${mismatch}`);
  // What comes before the damage is there, too.
  for (const { name, offset, size } of folder.files) {
    if (size > 0) observer.member(name, sliceSource(source, offset, size));
  }
  unpacked.free();
}

/** Decoders say in a few words of their own what is wrong. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it is damaged';
}

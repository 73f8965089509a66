import { memorySource, sliceSource } from '../../../bytes/byte-source.ts';
import { freeBytes } from '../../../bytes/free-bytes.ts';
import { readSevenZip, type SevenZip, type SevenZipFolder } from './read-sevenzip.ts';
import type { Observer, Reader } from '../../reader.ts';
import { RATIO_FLOOR } from '../../stream-within.ts';
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
  if (folder.size > RATIO_FLOOR && folder.size > folder.packed * MAX_RATIO) {
    const detail = `${folder.packed} bytes that unpack to ${folder.size}`;
    observer.fact({ kind: 'archive', offset: 0, issue: 'ratio', detail });
  }
  if (folder.obstacle !== null) return observer.incomplete(`${first} is packed by ${folder.obstacle}`);
  const room = observer.mayUnpack(Math.max(folder.size, folder.packed));
  if (room < Math.max(folder.size, folder.packed)) {
    return observer.incomplete(
      `${first} and what is packed with it unpacks to ${folder.size} bytes, more than the ${room} that are allowed`,
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = folder.unpack(room);
  } catch (error) {
    return observer.incomplete(`${first} cannot be unpacked: ${reasonOf(error)}`);
  }
  observer.unpacked(bytes.length);
  if (bytes.length < folder.size) observer.incomplete(`${first} is cut off`);
  const whole = memorySource(bytes);
  for (const { name, offset, size } of folder.files) {
    if (size > 0) observer.member(name, sliceSource(whole, offset, size));
  }
  freeBytes(bytes);
}

/** Decoders say in a few words of their own what is wrong. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it is damaged';
}

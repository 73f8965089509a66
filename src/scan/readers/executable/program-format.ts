import type { ByteSource } from '../../../bytes/byte-source.ts';

/** A program for an operating system. */
export interface Program {
  readonly format: 'ELF' | 'Mach-O' | 'PE' | 'Actually Portable Executable';
  /** Made to be loaded into another program. An ELF file that is can still be one that is started. */
  readonly isLibrary: boolean;
}

/** Sizes of headers of ELF, `ET_DYN`; types of Mach-O, `MH_DYLIB` and `MH_BUNDLE`; `IMAGE_FILE_DLL`. */
const ELF_SHARED = 3;
const MACH_LIBRARIES = [6, 8];
const PE_LIBRARY = 0x2000;
/** Machines in one file of Mach-O; byte code of Java begins with the same four bytes, and then has a version from 45 on. */
const MOST_MACHINES = 30;

/** What kind of program bytes are, by their first bytes; null where they are none. */
export function programFormat(head: Uint8Array, source: ByteSource): Program | null {
  if (head.length < 64) return shortFormat(head);
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  // llamafile and other Actually Portable Executables begin like DOS programs, and like shell scripts.
  if (bytes.toString('latin1', 0, 6) === 'MZqFpD') return { format: 'Actually Portable Executable', isLibrary: false };
  const word = bytes.readUInt32BE(0);
  if (word === 0x7f454c46) {
    const type = head[5] === 2 ? bytes.readUInt16BE(16) : bytes.readUInt16LE(16);
    return { format: 'ELF', isLibrary: type === ELF_SHARED };
  }
  const mach = machLibrary(bytes);
  if (mach !== null) return { format: 'Mach-O', isLibrary: mach };
  if (word === 0xcafebabe && bytes.readUInt32BE(4) > 0 && bytes.readUInt32BE(4) <= MOST_MACHINES) {
    const inner = machLibrary(Buffer.from(source.read(bytes.readUInt32BE(16), 16)));
    return inner === null ? null : { format: 'Mach-O', isLibrary: inner };
  }
  if (head[0] !== 0x4d || head[1] !== 0x5a) return null;
  const at = bytes.readUInt32LE(60);
  const header = Buffer.from(source.read(at, 24).slice());
  if (at === 0 || header.toString('latin1', 0, 4) !== 'PE\0\0') return null;
  return { format: 'PE', isLibrary: header.length === 24 && (header.readUInt16LE(22) & PE_LIBRARY) !== 0 };
}

function shortFormat(head: Uint8Array): Program | null {
  const word = head.length >= 4 ? Buffer.from(head.subarray(0, 4)).readUInt32BE(0) : 0;
  if (Buffer.from(head.subarray(0, 6)).toString('latin1') === 'MZqFpD')
    return { format: 'Actually Portable Executable', isLibrary: false };
  if (word === 0x7f454c46) return { format: 'ELF', isLibrary: false };
  return [0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe].includes(word)
    ? { format: 'Mach-O', isLibrary: false }
    : null;
}

/** Whether a header of Mach-O is that of a library; null where it is none. */
function machLibrary(bytes: Buffer): boolean | null {
  if (bytes.length < 16) return null;
  const word = bytes.readUInt32BE(0);
  if (word === 0xfeedface || word === 0xfeedfacf) return MACH_LIBRARIES.includes(bytes.readUInt32BE(12));
  return word === 0xcefaedfe || word === 0xcffaedfe ? MACH_LIBRARIES.includes(bytes.readUInt32LE(12)) : null;
}

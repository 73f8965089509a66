import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Reader } from '../../reader.ts';

/** Programs for operating systems, by their first bytes. */
export const executable: Reader<'executable'> = {
  id: 'executable',
  title: 'program',
  extensions: [],
  sniff: (artifact) => formatOf(artifact) !== null,
  read: (artifact, observer) => {
    observer.fact({ kind: 'executable', offset: 0, format: formatOf(artifact)! });
  },
};

function formatOf({ head, source, depth, context, name }: Artifact): string | null {
  const word = head.length >= 4 ? Buffer.from(head.subarray(0, 4)).readUInt32BE(0) : 0;
  // llamafile and other Actually Portable Executables begin like DOS programs, and like shell scripts.
  if (Buffer.from(head.subarray(0, 6)).toString('latin1') === 'MZqFpD') return 'Actually Portable Executable';
  if (word === 0x7f454c46) return 'ELF';
  if (word === 0xfeedface || word === 0xfeedfacf || word === 0xcefaedfe || word === 0xcffaedfe) return 'Mach-O';
  if (head[0] === 0x4d && head[1] === 0x5a && head.length >= 64) {
    const at = Buffer.from(head.subarray(60, 64)).readUInt32LE(0);
    if (at > 0 && Buffer.from(source.read(at, 4)).toString('latin1') === 'PE\0\0') return 'PE';
  }
  // Alone a script is a script, and skills are made of scripts; inside a model it has no business. Python is read word by word by a reader of its own.
  const python = /^\.pyw?$/.test(extensionOf(name));
  if (depth > 0 && !python && context?.skill === undefined && head[0] === 0x23 && head[1] === 0x21 && head[2] === 0x2f)
    return 'script';
  return null;
}

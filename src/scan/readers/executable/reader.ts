import { createHash } from 'node:crypto';
import type { ByteSource } from '../../../bytes/byte-source.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Fact } from '../../fact.ts';
import type { Reader } from '../../reader.ts';
import { type Program, programFormat } from './program-format.ts';

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** Programs for operating systems, by their first bytes. */
export const executable: Reader<'executable'> = {
  id: 'executable',
  title: 'program',
  extensions: [],
  sniff: (artifact) => isScript(artifact) || programFormat(artifact.head, artifact.source) !== null,
  read: (artifact, observer) => {
    const program = programFormat(artifact.head, artifact.source);
    observer.fact({
      kind: 'executable',
      offset: 0,
      format: program?.format ?? 'script',
      listed: program === null ? null : listedAs(program, artifact),
    });
  },
};

/** Alone a script is a script, and skills are made of scripts; inside a model it has no business. Python is read word by word by a reader of its own. */
function isScript({ head, depth, context, name }: Artifact): boolean {
  const python = /^\.pyw?$/.test(extensionOf(name));
  return (
    depth > 0 && !python && context?.skill === undefined && head[0] === 0x23 && head[1] === 0x21 && head[2] === 0x2f
  );
}

function listedAs(
  { isLibrary }: Program,
  { listing, name, source }: Artifact,
): Extract<Fact, { kind: 'executable' }>['listed'] {
  if (listing === undefined || !isLibrary || !/\.(?:so(?:\.\d+)*|pyd|dll|dylib)$/i.test(name)) return null;
  if (listing.sha256 === null) return 'unlisted';
  if (!listing.isUsual) return null;
  return sha256(source) === listing.sha256 ? 'library' : 'differs';
}

function sha256(source: ByteSource): string {
  const hash = createHash('sha256');
  for (let at = 0; at < source.size; at += PIECE) hash.update(source.read(at, PIECE));
  return hash.digest('base64url');
}

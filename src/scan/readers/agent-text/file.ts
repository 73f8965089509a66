import { createHash } from 'node:crypto';
import type { ByteSource } from '../../../bytes/byte-source.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import type { Observer } from '../../reader.ts';

const BLOCK = 1 << 20;
const MOST_HASHED = 512 << 20;
/** Bytes over which the evenness of bytes is measured; encrypted data of this length is within 0.02 bit of 8. */
const SAMPLE = 32 << 10;
const EVEN = 7.97;

/** First bytes of formats that are packed without being secret. */
const PACKED: readonly (readonly number[])[] = [
  [0x50, 0x4b], [0x1f, 0x8b], [0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x47, 0x49, 0x46, 0x38], [0x25, 0x50, 0x44, 0x46], [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58], [0x77, 0x4f, 0x46, 0x46], [0x77, 0x4f, 0x46, 0x32], [0x28, 0xb5, 0x2f, 0xfd], [0x37, 0x7a, 0xbc, 0xaf],
  [0x52, 0x61, 0x72, 0x21], [0x52, 0x49, 0x46, 0x46], [0x4f, 0x67, 0x67, 0x53], [0x49, 0x44, 0x33], [0x66, 0x4c, 0x61, 0x43], [0x1a, 0x45, 0xdf, 0xa3],
  [0x00, 0x61, 0x73, 0x6d], [0x00, 0x01, 0x00, 0x00], [0x4f, 0x54, 0x54, 0x4f],
]; // prettier-ignore
const PROGRAMS = /^\.(?:py|pyc|sh|bash|js|mjs|ps1|bat|cmd|exe|dll|so|dylib|jar|vbs|scr|com|msi|hta)$/;

/** What the bytes of a file of a skill say: its digest, and whether it holds something that nobody can read. */
export function tellFile(artifact: Artifact, skill: string, observer: Observer): void {
  const { source, head, name, members } = artifact;
  if (members.length === 0) {
    if (source.size > MOST_HASHED) observer.incomplete(`${source.size} bytes of a skill are too many for a digest`);
    else {
      const at = { offset: 0 };
      observer.fact({
        kind: 'agent-definition',
        ...at,
        definition: { what: 'skill-file', name, skill, digest: digestOf(source), members: {}, description: '', at },
      });
    }
  }
  const opaque = opaqueKind(artifact);
  if (opaque !== null) observer.fact({ kind: 'agent-opaque', offset: 0, ...opaque });
  else if (isEven(source, head)) {
    observer.fact({ kind: 'agent-opaque', offset: 0, what: 'encrypted', detail: extensionOf(name) });
  }
}

function opaqueKind({
  head,
  name,
  members,
  within,
}: Artifact): { what: 'bytecode' | 'unchecked-bytecode' | 'hidden-member'; detail: string } | null {
  const extension = extensionOf(name);
  // CPython writes its magic number before CR LF (importlib._bootstrap_external), and PEP 552 flags after it.
  if (
    head.length >= 16 &&
    head[2] === 0x0d &&
    head[3] === 0x0a &&
    (extension === '.pyc' || extension === '.pyo' || head[1]! <= 0x0f)
  ) {
    const flags = Buffer.from(head.subarray(4, 8)).readUInt32LE(0);
    return { what: flags === 1 ? 'unchecked-bytecode' : 'bytecode', detail: 'Python' };
  }
  if (head[0] === 0xca && head[1] === 0xfe && head[2] === 0xba && head[3] === 0xbe && extension === '.class') {
    return { what: 'bytecode', detail: 'Java' };
  }
  const document = members.length >= 2 ? members.at(-2)! : '';
  if (within === 'zip' && /\.(?:docx|xlsx|pptx|odt|ods|odp|epub|xpi)$/i.test(document) && PROGRAMS.test(extension)) {
    return { what: 'hidden-member', detail: name.slice(-80) };
  }
  return null;
}

/** Bytes that are as even as chance: encrypted, or packed in a format that is none of the usual. */
function isEven(source: ByteSource, head: Uint8Array): boolean {
  if (source.size < SAMPLE || PACKED.some((magic) => magic.every((byte, index) => head[index] === byte))) return false;
  if (Buffer.from(head.subarray(4, 8)).toString('latin1') === 'ftyp') return false;
  const counts = new Uint32Array(256);
  const sample = source.read(Math.floor((source.size - SAMPLE) / 2), SAMPLE);
  for (const byte of sample) counts[byte]!++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / SAMPLE) * Math.log2(count / SAMPLE);
  return bits >= EVEN;
}

function digestOf(source: ByteSource): string {
  const hash = createHash('sha256');
  for (let at = 0; at < source.size; at += BLOCK) hash.update(source.read(at, BLOCK));
  return hash.digest('hex');
}

import { type ByteSource, memorySource } from '../../../bytes/byte-source.ts';
import { OP } from '../../../formats/pickle/opcodes.ts';
import { runPickle } from '../../../formats/pickle/pickle-machine.ts';
import type { NestedPickle, PickleStream } from '../../../formats/pickle/pickle-stream.ts';
import { PICKLE_STARTS, readPickles } from '../../../formats/pickle/pickle-streams.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import { classifyGlobal } from '../../python/classify-global.ts';
import type { Observer, Reader } from '../../reader.ts';

/** Bytes of a stream whose stack and memo may be large. */
const LARGE = 64 << 20;
const NESTED_DEPTH = 3;
/** Opcodes that decide whether text-like bytes are a pickle. */
const PROBE = 200_000;
/** Opcodes that other bytes make by chance before they make none. */
const CHANCE_OPCODES = 64;

/** Pickle streams of every protocol, alone or one after another, as Python, PyTorch and joblib write them. */
export const pickle: Reader<'pickle'> = {
  id: 'pickle',
  title: 'pickle',
  extensions: ['.pkl', '.pickle', '.pt', '.pth', '.ckpt', '.joblib', '.p', '.dill', '.sav'],
  sniff: ({ source, head }) => {
    const [first, second] = head;
    if (first === undefined) return false;
    if (first === OP.PROTO) return second !== undefined && second <= 8;
    return looksLikeText(source, head);
  },
  read(artifact, observer) {
    const { source } = artifact;
    // Stack and memo of a large stream hold as much as a large member does.
    if (source.size > LARGE) observer.mayUnpack(LARGE);
    const file = readPickles(source);
    const joblib = file.streams.some((stream) =>
      stream.globals.some((one) => one.module.endsWith('joblib.numpy_pickle')),
    );
    const torch =
      file.legacyTorch || /(?:^|\/)(?:data|constants)\.pkl$/.test(artifact.name) || artifact.within === 'torch-tar';
    const container = torch ? 'torch' : joblib ? 'joblib' : 'plain';
    const binary = artifact.head[0] === OP.PROTO;
    for (const stream of file.streams) tell(artifact, stream, container, 'stream', observer, 0);
    for (const stream of file.found) tell(artifact, stream, container, 'found', observer, 0);
    const last = file.streams.at(-1);
    // Of the thousands of tensors in an archive some begin like a pickle by chance: nothing is imported before such a stream ends.
    const chance =
      artifact.depth > 0 &&
      file.streams.length === 1 &&
      (last?.globals.length ?? 0) === 0 &&
      (last?.opcodes ?? 0) < CHANCE_OPCODES &&
      !this.extensions.includes(extensionOf(artifact.name));
    if (
      last !== undefined &&
      !chance &&
      last.status !== 'complete' &&
      (binary || file.streams.length > 1 || last.globals.length > 0)
    ) {
      observer.incomplete(`the pickle ends early: ${last.reason}`, last.end);
    }
    if (file.incomplete !== undefined) observer.incomplete(file.incomplete, file.end);
    if (file.end < source.size && !file.legacyTorch && last?.status === 'complete') {
      observer.fact({ kind: 'trailing-data', offset: file.end, length: source.size - file.end, format: 'pickle' });
    }
  },
};

/** Pickles of protocols 0 and 1 begin with a letter like any text: only one that runs, and says something, counts. */
function looksLikeText(source: Artifact['source'], head: Uint8Array): boolean {
  if (head[0] === 0x7b && head[1] === 0x22) return false; // JSON
  if (head[0] === 0x50 && head[1] === 0x4b && head[2]! <= 8) return false; // ZIP
  if (!PICKLE_STARTS.has(head[0]!)) return false;
  const stream = runPickle(source, 0, PROBE);
  if (stream.opcodes < 2) return false;
  const named = stream.globals.filter(
    (one) => /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(one.module) && /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(one.name),
  );
  if (stream.status === 'complete')
    return stream.globals.length === named.length && (named.length > 0 || stream.end === source.size);
  return named.some(
    (one) => one.calls > 0 || classifyGlobal(one.module, one.name, stream.protocol).class !== 'unknown',
  );
}

function tell(
  artifact: Artifact,
  stream: PickleStream,
  container: 'plain' | 'torch' | 'joblib',
  place: 'stream' | 'nested' | 'found',
  observer: Observer,
  depth: number,
): void {
  for (const one of stream.globals) {
    const offset = one.callOffset >= 0 ? one.callOffset : one.offset;
    observer.fact({ kind: 'pickle-global', offset, global: one, place });
  }
  // Chance makes odd streams: of those that were found by search, only what they import counts.
  if (place === 'found') return;
  if (place === 'stream') {
    for (const anomaly of stream.anomalies) {
      observer.fact({ kind: 'pickle-anomaly', offset: anomaly.offset, anomaly, container });
    }
  }
  for (const nested of stream.nested) {
    const source = nestedSource(artifact.source, nested);
    const inner = runPickle(source, 0, PROBE);
    const valid = inner.status === 'complete' && inner.opcodes > 2;
    if (!valid && inner.globals.length === 0) continue;
    observer.fact({ kind: 'nested-pickle', offset: nested.offset, nested, valid });
    if (depth < NESTED_DEPTH) {
      tell({ ...artifact, source }, inner, container, 'nested', observer, depth + 1);
    } else observer.incomplete('pickles inside pickles inside pickles', nested.offset);
  }
}

const MAX_NESTED_BYTES = 1 << 24;

/** The bytes of a pickle inside a value, decoded where it is written in digits. */
function nestedSource(source: ByteSource, { offset, length, encoding }: NestedPickle): ByteSource {
  const bytes = Buffer.from(source.read(offset, Math.min(length, MAX_NESTED_BYTES)));
  return memorySource(encoding === 'raw' ? bytes : Buffer.from(bytes.toString('latin1'), encoding));
}

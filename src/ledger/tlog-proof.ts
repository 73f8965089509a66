import { Fault } from '../core/fault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './ledger.ts';
import { HASH_BYTES, leafHash, verifyInclusion } from './merkle.ts';
import type { VerifierKey } from './note-key.ts';
import type { NoteSigner } from './signed-note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';

/** A proof that some entry is in a log, to be checked without the log (c2sp.org/tlog-proof). */
export interface TlogProof {
  readonly index: number;
  /** RFC 6962 audit path, from the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  /** What the application put beside it; not authenticated by anything. */
  readonly extra: Uint8Array | null;
}

export type ProofVerdict =
  | { readonly status: 'verified'; readonly checkpoint: Checkpoint; readonly signers: readonly NoteSigner[] }
  | { readonly status: 'failed'; readonly reason: string };

export function formatTlogProof(proof: TlogProof): string {
  const lines = [HEADER];
  if (proof.extra !== null) lines.push(`extra ${encodeBase64(proof.extra)}`);
  lines.push(`index ${proof.index}`, ...proof.hashes.map(encodeBase64));
  return `${lines.join('\n')}\n\n${proof.checkpoint.note}`;
}

/** @throws Fault `ERR_LEDGER_INVALID` with the line that is wrong. */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  if (blank < 0) throw malformed('has no blank line before the checkpoint');
  const lines = text.slice(0, blank).split('\n');
  let at = 0;
  if (lines[at++] !== HEADER) throw malformed(`does not begin with "${HEADER}"`, 1);
  let extra: Buffer | null = null;
  if (lines[at]?.startsWith('extra ') === true) {
    extra = decodeBase64(lines[at]!.slice('extra '.length));
    if (extra === null) throw malformed('has extra data that is not base64', at + 1);
    at++;
  }
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines[at] ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw malformed('has no line "index N"', at + 1);
  at++;
  // A tree of 2^53 leaves is 53 high.
  if (lines.length - at > 64) throw malformed('has more hashes than any tree is high', at + 1);
  const hashes = lines.slice(at).map((line, i) => {
    const hash = decodeBase64(line);
    if (hash === null || hash.length !== HASH_BYTES) throw malformed('has a hash that is not 32 bytes', at + i + 1);
    return hash;
  });
  return { index: Number(index), hashes, checkpoint: parseCheckpoint(text.slice(blank + 2)), extra };
}

/** Does the proof show that `entry` is in the log that signs with one of `keys`? Needs nothing else. */
export function verifyTlogProof(proof: TlogProof, entry: Uint8Array, keys: readonly VerifierKey[]): ProofVerdict {
  const { checkpoint, index, hashes } = proof;
  const verdict = verifyCheckpoint(checkpoint, keys);
  if (verdict.status === 'failed') return verdict;
  if (!verdict.signers.some(({ key, time }) => time === null && key.name === checkpoint.origin)) {
    return { status: 'failed', reason: `The log ${checkpoint.origin} itself has not signed, only others.` };
  }
  if (index >= checkpoint.size) {
    return { status: 'failed', reason: `The index ${index} is not below the checkpoint's size ${checkpoint.size}.` };
  }
  if (!verifyInclusion(index, checkpoint.size, leafHash(entry), hashes, checkpoint.root)) {
    return { status: 'failed', reason: `The entry is not the one at index ${index} of the log.` };
  }
  return { ...verdict, checkpoint };
}

function malformed(why: string, line?: number): Fault {
  return new Fault('ERR_LEDGER_INVALID', `The proof ${why}.`, line === undefined ? {} : { where: `line ${line}` });
}

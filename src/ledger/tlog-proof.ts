import { Fault } from '../core/fault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './ledger.ts';
import { HASH_BYTES, leafHash, verifyInclusion } from './merkle.ts';
import type { VerifierKey } from './note-key.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves has paths of 53 hashes. */
const MAX_HASHES = 63;

/** That an entry is in a log, in a form that can be checked without the log (c2sp.org/tlog-proof). */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note of the checkpoint that the proof leads to. */
  readonly checkpoint: string;
}

export function writeTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  return `${HEADER}\nindex ${index}\n${hashes.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** @throws Fault `ERR_LEDGER_INVALID` with the line. */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  if (blank < 0) throw malformed('has no blank line before its checkpoint', 1);
  const lines = text.slice(0, blank).split('\n');
  if (lines[0] !== HEADER) throw malformed(`does not begin with "${HEADER}"`, 1);
  let at = 1;
  if (lines[at]?.startsWith('extra ') === true) at += 1;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines[at] ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw malformed('has no valid index', at + 1);
  const hashes = lines.slice(at + 1).map((line, offset) => {
    const hash = decodeBase64(line);
    if (hash === null || hash.length !== HASH_BYTES) throw malformed('has a line that is not a hash', at + 2 + offset);
    return hash;
  });
  if (hashes.length > MAX_HASHES) throw malformed(`has more than ${MAX_HASHES} hashes`, at + 2);
  return { index: Number(index), hashes, checkpoint: text.slice(blank + 2) };
}

export type ProofVerdict =
  | { readonly status: 'verified'; readonly checkpoint: Checkpoint }
  | { readonly status: 'failed'; readonly reason: string };

/** Does `proof` show that `entry` is in a log signed by one of `keys`? Needs nothing but its arguments. */
export function verifyTlogProof(proof: TlogProof, entry: Uint8Array, keys: readonly VerifierKey[]): ProofVerdict {
  const checkpoint = parseCheckpoint(proof.checkpoint);
  const signed = verifyCheckpoint(checkpoint, keys);
  if (signed.status === 'failed')
    return { status: 'failed', reason: `the checkpoint is not signed by the key given: ${signed.reason}` };
  if (!verifyInclusion(proof.index, checkpoint.size, leafHash(entry), proof.hashes, checkpoint.root)) {
    return { status: 'failed', reason: 'the entry is not the one that the proof is about, or the proof is wrong' };
  }
  return { status: 'verified', checkpoint };
}

function malformed(why: string, line: number): Fault {
  return new Fault('ERR_LEDGER_INVALID', `The proof ${why}.`, { where: `line ${line}` });
}

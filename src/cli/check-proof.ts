import { resolve } from 'node:path';
import { isFault } from '../core/fault.ts';
import { type ProofVerdict, parseTlogProof, verifyTlogProof } from '../ledger/tlog-proof.ts';
import { readInput, readKey } from './audit-arguments.ts';
import type { Io } from './command.ts';
import { count } from './count.ts';

/** Exit 0: the proof holds. 1: it does not, or is none. */
export async function checkProof(proof: string, entry: string, key: string, io: Io): Promise<void> {
  const keys = [readKey(key)];
  const text = (await readInput(resolve(io.cwd, proof), proof)).toString('utf8');
  const bytes = await readInput(resolve(io.cwd, entry), entry);
  let verdict: ProofVerdict;
  let index: number | null = null;
  try {
    const parsed = parseTlogProof(text);
    ({ index } = parsed);
    verdict = verifyTlogProof(parsed, bytes, keys);
    // A file that a shell redirection wrote ends in a newline that is not part of the record.
    if (verdict.status === 'failed' && bytes.at(-1) === 0x0a)
      verdict = verifyTlogProof(parsed, bytes.subarray(0, -1), keys);
  } catch (error) {
    if (!isFault(error)) throw error;
    verdict = { status: 'failed', reason: error.line };
  }
  if (verdict.status === 'verified') {
    const { origin, size } = verdict.checkpoint;
    io.out(
      `The record is number ${index} of the log "${origin}", which had ${count(size, 'record')} when this was signed.`,
    );
  } else {
    io.out(`The proof does NOT hold. ${verdict.reason}`);
    io.exitCode = 1;
  }
}

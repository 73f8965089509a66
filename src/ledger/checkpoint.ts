import { Fault } from '../core/fault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { Checkpoint } from './ledger.ts';
import { isKeyName } from './note-key.ts';
import type { SignerKey, VerifierKey } from './note-key.ts';
import { parseNote, signNote, verifyNote } from './signed-note.ts';
import type { NoteVerdict } from './signed-note.ts';

/** What an origin has to be, so that it can also be the name of the key that signs. */
export function assertOrigin(origin: string): void {
  if (!isKeyName(origin)) {
    throw new Fault(
      'ERR_CONFIG',
      'The origin of the ledger is empty, or contains a space, a control character or "+".',
      {
        where: 'ledger.origin',
        hint: 'Use a name like "example.com/ledger".',
      },
    );
  }
}

/**
 * Reads a checkpoint (c2sp.org/tlog-checkpoint) without checking its signatures.
 *
 * @throws Fault `ERR_LEDGER_INVALID`.
 */
export function parseCheckpoint(note: string): Checkpoint {
  const lines = parseNote(note).text.split('\n');
  // The text ends in a newline, so the last element is empty.
  const [origin, size, root, ...extensions] = lines.slice(0, -1);
  if (origin === undefined || origin === '') throw malformed('has no origin', 1);
  if (size === undefined || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw malformed('has no valid tree size', 2);
  }
  const hash = decodeBase64(root ?? '');
  if (hash === null || hash.length !== 32) throw malformed('has no root hash of 32 bytes', 3);
  const empty = extensions.indexOf('');
  if (empty >= 0) throw malformed('has an empty extension line', 4 + empty);
  return { origin, size: Number(size), root: hash, note };
}

/** Every known key's signature over the checkpoint, or why it cannot be trusted. */
export function verifyCheckpoint(checkpoint: Checkpoint, keys: readonly VerifierKey[]): NoteVerdict {
  return verifyNote(parseNote(checkpoint.note), keys);
}

export function signCheckpoint(origin: string, size: number, root: Uint8Array, key: SignerKey): Checkpoint {
  const note = signNote(`${origin}\n${size}\n${encodeBase64(root)}\n`, [key]);
  return { origin, size, root, note };
}

function malformed(why: string, line: number): Fault {
  return new Fault('ERR_LEDGER_INVALID', `The checkpoint ${why}.`, { where: `line ${line}` });
}

import { Fault } from '../core/fault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { COSIGNATURE_V1, isKeyName } from './note-key.ts';
import type { SignerKey, VerifierKey } from './note-key.ts';

/** One signature line: `— name base64(key id, signature)`. */
export interface NoteSignature {
  readonly name: string;
  readonly id: number;
  readonly signature: Uint8Array;
}

/** A text with signatures (c2sp.org/signed-note). Nothing in it may be trusted before `verifyNote`. */
export interface SignedNote {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSigner {
  readonly key: VerifierKey;
  /** Of a cosignature: seconds since the epoch at which the witness signed; null otherwise. */
  readonly time: number | null;
}

export type NoteVerdict =
  | { readonly status: 'verified'; readonly signers: readonly NoteSigner[] }
  | { readonly status: 'failed'; readonly reason: string };

/** Generous against the 16 signatures that every verifier has to accept, post-quantum ones included. */
const MAX_BYTES = 1 << 20;
const MAX_SIGNATURES = 128;

/** @throws Fault `ERR_LEDGER_INVALID` with the line that is wrong. */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_BYTES) throw malformed(`is longer than ${MAX_BYTES} characters`);
  if (!note.isWellFormed()) throw malformed('is not valid Unicode');
  // oxlint-disable-next-line no-control-regex -- the format forbids exactly these
  if (/[\x00-\x09\x0b-\x1f]/.test(note)) throw malformed('contains a control character');
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw malformed('has no blank line between text and signatures');
  const text = note.slice(0, split + 1);
  const rest = note.slice(split + 2);
  if (rest === '' || !rest.endsWith('\n')) throw malformed('does not end in a complete signature line');
  const lines = rest.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed(`has more than ${MAX_SIGNATURES} signatures`);
  const first = text.split('\n').length + 1;
  return { text, signatures: lines.map((line, i) => parseSignature(line, first + i)) };
}

/**
 * Checks every signature of a key that we know and ignores all others, as the format demands: one bad signature
 * of a known key condemns the note, and a note that no known key signed is not verified.
 */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): NoteVerdict {
  const signers: NoteSigner[] = [];
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((candidate) => candidate.name === name && candidate.id === id);
    if (key === undefined || signers.some((signer) => signer.key === key)) continue;
    const time = key.type === COSIGNATURE_V1 ? timestamp(signature) : null;
    const bare = key.type === COSIGNATURE_V1 ? signature.subarray(8) : signature;
    const message = time === null ? note.text : cosignedMessage(note.text, time);
    if (bare.length !== 64 || Number.isNaN(time) || !key.verify(Buffer.from(message), bare)) {
      return { status: 'failed', reason: `The signature of ${name} does not belong to this text.` };
    }
    signers.push({ key, time });
  }
  if (signers.length > 0) return { status: 'verified', signers };
  return { status: 'failed', reason: `None of the known keys has signed: ${keys.map((key) => key.text).join(', ')}.` };
}

/**
 * Signs `text` (it must end in a newline) and returns the whole note. A cosignature key takes its time from `seconds`,
 * which only it needs.
 */
export function signNote(text: string, keys: readonly SignerKey[], seconds?: number): string {
  if (!text.endsWith('\n')) throw malformed('has a text that does not end in a newline');
  return `${text}\n${keys.map((key) => signatureLine(text, key, seconds)).join('')}`;
}

function signatureLine(text: string, key: SignerKey, seconds: number | undefined): string {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(key.verifier.id);
  let parts: readonly Uint8Array[];
  if (key.verifier.type === COSIGNATURE_V1) {
    if (seconds === undefined || !Number.isSafeInteger(seconds) || seconds < 0) {
      throw new Fault('ERR_LEDGER_INVALID', 'A cosignature needs the time in whole seconds since the epoch.');
    }
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    parts = [id, time, key.sign(Buffer.from(cosignedMessage(text, seconds)))];
  } else {
    parts = [id, key.sign(Buffer.from(text))];
  }
  return `— ${key.verifier.name} ${encodeBase64(Buffer.concat(parts))}\n`;
}

/** c2sp.org/tlog-cosignature, "Ed25519 signed message". */
function cosignedMessage(text: string, seconds: number): string {
  return `cosignature/v1\ntime ${seconds}\n${text}`;
}

function timestamp(signature: Uint8Array): number {
  if (signature.length !== 72) return Number.NaN;
  const seconds = Buffer.from(signature).readBigUInt64BE();
  return seconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seconds) : Number.NaN;
}

function parseSignature(line: string, number: number): NoteSignature {
  const match = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line);
  const bytes = match === null ? null : decodeBase64(match[2]!);
  if (match === null || bytes === null || bytes.length < 5 || !isKeyName(match[1]!)) {
    throw malformed('has a signature line that is not "— name base64"', `line ${number}`);
  }
  return { name: match[1]!, id: bytes.readUInt32BE(), signature: bytes.subarray(4) };
}

function malformed(why: string, where?: string): Fault {
  return new Fault('ERR_LEDGER_INVALID', `The signed note ${why}.`, where === undefined ? {} : { where });
}

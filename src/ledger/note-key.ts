import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/**
 * Keys of signed notes in their text forms (c2sp.org/signed-note, "Verifier keys"; the private form is the one of
 * golang.org/x/mod/sumdb/note). Two kinds are known: 0x01 Ed25519 over the note's text, and 0x04 the timestamped
 * Ed25519 cosignature of witnesses (c2sp.org/tlog-cosignature).
 */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;

/** Bytes before the raw key in the DER forms of RFC 8410. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface VerifierKey {
  readonly name: string;
  /** First four bytes, big-endian, of SHA-256(name, newline, type, public key). */
  readonly id: number;
  readonly type: typeof ED25519 | typeof COSIGNATURE_V1;
  /** `name+hash+base64`. */
  readonly text: string;
  /** True when `signature` (64 bytes) is this key's over `message`. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

export interface SignerKey {
  readonly verifier: VerifierKey;
  /** `PRIVATE+KEY+name+hash+base64`: secret. */
  readonly text: string;
  sign(message: Uint8Array): Uint8Array;
}

/** A key's name is not empty and has no Unicode space, no control character and no `+`. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\p{White_Space}\p{Cc}+]/u.test(name);
}

/** @throws Fault `ERR_LEDGER_INVALID` when it is not a verifier key of a known kind, or its hash is wrong. */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, id, type, material } = parseKey(text, 'verifier key');
  if (type !== ED25519 && type !== COSIGNATURE_V1) {
    throw invalid('verifier key', `has type ${hex(type, 2)}; known are 01 (Ed25519) and 04 (Ed25519 cosignature)`);
  }
  if (id !== keyId(name, type, material)) throw invalid('verifier key', 'has a hash that is not that of its key');
  return verifierKey(name, type, material);
}

/** @throws Fault `ERR_LEDGER_INVALID`; the message never quotes the key. */
export function parseSignerKey(text: string): SignerKey {
  const prefix = 'PRIVATE+KEY+';
  if (!text.startsWith(prefix)) throw invalid('private key', `does not begin with ${prefix}`);
  const { name, id, type, material } = parseKey(text.slice(prefix.length), 'private key');
  if (type !== ED25519 && type !== COSIGNATURE_V1) throw invalid('private key', `has unknown type ${hex(type, 2)}`);
  const signer = signerKey(name, type, material);
  if (signer.verifier.id !== id) throw invalid('private key', 'has a hash that is not that of its key');
  return signer;
}

/** Makes a new key. `name` should be the log's origin. */
export function generateSignerKey(name: string, type: VerifierKey['type'] = ED25519): SignerKey {
  if (!isKeyName(name)) throw invalid('key name', 'is empty, or contains a space, a control character or "+"');
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length);
  return signerKey(name, type, seed);
}

function verifierKey(name: string, type: VerifierKey['type'], material: Buffer): VerifierKey {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, material]), format: 'der', type: 'spki' });
  const id = keyId(name, type, material);
  return {
    name,
    id,
    type,
    text: keyText(name, id, type, material),
    verify: (message, signature) => verify(null, message, key, signature),
  };
}

function signerKey(name: string, type: VerifierKey['type'], seed: Buffer): SignerKey {
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const material = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  const verifier = verifierKey(name, type, material);
  return {
    verifier,
    text: `PRIVATE+KEY+${keyText(name, verifier.id, type, seed)}`,
    sign: (message) => sign(null, message, key),
  };
}

function parseKey(text: string, what: string): { name: string; id: number; type: number; material: Buffer } {
  // The base64 itself may contain "+": only the first two separate.
  const match = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  if (match === null) throw invalid(what, 'is not of the form name+hash+base64');
  const [, name, id, encoded] = match as unknown as [string, string, string, string];
  if (!isKeyName(name)) throw invalid(what, 'has a name that is empty or contains a space or a control character');
  const bytes = decodeBase64(encoded);
  if (bytes === null || bytes.length === 0) throw invalid(what, 'does not end in standard base64');
  const type = bytes[0]!;
  if ((type === ED25519 || type === COSIGNATURE_V1) && bytes.length !== 33) {
    throw invalid(what, `holds ${bytes.length - 1} bytes; an Ed25519 key has 32`);
  }
  return { name, id: Number.parseInt(id, 16), type, material: bytes.subarray(1) };
}

function keyId(name: string, type: number, material: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), material]), 'buffer').readUInt32BE();
}

function keyText(name: string, id: number, type: number, material: Uint8Array): string {
  return `${name}+${hex(id, 8)}+${encodeBase64(Buffer.concat([Buffer.of(type), material]))}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function invalid(what: string, why: string): Fault {
  return new Fault('ERR_LEDGER_INVALID', `The ${what} ${why}.`);
}

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Fault } from '../core/fault.ts';

/** A signed payload (github.com/secure-systems-lab/dsse, protocol v1). `payload` and `sig` are base64. */
export interface DsseEnvelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string; readonly keyid?: string }[];
}

export const IN_TOTO = 'application/vnd.in-toto+json';

/** Pre-authentication encoding: what is signed, so that type and payload cannot be moved against each other. */
export function preAuthentication(type: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** Digest that goes with a key: that of the curve's size; Ed25519 has its own; RSA SHA-256. */
export function digestOf(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'ed25519') return null;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'secp384r1') return 'sha384';
  return curve === 'secp521r1' ? 'sha512' : 'sha256';
}

export function signEnvelope(type: string, payload: Uint8Array, key: KeyObject, keyid: string): DsseEnvelope {
  const sig = sign(digestOf(key), preAuthentication(type, payload), key).toString('base64');
  return { payload: Buffer.from(payload).toString('base64'), payloadType: type, signatures: [{ sig, keyid }] };
}

/** True where one of the signatures is by this key. Never throws. */
export function isSignedBy(envelope: DsseEnvelope, key: KeyObject): boolean {
  const payload = Buffer.from(envelope.payload, 'base64');
  const signed = preAuthentication(envelope.payloadType, payload);
  return envelope.signatures.some(
    (one: { readonly sig?: unknown } | null) =>
      typeof one?.sig === 'string' && verifies(signed, key, one.sig, digestOf(key)),
  );
}

export function verifies(signed: Uint8Array, key: KeyObject, signature: string, digest: string | null): boolean {
  try {
    return verify(digest, signed, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** @throws Fault `ERR_USAGE` when the text is no private key, or of a kind that is not used for signing */
export function privateKeyFrom(pem: string, where: string): KeyObject {
  return usable(() => createPrivateKey(pem), where, 'private');
}

/** Takes a public key, a certificate or a private key. @throws Fault `ERR_USAGE` */
export function publicKeyFrom(pem: string, where: string): KeyObject {
  return usable(() => createPublicKey(pem), where, 'public');
}

function usable(read: () => KeyObject, where: string, kind: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new Fault('ERR_USAGE', `This is no ${kind} key in PEM, or it needs a password.`, { where, cause });
  }
  const type = key.asymmetricKeyType;
  if (type !== 'ec' && type !== 'ed25519' && type !== 'rsa') {
    throw new Fault('ERR_USAGE', `Keys of type ${type ?? 'unknown'} are not used for signing.`, {
      where,
      hint: 'Make one with "openssl ecparam -genkey -name prime256v1 -noout".',
    });
  }
  return key;
}

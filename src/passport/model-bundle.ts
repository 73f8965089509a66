import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import type { DsseEnvelope } from './dsse.ts';

/** How a signature says who made it. */
export type Signer =
  | { readonly kind: 'key'; readonly hint: string | null }
  | { readonly kind: 'certificate'; readonly chain: readonly X509Certificate[] }
  | { readonly kind: 'sigstore'; readonly certificate: X509Certificate };

export interface ModelBundle {
  readonly envelope: DsseEnvelope;
  readonly signer: Signer;
  /** The whole, for Sigstore's own verifier. */
  readonly json: object;
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const MAX_BYTES = 512 << 20;

/**
 * Reads a Sigstore bundle with a DSSE envelope, as OMS v1.0 asks for it.
 * @throws Fault `ERR_DATA` that says what is missing
 */
export function readBundle(text: string, where: string): ModelBundle {
  const wrong = (what: string): Fault => new Fault('ERR_DATA', `The signature ${what}.`, { where });
  if (text.length > MAX_BYTES) throw wrong('is longer than 512 MiB');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong('is no JSON');
  }
  const bundle = record(parsed);
  if (
    bundle === null ||
    typeof bundle['mediaType'] !== 'string' ||
    !bundle['mediaType'].startsWith('application/vnd.dev.sigstore.bundle')
  ) {
    throw wrong('is no Sigstore bundle');
  }
  const envelope = record(bundle['dsseEnvelope']);
  const signatures = envelope?.['signatures'];
  if (
    typeof envelope?.['payload'] !== 'string' ||
    typeof envelope['payloadType'] !== 'string' ||
    !Array.isArray(signatures)
  ) {
    throw wrong('holds no envelope');
  }
  if (signatures.length !== 1 || typeof record(signatures[0])?.['sig'] !== 'string')
    throw wrong('does not hold exactly one signature');
  const material = record(bundle['verificationMaterial']);
  if (material === null) throw wrong('does not say who made it');
  return {
    envelope: envelope as unknown as DsseEnvelope,
    signer: signerOf(material, wrong),
    json: bundle,
  };
}

function signerOf(material: Readonly<Record<string, unknown>>, wrong: (what: string) => Fault): Signer {
  const key = record(material['publicKey']);
  const chain = record(material['x509CertificateChain'])?.['certificates'];
  const leaf = record(material['certificate']);
  const given = [key, Array.isArray(chain) ? chain : null, leaf].filter((one) => one !== null && one !== undefined);
  if (given.length !== 1) throw wrong('does not say in exactly one way who made it');
  if (key !== null) return { kind: 'key', hint: typeof key['hint'] === 'string' ? key['hint'] : null };
  if (Array.isArray(chain)) {
    if (chain.length === 0 || chain.length > 16) throw wrong('has a chain of no certificates, or of too many');
    return { kind: 'certificate', chain: chain.map((one) => certificate(record(one)?.['rawBytes'], wrong)) };
  }
  const entries = material['tlogEntries'];
  if (!Array.isArray(entries) || entries.length === 0) throw wrong('has no entry of a transparency log');
  return { kind: 'sigstore', certificate: certificate(leaf?.['rawBytes'], wrong) };
}

function certificate(bytes: unknown, wrong: (what: string) => Fault): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(String(bytes), 'base64'));
  } catch {
    throw wrong('holds a damaged certificate');
  }
}

/** How OMS names a key: SHA-256 of its PEM. */
export function keyHint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'pem' }))
    .digest('hex');
}

export function writeBundle(
  envelope: DsseEnvelope,
  signer: { readonly hint: string } | { readonly chain: readonly X509Certificate[] },
): string {
  const material =
    'hint' in signer
      ? { publicKey: { hint: signer.hint } }
      : {
          x509CertificateChain: { certificates: signer.chain.map((one) => ({ rawBytes: one.raw.toString('base64') })) },
        };
  return `${JSON.stringify({ mediaType: MEDIA_TYPE, verificationMaterial: { ...material, tlogEntries: [] }, dsseEnvelope: envelope })}\n`;
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

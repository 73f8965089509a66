import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { digestOf, isSignedBy, verifies } from './dsse.ts';
import type { ModelBundle } from './model-bundle.ts';
import { keyHint } from './model-bundle.ts';
import { SIGSTORE_PUBLIC_ROOT } from './sigstore-public-root.ts';

/** Whose signature is accepted. */
export type Trust =
  | { readonly kind: 'key'; readonly key: KeyObject }
  | { readonly kind: 'certificate'; readonly roots: readonly X509Certificate[]; readonly at: Date }
  | {
      readonly kind: 'sigstore';
      /** The certificate's subject: an e-mail address or the URI of a workflow. */
      readonly identity: string;
      /** Who vouched for it: the OpenID Connect issuer. */
      readonly issuer: string;
      /** Absent: the pinned root of the public instance. */
      readonly trustedRoot?: object;
    };

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/**
 * Holds a signature against what is trusted.
 * @returns null where it is good, or what is wrong, in words that end a sentence. Never throws.
 */
export function signatureProblem(bundle: ModelBundle, trust: Trust): string | null {
  if (bundle.signer.kind !== trust.kind) {
    return `it was made with ${WAYS[bundle.signer.kind]}, and ${WAYS[trust.kind]} is what is asked for`;
  }
  if (trust.kind === 'key') {
    const { signer } = bundle;
    if (signer.kind === 'key' && signer.hint !== null && signer.hint !== keyHint(trust.key))
      return 'it names another key';
    return isSignedBy(bundle.envelope, trust.key) || isOldSignature(bundle, trust.key)
      ? null
      : 'the signature is not by this key';
  }
  if (trust.kind === 'certificate') {
    if (bundle.signer.kind !== 'certificate') return 'it has no certificates';
    const problem = chainProblem(bundle.signer.chain, trust.roots, trust.at);
    if (problem !== null) return problem;
    const key = bundle.signer.chain[0]!.publicKey;
    return isSignedBy(bundle.envelope, key) || isOldSignature(bundle, key)
      ? null
      : 'the signature is not by this certificate';
  }
  return sigstoreProblem(bundle, trust);
}

const WAYS = { key: 'a key', certificate: 'a certificate', sigstore: 'Sigstore' } as const;

/** From the leaf up to a root that is trusted: each issued and signed by the next, all valid, the leaf for signing code. */
function chainProblem(chain: readonly X509Certificate[], roots: readonly X509Certificate[], at: Date): string | null {
  let current = chain[0]!;
  if (!current.keyUsage?.includes(CODE_SIGNING)) return 'its certificate is not for signing code';
  const between = chain.slice(1);
  for (let step = 0; step <= 16; step++) {
    if (at < current.validFromDate || at > current.validToDate)
      return `a certificate (${subject(current)}) is not valid at that time`;
    if (roots.some((root) => root.raw.equals(current.raw))) return null;
    const root = roots.find((one) => current.checkIssued(one) && current.verify(one.publicKey));
    if (root !== undefined) {
      if (!root.ca) return `${subject(root)} is no certificate authority`;
      return at < root.validFromDate || at > root.validToDate
        ? `a certificate (${subject(root)}) is not valid at that time`
        : null;
    }
    const index = between.findIndex((one) => one.ca && current.checkIssued(one) && current.verify(one.publicKey));
    if (index === -1) return `the chain ends at ${subject(current)}, which nothing that is trusted has issued`;
    current = between.splice(index, 1)[0]!;
  }
  return 'the chain is too long';
}

function subject(certificate: X509Certificate): string {
  return certificate.subject.replace(/\s+/g, ' ').slice(0, 100);
}

function sigstoreProblem(bundle: ModelBundle, trust: Extract<Trust, { kind: 'sigstore' }>): string | null {
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(trust.trustedRoot ?? SIGSTORE_PUBLIC_ROOT));
    const verifier = new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
    // The identity is compared as text: a library that took it for a pattern would take dots for anything.
    const signer = verifier.verify(toSignedEntity(bundleFromJSON(bundle.json)));
    if (signer.identity?.subjectAlternativeName !== trust.identity) {
      return `it was made by ${JSON.stringify(signer.identity?.subjectAlternativeName ?? 'nobody')}`;
    }
    const issuer = signer.identity.extensions?.issuer;
    return issuer === trust.issuer ? null : `who made it was vouched for by ${JSON.stringify(issuer ?? 'nobody')}`;
  } catch (error) {
    return `Sigstore's checks fail (${error instanceof Error ? error.message.slice(0, 200) : 'unknown'})`;
  }
}

/**
 * Version 0.2 of the reference implementation signed `DSSEV1` and Python's `repr` of the payload, always with SHA-256.
 */
function isOldSignature({ envelope }: ModelBundle, key: KeyObject): boolean {
  const payload = Buffer.from(envelope.payload, 'base64');
  const text = `DSSEV1 ${envelope.payloadType.length} ${envelope.payloadType} ${payload.length} ${pythonRepr(payload)}`;
  return envelope.signatures.some(({ sig }) =>
    verifies(Buffer.from(text), key, sig, key.asymmetricKeyType === 'ed25519' ? digestOf(key) : 'sha256'),
  );
}

/** `repr(bytes)` of Python 3. */
function pythonRepr(bytes: Uint8Array): string {
  const single = !(bytes.includes(0x27) && !bytes.includes(0x22));
  const quote = single ? "'" : '"';
  let text = `b${quote}`;
  for (const byte of bytes) {
    if (byte === 0x5c) text += '\\\\';
    else if (byte === quote.charCodeAt(0)) text += `\\${quote}`;
    else if (byte === 0x0a) text += '\\n';
    else if (byte === 0x0d) text += '\\r';
    else if (byte === 0x09) text += '\\t';
    else if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return text + quote;
}

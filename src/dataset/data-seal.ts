import type { KeyObject } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import { type DsseEnvelope, IN_TOTO, isSignedBy, signEnvelope } from '../passport/dsse.ts';
import { keyId } from '../passport/passport.ts';
import { PREDICATES } from '../passport/predicates.ts';
import { DATA_MANIFEST, type DataManifest, manifestRoot } from './data-manifest.ts';

const STATEMENT = 'https://in-toto.io/Statement/v1';
/** Characters of a seal: some 200 a file. */
const MAX_SEAL = 512 << 20;

/**
 * A seal: an in-toto statement about the data set (its digest is the Merkle root over its files) in a DSSE envelope, one line of JSON and so a line of
 * a passport, too. Without a key it has no signature, and tells changes that nobody made on purpose.
 */
export function writeSeal(manifest: DataManifest, time: Date, key: KeyObject | null): string {
  const payload = Buffer.from(
    JSON.stringify({
      _type: STATEMENT,
      subject: [{ name: manifest.name, digest: { sha256: manifest.root } }],
      predicateType: PREDICATES['data-sealed'].type,
      predicate: { ...manifest, createdAt: time.toISOString() },
    }),
  );
  const envelope: DsseEnvelope =
    key === null
      ? { payload: payload.toString('base64'), payloadType: IN_TOTO, signatures: [] }
      : signEnvelope(IN_TOTO, payload, key, keyId(key));
  return `${JSON.stringify(envelope)}\n`;
}

export interface DataSeal {
  readonly manifest: DataManifest;
  /** When it was made, as its maker says. */
  readonly createdAt: string | null;
  readonly signed: boolean;
  readonly isSignedBy: (key: KeyObject) => boolean;
}

/** @throws Fault `ERR_DATA` for what is no seal, or contradicts itself */
export function readSeal(text: string, where: string): DataSeal {
  const wrong = (what: string, place = where): Fault =>
    new Fault('ERR_DATA', `The seal ${what}.`, { where: place, hint: 'Make one with "parapet data seal".' });
  if (text.length > MAX_SEAL) throw wrong('is longer than is read');
  let envelope: DsseEnvelope;
  let statement: Readonly<Record<string, unknown>> | null;
  try {
    envelope = JSON.parse(text) as DsseEnvelope;
    statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as Readonly<
      Record<string, unknown>
    > | null;
  } catch {
    throw wrong('is no envelope with JSON in it');
  }
  if (envelope.payloadType !== IN_TOTO || !Array.isArray(envelope.signatures)) throw wrong('is no in-toto envelope');
  if (statement?.['_type'] !== STATEMENT || statement['predicateType'] !== PREDICATES['data-sealed'].type) {
    throw wrong('is no statement about a sealed data set');
  }
  const { createdAt, ...rest } = (statement['predicate'] ?? {}) as Readonly<Record<string, unknown>>;
  const parsed = DATA_MANIFEST.safeParse(rest);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw wrong(`is damaged: ${issue.message}`, `${where}: ${issue.path.join('.') || 'the whole'}`);
  }
  const manifest = parsed.data;
  const subject = (
    statement['subject'] as readonly { readonly digest?: { readonly sha256?: unknown } }[] | undefined
  )?.[0];
  if (manifestRoot(manifest.files) !== manifest.root || subject?.digest?.sha256 !== manifest.root) {
    throw wrong('contradicts itself: its root is not that of its files');
  }
  return {
    manifest,
    createdAt: typeof createdAt === 'string' ? createdAt : null,
    signed: envelope.signatures.length > 0,
    isSignedBy: (key) => isSignedBy(envelope, key),
  };
}

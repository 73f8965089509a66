import { createHash, type KeyObject, createPublicKey } from 'node:crypto';
import { Fault } from '../core/fault.ts';
import { type DsseEnvelope, IN_TOTO, isSignedBy, signEnvelope } from './dsse.ts';
import { checkPredicate, predicateOf, type PredicateName, PREDICATES } from './predicates.ts';

/** One signed statement of a passport. */
export interface PassportEntry {
  readonly envelope: DsseEnvelope;
  readonly subject: { readonly name: string; readonly sha256: string };
  readonly predicateType: string;
  /** Null for a type that is not known here. */
  readonly predicate: PredicateName | null;
  readonly value: object;
  /** Milliseconds since the Unix epoch: when it was made, as its signer says. */
  readonly time: number | null;
  /** From 1. */
  readonly line: number;
}

const STATEMENT = 'https://in-toto.io/Statement/v1';
const MAX_LINES = 10_000;
const MAX_SIGNATURES = 64;

/** The name under which a key stands in a passport: SHA-256 of its DER, hexadecimal. */
export function keyId(key: KeyObject): string {
  const published = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(published.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * A passport is a file of JSON Lines, one DSSE envelope with an in-toto statement a line (in-toto attestation framework, "Bundle"): it
 * grows by appending.
 * @throws Fault `ERR_DATA` with the line that is wrong
 */
export function readPassport(text: string, where: string): readonly PassportEntry[] {
  const lines = text.split('\n');
  if (lines.length > MAX_LINES)
    throw new Fault('ERR_DATA', `The passport has more than ${MAX_LINES} lines.`, { where });
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [readEntry(line, index + 1, where)]));
}

function readEntry(text: string, line: number, where: string): PassportEntry {
  const wrong = (what: string): Fault =>
    new Fault('ERR_DATA', `A statement of the passport ${what}.`, { where: `${where}:${line}` });
  let envelope: DsseEnvelope;
  let statement: Readonly<Record<string, unknown>>;
  try {
    envelope = JSON.parse(text) as DsseEnvelope;
    statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as Readonly<
      Record<string, unknown>
    >;
  } catch {
    throw wrong('is no DSSE envelope with JSON in it');
  }
  if (envelope.payloadType !== IN_TOTO || typeof envelope.payload !== 'string' || !areSignatures(envelope.signatures))
    throw wrong('is no in-toto envelope');
  if (statement['_type'] !== STATEMENT) throw wrong('is no in-toto statement');
  const subject = (
    statement['subject'] as
      | readonly { readonly name?: unknown; readonly digest?: { readonly sha256?: unknown } }[]
      | undefined
  )?.[0];
  const sha256 = subject?.digest?.sha256;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw wrong('has no subject with a SHA-256 digest');
  if (typeof statement['predicateType'] !== 'string') throw wrong('has no predicate type');
  const value = statement['predicate'];
  if (typeof value !== 'object' || value === null) throw wrong('has no predicate');
  const predicate = predicateOf(statement['predicateType']);
  const { createdAt, ...rest } = value as Readonly<Record<string, unknown>>;
  const time = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  return {
    envelope,
    subject: { name: String(subject?.name ?? ''), sha256 },
    predicateType: statement['predicateType'],
    predicate,
    value: predicate === null ? rest : checkPredicate(predicate, rest, `${where}:${line}`),
    time: Number.isNaN(time) ? null : time,
    line,
  };
}

function areSignatures(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= MAX_SIGNATURES &&
    value.every((one: { readonly sig?: unknown; readonly keyid?: unknown } | null) => {
      return typeof one?.sig === 'string' && (one.keyid === undefined || typeof one.keyid === 'string');
    })
  );
}

/** One line to append. @throws Fault `ERR_DATA` when the value is no such predicate */
export function writeEntry(
  subject: { readonly name: string; readonly sha256: string },
  predicate: PredicateName,
  value: object,
  time: Date,
  key: KeyObject,
): string {
  const checked = checkPredicate(predicate, value, predicate);
  const payload = Buffer.from(
    JSON.stringify({
      _type: STATEMENT,
      subject: [{ name: subject.name, digest: { sha256: subject.sha256 } }],
      predicateType: PREDICATES[predicate].type,
      predicate: { ...checked, createdAt: time.toISOString() },
    }),
  );
  return `${JSON.stringify(signEnvelope(IN_TOTO, payload, key, keyId(key)))}\n`;
}

/** Ids of those of the given keys that signed the entry. */
export function signersOf(entry: PassportEntry, keys: readonly KeyObject[]): readonly string[] {
  return keys.filter((key) => isSignedBy(entry.envelope, key)).map(keyId);
}

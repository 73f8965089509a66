import { Fault } from '../core/fault.ts';
import { compareCodePoints, type HashOptions, modelName, type ModelResource, rootDigest } from './hash-model.ts';

/** What a signature over a model says, whichever version wrote it. */
export interface ModelStatement {
  readonly version: 'v1.0' | 'v0.1';
  readonly name: string;
  readonly resources: readonly ModelResource[];
  readonly method: 'files' | 'shards';
  readonly hashType: string;
  readonly shardSize: number;
  readonly allowSymlinks: boolean;
  /** Null where the signature does not say. */
  readonly ignore: readonly string[] | null;
}

const TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE = 'https://model_signing/signature/v1.0';
const OLD_PREDICATE = 'https://model_signing/Digests/v0.1';
const MAX_RESOURCES = 2_000_000;

/** An in-toto statement of OMS v1.0 as it is signed. Keys and lists are in a fixed order, so that the same model gives the same bytes. */
export function writeStatement(model: string, resources: readonly ModelResource[], options: HashOptions): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      _type: TYPE,
      subject: [{ name: modelName(model), digest: { sha256: rootDigest(resources) } }],
      predicateType: PREDICATE,
      predicate: {
        serialization: {
          method: options.method,
          hash_type: options.hashType,
          ...(options.method === 'shards' ? { shard_size: options.shardSize } : {}),
          allow_symlinks: options.allowSymlinks,
          ignore_paths: options.ignore.toSorted(compareCodePoints),
        },
        resources: resources.map(({ name, digest, algorithm }) => ({ name, algorithm, digest })),
      },
    }),
  );
}

/**
 * Reads what a signature covers and holds it against its own rules: one subject, whose digest is that of the resources.
 * @throws Fault `ERR_DATA` that says what is wrong
 */
export function readStatement(payload: Uint8Array, where: string): ModelStatement {
  const wrong = (what: string): Fault => new Fault('ERR_DATA', `The signed statement ${what}.`, { where });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw wrong('is no JSON');
  }
  const statement = record(parsed);
  if (statement?.['_type'] !== TYPE) throw wrong('is no in-toto statement');
  const subjects = statement['subject'];
  if (!Array.isArray(subjects) || subjects.length === 0) throw wrong('has no subject');
  if (statement['predicateType'] === OLD_PREDICATE) return oldStatement(subjects, wrong);
  if (statement['predicateType'] !== PREDICATE) throw wrong('is not about a model');
  if (subjects.length !== 1) throw wrong('has more than one subject');
  const predicate = record(statement['predicate']);
  const serialization = record(predicate?.['serialization']);
  const list = predicate?.['resources'];
  if (serialization === null || !Array.isArray(list)) throw wrong('does not say what was hashed');
  if (list.length > MAX_RESOURCES) throw wrong(`names more than ${MAX_RESOURCES} files`);
  const method = serialization['method'];
  if (method !== 'files' && method !== 'shards') throw wrong('was made by a method that is not known');
  const resources = list.map((one) => {
    const { name, digest, algorithm } = record(one) ?? {};
    if (
      typeof name !== 'string' ||
      typeof digest !== 'string' ||
      typeof algorithm !== 'string' ||
      !/^(?:[0-9a-f]{2})+$/.test(digest)
    ) {
      throw wrong('names a file without a digest');
    }
    return { name, digest, algorithm };
  });
  const names = new Set(resources.map((one) => one.name));
  if (names.size !== resources.length) throw wrong('names a file twice');
  const subject = record(subjects[0]);
  const stated = record(subject?.['digest'])?.['sha256'];
  if (stated !== rootDigest(resources)) throw wrong('names files whose digests do not add up to that of the model');
  const ignore = serialization['ignore_paths'];
  const shardSize = serialization['shard_size'] ?? 1_000_000_000;
  if (!(typeof shardSize === 'number' && Number.isSafeInteger(shardSize) && shardSize > 0)) {
    throw wrong('has shards of a size that there is not');
  }
  return {
    version: 'v1.0',
    name: String(subject?.['name'] ?? ''),
    resources,
    method,
    hashType: String(serialization['hash_type']),
    shardSize,
    allowSymlinks: serialization['allow_symlinks'] === true,
    ignore: Array.isArray(ignore) ? ignore.filter((one) => typeof one === 'string') : null,
  };
}

/** Before 1.0 each file was a subject of its own. */
function oldStatement(subjects: readonly unknown[], wrong: (what: string) => Fault): ModelStatement {
  const resources = subjects.map((one) => {
    const subject = record(one);
    const digest = record(subject?.['digest'])?.['sha256'];
    const algorithm = record(subject?.['annotations'])?.['actual_hash_algorithm'];
    if (typeof subject?.['name'] !== 'string' || typeof digest !== 'string')
      throw wrong('names a file without a digest');
    if (algorithm !== undefined && algorithm !== 'file-sha256') throw wrong('was made by a method that is not known');
    return { name: subject['name'], digest, algorithm: 'sha256' };
  });
  return {
    version: 'v0.1',
    name: '',
    resources,
    method: 'files',
    hashType: 'sha256',
    shardSize: 0,
    allowSymlinks: false,
    ignore: null,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

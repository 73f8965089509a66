import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { DEFAULT_IGNORE, hashModel, listModel, type ModelResource, rootDigest } from './hash-model.ts';

/** Files beyond which a statement holds the digest of their list alone. */
const MAX_LISTED = 10_000;

/** What a passport says of a model. */
export interface ModelManifest {
  /** SHA-256 over the digests of all files in the order of their names: the subject of every statement about the model. */
  readonly sha256: string;
  readonly value: {
    readonly files: number;
    readonly bytes: number;
    /** SHA-256 over names and digests: a file that is renamed makes it another model, though the bytes are the same. */
    readonly manifest?: string | undefined;
    readonly resources?: readonly { readonly name: string; readonly sha256: string }[] | undefined;
  };
}

/**
 * A model as a passport names it: all files but the passport itself and signatures, which change without the model changing.
 * @param passport where the passport lies
 * @throws Fault `ERR_USAGE` for a model that cannot be read, `ERR_DATA` for links
 */
export async function manifestOf(model: string, passport: string): Promise<ModelManifest> {
  const own = relative(model, passport).replaceAll('\\', '/');
  const ignore = [...DEFAULT_IGNORE, 'model.sig', ...(own === '' || own.startsWith('..') ? [] : [own])];
  let bytes = 0;
  for (const { path } of await listModel(model, { allowSymlinks: false, ignore })) bytes += (await stat(path)).size;
  const resources = await hashModel(model, {
    method: 'files',
    hashType: 'sha256',
    shardSize: 0,
    allowSymlinks: false,
    ignore,
  });
  const listed = resources.map(({ name, digest }) => ({ name, sha256: digest }));
  const value = { files: resources.length, bytes, manifest: digestOfNames(resources) };
  return { sha256: rootDigest(resources), value: listed.length > MAX_LISTED ? value : { ...value, resources: listed } };
}

/** Whether the list of files is that of the digests: otherwise a statement about one list would be a statement about another model. */
export function isConsistent({ sha256, value: { files, manifest, resources } }: ModelManifest): boolean {
  if (resources === undefined) return true;
  const listed = resources.map((one) => ({ name: one.name, digest: one.sha256, algorithm: 'sha256' }));
  return files === listed.length && rootDigest(listed) === sha256 && digestOfNames(listed) === manifest;
}

function digestOfNames(resources: readonly ModelResource[]): string {
  const hash = createHash('sha256');
  for (const { name, digest } of resources) hash.update(`${digest} ${JSON.stringify(name)}\n`);
  return hash.digest('hex');
}

/** What is different about a model from what its passport says, in words that end a sentence; none where it is the same. */
export function differences(stated: ModelManifest, actual: ModelManifest): readonly string[] {
  const names = stated.value.manifest;
  if (stated.sha256 === actual.sha256 && (names === undefined || names === actual.value.manifest)) return [];
  const [before, now] = [byName(stated), byName(actual)];
  if (before === null || now === null) return [`it is sha256:${actual.sha256}`];
  const found = [
    ...[...before].flatMap(([name, digest]) => {
      const other = now.get(name);
      return other === digest ? [] : [`${JSON.stringify(name)} ${other === undefined ? 'is missing' : 'was changed'}`];
    }),
    ...[...now.keys()].filter((name) => !before.has(name)).map((name) => `${JSON.stringify(name)} was added`),
  ];
  return found.length === 0 ? [`it is sha256:${actual.sha256}`] : found;
}

function byName({ value: { resources } }: ModelManifest): ReadonlyMap<string, string> | null {
  return resources === undefined ? null : new Map(resources.map(({ name, sha256 }) => [name, sha256]));
}

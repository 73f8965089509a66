import { isFault } from '../core/fault.ts';
import { IN_TOTO } from './dsse.ts';
import { DEFAULT_IGNORE, hashModel, type KnownDigests, listModel, type ModelResource } from './hash-model.ts';
import type { ModelBundle } from './model-bundle.ts';
import { type ModelStatement, readStatement } from './model-statement.ts';
import { signatureProblem, type Trust } from './verify-signature.ts';

export interface ModelVerification {
  readonly ok: boolean;
  /** Each ends with a full stop. Empty exactly where `ok`. */
  readonly problems: readonly string[];
  readonly statement: ModelStatement;
  /** Files that were hashed. */
  readonly files: number;
}

export interface VerifyOptions {
  /** Paths besides those that the signature names, such as the signature itself. */
  readonly ignore?: readonly string[];
  /** Files that the signature does not name are no problem. */
  readonly allowUnsigned?: boolean;
  /** Look at these files only: the signature must name each of them. */
  readonly only?: readonly string[];
  readonly known?: KnownDigests;
  /** Name of the signature, for messages. */
  readonly where: string;
}

/**
 * Holds a model against its signature: who signed, and that every file is the one that was signed, and no other is there.
 * @throws Fault `ERR_DATA` for a signature that is no statement about a model
 */
export async function verifyModel(
  model: string,
  bundle: ModelBundle,
  trust: Trust,
  options: VerifyOptions,
): Promise<ModelVerification> {
  const problems: string[] = [];
  if (bundle.envelope.payloadType !== IN_TOTO) problems.push('The envelope holds no in-toto statement.');
  const problem = signatureProblem(bundle, trust);
  if (problem !== null) problems.push(`The signature is not accepted: ${problem}.`);
  const statement = readStatement(Buffer.from(bundle.envelope.payload, 'base64'), options.where);
  // Unsigned text decides nothing: with a signature that is not accepted, files are not even looked at.
  if (problems.length > 0) return { ok: false, problems, statement, files: 0 };

  const ignore = [...(statement.ignore ?? DEFAULT_IGNORE), ...(options.ignore ?? [])];
  const wanted = options.only === undefined ? null : new Set(options.only);
  const fileOf = (resource: ModelResource): string =>
    statement.method === 'shards' ? resource.name.replace(/:\d+:\d+$/, '') : resource.name;
  const signed = new Map(statement.resources.map((one) => [one.name, one.digest]));
  const signedFiles = new Set(statement.resources.map(fileOf));
  let listed;
  try {
    listed = await listModel(model, { allowSymlinks: statement.allowSymlinks, ignore });
  } catch (error) {
    // A link, a pipe, a folder without end: nothing that can have been signed.
    if (!isFault(error) || error.code !== 'ERR_DATA') throw error;
    return { ok: false, problems: [`${error.message} (${shown(error.where ?? '?')})`], statement, files: 0 };
  }
  const single = signedFiles.size === 1 && signedFiles.has('.');
  if (single) {
    // A model that is one file was signed as "."; in a folder, it is the one file that is left.
    const only = listed.length === 1 ? listed[0]! : null;
    if (only === null)
      return {
        ok: false,
        problems: [`The signature is about one file, and there are ${listed.length}.`],
        statement,
        files: 0,
      };
    const [actual] = await hashModel(only.path, {
      ...statement,
      ignore: [],
      ...(options.known === undefined ? {} : { known: options.known }),
    });
    if (actual?.digest !== signed.get('.')) problems.push(`${only.name} is not the file that was signed.`);
    return { ok: problems.length === 0, problems, statement, files: 1 };
  }
  const extra = listed.filter(({ name }) => !signedFiles.has(name)).map(({ name }) => name);
  if (options.allowUnsigned !== true && wanted === null)
    for (const name of extra) problems.push(`${shown(name)} was not signed.`);
  const leftOut = wanted === null ? extra : listed.map(({ name }) => name).filter((name) => !wanted.has(name));
  for (const name of wanted ?? []) if (!signedFiles.has(name)) problems.push(`${shown(name)} was not signed.`);
  const actual = await hashModel(model, {
    ...statement,
    ignore: [...ignore, ...leftOut],
    ...(options.known === undefined ? {} : { known: options.known }),
  });
  const seen = new Map(actual.map((one) => [one.name, one.digest]));
  for (const resource of statement.resources) {
    if (wanted !== null && !wanted.has(fileOf(resource))) continue;
    const digest = seen.get(resource.name);
    if (digest === undefined) problems.push(`${shown(resource.name)} is missing.`);
    else if (digest !== resource.digest) problems.push(`${shown(resource.name)} is not what was signed.`);
    seen.delete(resource.name);
  }
  // Shards beyond the signed ones: the file has grown.
  for (const name of seen.keys()) if (!extra.includes(name)) problems.push(`${shown(name)} was not signed.`);
  return { ok: problems.length === 0, problems, statement, files: listed.length - leftOut.length };
}

function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
}

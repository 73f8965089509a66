import { basename, dirname, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { wrapperAt } from './defence/open-wrapper.ts';
import { openDeclaredTarget } from './open-declared-target.ts';
import { isFolder, type ModelFileOptions, openModelFile, readModelFile } from './open-model-file.ts';
import type { Target } from './target.ts';
import { parseTargetFile, type TargetFile } from './target-file.ts';
import { openClassifierFolder } from './text/open-classifier-folder.ts';

/** Bounds and class names: default, what a target file declares. */
export interface OpenTargetOptions extends ModelFileOptions {
  /** Folder from which relative paths count. Default: the working directory. */
  readonly cwd?: string;
  /** Environment variables, in which the credentials of targets behind HTTP are. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Samples that a target behind HTTP may be asked in all. Default: what its file says. */
  readonly queries?: number;
  /** File of its answers, so that a run that is stopped asks for none of them again. Default: what its file says. */
  readonly queryLog?: string;
  /** File of its answers where neither this call nor its file names one. */
  readonly fallbackQueryLog?: string;
}

/**
 * Opens what is to be tested: an ONNX file (a network with gradients, or tree ensembles), a tree model of XGBoost (`.json`, `.ubj`) or LightGBM
 * (`.txt`), a hardened model behind its `wrapper.json` (docs/wrappers.md), a folder with a transformer classifier of texts, a target file (`.yaml`, `.json`; see docs/targets.md), or the address of a model that speaks the Open Inference Protocol
 * (`https://host/v2/models/NAME`). What it is, `isGradientTarget`, `isTreeTarget`, `isTextTarget` and `isHttpTarget` tell.
 * @throws Fault `ERR_USAGE` when it cannot be read, `ERR_CONFIG` (file, line, key), `ERR_MODEL_MALFORMED`, `ERR_MODEL_UNSUPPORTED`, `ERR_TARGET`
 */
export async function openTarget(locator: string, options: OpenTargetOptions = {}): Promise<Target> {
  if (/^https?:\/\//i.test(locator)) {
    const where = shownAddress(locator);
    const file = parseTargetFile(JSON.stringify({ http: { protocol: 'v2', url: locator } }), where);
    return openDeclaredTarget(file, { ...options, folder: options.cwd ?? '.', where });
  }
  const path = resolve(options.cwd ?? '.', locator);
  if (isFolder(path)) return openClassifierFolder(path);
  const bytes = await readModelFile(path);
  const file = targetFileAt(path, bytes);
  if (file !== null) return openDeclaredTarget(file, { ...options, folder: dirname(path), where: basename(path) });
  return openModelFile(path, bytes, options);
}

/** The declaration that a file holds; null for a model file. @throws Fault `ERR_CONFIG` as `parseTargetFile` */
export function targetFileAt(path: string, bytes: Uint8Array): TargetFile | null {
  if (!/\.ya?ml$/i.test(path) && (!isTargetJson(bytes) || wrapperAt(path, bytes) !== null)) return null;
  return parseTargetFile(Buffer.from(bytes).toString('utf8'), basename(path));
}

/**
 * An address for messages and reports. What may be a credential is refused, for a locator is written down where a run is recorded.
 * @throws Fault `ERR_USAGE` that does not quote the address
 */
function shownAddress(locator: string): string {
  const url = URL.parse(locator);
  const why =
    url === null
      ? 'It is no address.'
      : url.username !== '' || url.password !== ''
        ? 'A credential does not belong into an address.'
        : url.search !== '' || url.hash !== ''
          ? 'The address of a model has no query ("?…") and no fragment ("#…").'
          : null;
  if (why === null) return locator;
  throw new Fault('ERR_USAGE', why, {
    where: 'the address of the target',
    hint: 'Write a target file, with the credential in an environment variable (http.auth.env; docs/targets.md).',
  });
}

const beginning = (bytes: Uint8Array, length: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length)).toString('latin1');

/** JSON that does not begin as XGBoost's models do, `{"learner": {` or `{"version": [`. */
function isTargetJson(bytes: Uint8Array): boolean {
  const start = beginning(bytes, 200).trimStart();
  return start.startsWith('{') && !isXgboost(start);
}

function isXgboost(start: string): boolean {
  // UBJSON has type marks between brackets and letters; JSON has quotes and spaces.
  return (
    /^\{\s{0,20}"(?:learner"\s{0,20}:\s{0,20}\{|version"\s{0,20}:\s{0,20}\[)/.test(start) || /^\{[^\s"}]/.test(start)
  );
}

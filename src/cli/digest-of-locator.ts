import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { wrapperAt } from '../lab/defence/open-wrapper.ts';
import { isFolder, readModelFile } from '../lab/open-model-file.ts';
import { targetFileAt } from '../lab/open-target.ts';
import { DEFAULT_IGNORE, hashModel, rootDigest } from '../passport/hash-model.ts';
import { digestFile } from './digest-file.ts';

/**
 * SHA-256 by which a target is known again: of a model file its bytes, of a folder its files as `parapet sign` digests them, of a target file or wrapper its bytes and
 * those of the files that it names, of an address the address, which is all that is known of a model there. External data of an ONNX file is not in it.
 * @throws Fault `ERR_USAGE` where a file cannot be read
 */
export async function digestOfLocator(locator: string, cwd: string): Promise<string> {
  if (/^https?:\/\//i.test(locator)) return createHash('sha256').update(locator).digest('hex');
  const path = resolve(cwd, locator);
  if (isFolder(path)) return digestFolder(path);
  const own = await digestFile(path);
  const bytes = await readModelFile(path);
  const file = targetFileAt(path, bytes);
  const wrapper = file === null ? wrapperAt(path, bytes) : null;
  const named = [
    file?.model,
    file?.text?.tokenizer?.vocabulary,
    file?.constraints,
    wrapper?.model,
    ...(wrapper?.steps ?? []).flatMap((step) => (step.kind === 'ensemble' ? step.models : [])),
  ].filter((one) => one !== undefined);
  if (named.length === 0) return own;
  const hash = createHash('sha256').update(`${own}\n`);
  // One level: a target file names models, not other target files.
  for (const one of named) {
    const at = resolve(dirname(path), one);
    hash.update(`${isFolder(at) ? await digestFolder(at) : await digestFile(at)}\n`);
  }
  return hash.digest('hex');
}

async function digestFolder(path: string): Promise<string> {
  const hashed = await hashModel(path, {
    method: 'files',
    hashType: 'sha256',
    shardSize: 0,
    allowSymlinks: true,
    ignore: DEFAULT_IGNORE,
  });
  return rootDigest(hashed);
}

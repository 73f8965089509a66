import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isFolder, readModelFile } from '../lab/open-model-file.ts';
import { targetFileAt } from '../lab/open-target.ts';

/**
 * SHA-256 by which a target is known again: of a model file its bytes, of a folder its files by name, of a target file its bytes and those of the files that
 * it names, of an address the address, which is all that is known of a model there. External data of an ONNX file is not in it.
 * @throws Fault `ERR_USAGE` where a file cannot be read
 */
export async function digestOfLocator(locator: string, cwd: string): Promise<string> {
  const hash = createHash('sha256');
  if (/^https?:\/\//i.test(locator)) return hash.update(locator).digest('hex');
  const path = resolve(cwd, locator);
  if (isFolder(path)) {
    const entries = await readdir(path, { withFileTypes: true });
    for (const name of entries
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted())
      hash.update(`${JSON.stringify(name)} ${await digestOfFile(join(path, name))}\n`);
    return hash.digest('hex');
  }
  const own = await digestOfFile(path);
  const file = targetFileAt(path, await readModelFile(path));
  const named = [file?.model, file?.text?.tokenizer?.vocabulary, file?.constraints].filter((one) => one !== undefined);
  if (named.length === 0) return own;
  hash.update(`${own}\n`);
  // One level: a target file names models, not other target files.
  for (const one of named) {
    const at = resolve(dirname(path), one);
    hash.update(`${isFolder(at) ? await digestOfLocator(at, cwd) : await digestOfFile(at)}\n`);
  }
  return hash.digest('hex');
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

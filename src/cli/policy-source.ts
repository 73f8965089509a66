import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Io } from './command.ts';

/** A Cedar policy text, and what messages call it. */
export interface PolicySource {
  readonly text: string;
  readonly name: string;
}

/**
 * The policies of a file, or those that a configuration holds or names.
 * @throws Fault `ERR_USAGE` when the file cannot be read, `ERR_CONFIG`.
 */
export async function readPolicySource(
  from: { readonly file: string | undefined; readonly directory?: string; readonly config: string },
  io: Io,
): Promise<PolicySource> {
  if (from.file !== undefined) return readSource(from.directory ?? io.cwd, from.file);
  const { loadConfig } = await import('../config/load.ts');
  const { config, directory } = await loadConfig(resolve(io.cwd, from.config), io.env, from.config);
  const { file, text } = config.access.policy;
  if (file !== undefined) return readSource(directory, file);
  return { text: text ?? '', name: `${from.config} access.policy.text` };
}

async function readSource(directory: string, file: string): Promise<PolicySource> {
  return { text: await readText(resolve(directory, file), file), name: file };
}

/** @throws Fault `ERR_USAGE`. */
export async function readText(path: string, name: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw new Fault('ERR_USAGE', `The file cannot be read: ${reasonOf(cause)}.`, { where: name, cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof TypeError) return 'it is not UTF-8';
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown error');
}

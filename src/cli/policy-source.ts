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
  from: { readonly file?: string | undefined; readonly config: string },
  io: Io,
): Promise<PolicySource> {
  if (from.file !== undefined) return { text: await readText(resolve(io.cwd, from.file), from.file), name: from.file };
  const { loadConfig } = await import('../config/load.ts');
  const { config, directory } = await loadConfig(resolve(io.cwd, from.config), io.env, from.config);
  const { file, text } = config.access.policy;
  if (file !== undefined) return { text: await readText(resolve(directory, file), file), name: file };
  return { text: text ?? '', name: `${from.config} access.policy.text` };
}

/** @throws Fault `ERR_USAGE`. */
export async function readText(path: string, name: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const reason =
      cause instanceof TypeError ? 'it is not UTF-8' : ((cause as NodeJS.ErrnoException).code ?? 'unknown');
    throw new Fault(
      'ERR_USAGE',
      `The file cannot be read: ${reason === 'ENOENT' ? 'there is no such file' : reason}.`,
      {
        where: name,
        cause,
      },
    );
  }
}

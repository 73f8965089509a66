import { resolve } from 'node:path';
import { loadPepper } from '../access/pepper.ts';
import { loadConfig } from '../config/load.ts';
import { statePaths } from '../config/state-paths.ts';
import { Fault } from '../core/fault.ts';
import { allowHash, allowKey } from '../guard/allow-list.ts';
import type { Io } from './command.ts';

/** Bytes of a value. */
const MOST = 64 * 1024;

/**
 * The hash of a value on stdin under the key of an installation; a line break at its end is not part of it.
 * @throws Fault `ERR_USAGE`, `ERR_CONFIG`.
 */
export async function hashValue(config: string, io: Io): Promise<string> {
  const loaded = await loadConfig(resolve(io.cwd, config), io.env, config);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin()) {
    bytes += chunk.length;
    if (bytes > MOST) throw new Fault('ERR_USAGE', `The value on stdin is longer than ${MOST} bytes.`);
    chunks.push(chunk);
  }
  let value: string;
  try {
    value = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The value on stdin is not UTF-8.', { cause });
  }
  if (value.trim() === '')
    throw new Fault('ERR_USAGE', 'There is no value on stdin.', { hint: 'Pipe it in: printf %s VALUE | …' });
  return allowHash(allowKey(await loadPepper(statePaths(loaded).state)), value);
}

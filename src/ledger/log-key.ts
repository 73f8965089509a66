import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../core/fault.ts';
import type { LogFiles } from './log-files.ts';
import { type SignerKey, generateSignerKey, parseSignerKey } from './note-key.ts';

/**
 * The key that signs the log's checkpoints: `key` (secret, mode 0600) and `key.pub` beside the log. It is made with the
 * log and never again: a log whose key is gone cannot be continued.
 * @param isNew there is no checkpoint, so a key may be made.
 * @throws Fault `ERR_LEDGER`, `ERR_LEDGER_INVALID`, `ERR_CONFIG` (the key is that of another origin).
 */
export async function loadLogKey(
  files: LogFiles,
  directory: string,
  origin: string,
  isNew: boolean,
): Promise<SignerKey> {
  const where = join(directory, 'key');
  const text = await files.text('key');
  if (text === null) {
    if (!isNew) {
      throw new Fault('ERR_LEDGER', "The ledger's key is gone, so the log cannot be continued.", {
        where,
        hint: 'Restore the key from a backup, or begin a new ledger in another state directory.',
      });
    }
    const key = generateSignerKey(origin);
    // `key` last: when it is there, everything is.
    await files.write([{ name: 'key.pub', bytes: `${key.verifier.text}\n` }]);
    await files.write([{ name: 'key', bytes: `${key.text}\n` }]);
    return key;
  }
  await refuseReadable(where);
  const key = parseKeyFile(text, where);
  if (key.verifier.name !== origin) {
    throw new Fault('ERR_CONFIG', `The ledger's key is that of "${key.verifier.name}", not of "${origin}".`, {
      where: 'ledger.origin',
      hint: 'Keep the old origin, or begin a new ledger in another state directory.',
    });
  }
  await checkPublic(files, key, join(directory, 'key.pub'));
  return key;
}

function parseKeyFile(text: string, where: string): SignerKey {
  try {
    return parseSignerKey(text.trim());
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault(error.code, error.message, { where, hint: 'Restore the key from a backup.', cause: error });
  }
}

/** Whoever reads the key can sign another history. Modes say nothing on Windows. */
async function refuseReadable(where: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(where);
  if ((mode & 0o077) === 0) return;
  throw new Fault('ERR_LEDGER', "The ledger's key can be read or written by others than its owner.", {
    where: `${where}, mode ${(mode & 0o777).toString(8).padStart(3, '0')}`,
    hint: 'If nobody has read it, run `chmod 600` on it; otherwise begin a new ledger with a new key.',
  });
}

async function checkPublic(files: LogFiles, key: SignerKey, where: string): Promise<void> {
  const stated = await files.text('key.pub');
  if (stated === null) await files.write([{ name: 'key.pub', bytes: `${key.verifier.text}\n` }]);
  else if (stated.trim() !== key.verifier.text) {
    throw new Fault('ERR_LEDGER_INVALID', "The ledger's public key does not belong to its key.", {
      where,
      hint: 'One of the two was changed. Restore both from a backup.',
    });
  }
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The bearer token with which monitors and witnesses read the ledger's tiles without signing in. It lies in the state
 * directory, readable by the gateway's user alone; it opens nothing else.
 */
export interface LedgerReadToken {
  get(): Promise<string>;
  /** Replaces it: the old one stops working at once. */
  rotate(): Promise<string>;
  matches(presented: string): Promise<boolean>;
}

export function createLedgerReadToken(stateDirectory: string): LedgerReadToken {
  const path = join(stateDirectory, 'ledger-read-token');
  let known: string | null = null;

  const rotate = async () => {
    const token = `plr_${randomBytes(32).toString('base64url')}`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const next = `${path}.next`;
    await writeFile(next, `${token}\n`, { mode: 0o600 });
    await chmod(next, 0o600);
    await rename(next, path);
    known = token;
    return token;
  };

  const get = async () => {
    if (known !== null) return known;
    try {
      const text = (await readFile(path, 'utf8')).trim();
      if (text !== '') {
        known = text;
        return text;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return rotate();
  };

  return {
    get,
    rotate,
    async matches(presented) {
      return timingSafeEqual(digest(presented), digest(await get()));
    },
  };
}

/** Digests have one length, which is what a comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

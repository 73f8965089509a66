import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { Fault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminEnv } from './admin-context.ts';

/** A tile's index: groups of three digits, all but the last with an `x` (C2SP tlog-tiles, "Merkle Tree"). */
const INDEX = '(?:x\\d{3}/){0,5}\\d{3}';
const TILE = new RegExp(
  `^tile/(?:entries|[0-5]?\\d|6[0-3])/${INDEX}(?:\\.p/(?:[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5]))?$`,
);

/**
 * The ledger's own read API as C2SP tlog-tiles defines it: `/ledger/checkpoint`, `/ledger/tile/<L>/<N>[.p/<W>]` and
 * `/ledger/tile/entries/<N>[.p/<W>]`, for monitors and witnesses.
 */
export function ledgerTiles(runtime: Runtime): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();

  app.get('/checkpoint', (c) => c.text(runtime.ledger.checkpoint().note));

  app.get('/tile/*', async (c) => {
    const path = c.req.path.slice(c.req.path.indexOf('/tile/') + 1);
    if (!TILE.test(path)) {
      throw new Fault('ERR_REQUEST_INVALID', 'This is not the path of a tile.', {
        hint: 'Paths are tile/<level>/<index>[.p/<width>], as C2SP tlog-tiles defines them.',
      });
    }
    const bytes = await readTile(join(runtime.stateDirectory, 'ledger', path));
    if (bytes === null) {
      throw new Fault('ERR_NOT_FOUND', 'The ledger has no such tile.', {
        hint: 'It may not be integrated yet, or the partial tile has been replaced by a fuller one.',
      });
    }
    // Full tiles never change; a partial one is the same for as long as it is there.
    c.header('cache-control', 'private, max-age=31536000, immutable');
    c.header('content-type', 'application/octet-stream');
    return c.body(bytes);
  });
  return app;
}

async function readTile(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateSignerKey, parseSignerKey } from '../../src/ledger/note-key.ts';
import type { SignerKey } from '../../src/ledger/note-key.ts';
import { signNote } from '../../src/ledger/signed-note.ts';
import { encodeBundle, tilePath } from '../../src/ledger/tiles.ts';
import { naiveLeaf, naiveRoot } from '../../src/ledger/testing/naive-tree.ts';

/** How far a forger rewrites what follows from the entries. */
export const DEPTHS = [
  'entries',
  'lowest tiles',
  'all tiles',
  'checkpoint with another key',
  'checkpoint with the key',
] as const;
export type Depth = (typeof DEPTHS)[number];

/**
 * Writes `entries` over a log of `size` entries as somebody would who wants them to be taken for it. Below the checkpoint
 * the files keep the names of the old size, because the checkpoint does.
 */
export function forge(directory: string, size: number, entries: readonly Buffer[], depth: Depth): void {
  const level = DEPTHS.indexOf(depth);
  const length = level >= 3 ? entries.length : size;
  const put = (path: string, bytes: Buffer | string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  };
  const widthOf = (index: number, count: number): number => Math.min(256, count - index * 256);
  const clean = (kind: number | 'entries'): void => rmSync(join(directory, `tile/${kind}`), { recursive: true });

  clean('entries');
  for (let index = 0; index * 256 < length; index += 1) {
    const bundle = encodeBundle(entries.slice(index * 256, index * 256 + widthOf(index, length)));
    put(tilePath('entries', index, widthOf(index, length)), bundle);
  }
  if (level < 1) return;
  let hashes = entries.slice(0, length).map(naiveLeaf);
  const root = naiveRoot(hashes);
  for (let tileLevel = 0, count = length; count > 0; tileLevel += 1, count = Math.floor(count / 256)) {
    if (tileLevel > 0 && level < 2) return;
    clean(tileLevel);
    for (let index = 0; index * 256 < count; index += 1)
      put(
        tilePath(tileLevel, index, widthOf(index, count)),
        Buffer.concat(hashes.slice(index * 256, (index + 1) * 256)),
      );
    hashes = Array.from({ length: Math.floor(hashes.length / 256) }, (_, i) =>
      naiveRoot(hashes.slice(i * 256, (i + 1) * 256)),
    );
  }
  if (level < 3) return;
  const origin = readFileSync(join(directory, 'checkpoint'), 'utf8').split('\n')[0]!;
  let key: SignerKey;
  if (depth === 'checkpoint with the key') key = parseSignerKey(readFileSync(join(directory, 'key'), 'utf8').trim());
  else {
    key = generateSignerKey(origin);
    put('key.pub', `${key.verifier.text}\n`);
  }
  put('checkpoint', signNote(`${origin}\n${length}\n${root.toString('base64')}\n`, [key]));
}

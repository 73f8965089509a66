import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Checkpoint } from './ledger.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { HASH_BYTES, type LeafRange, nodeHash, splitPoint } from './merkle.ts';
import { TILE_WIDTH, type TileKind, decodeBundle, tilePath, tileWidth } from './tiles.ts';
import { subtreeRoot } from './tree-edge.ts';

/** The files of a log on disk (c2sp.org/tlog-tiles), read as of one checkpoint. */
export class LogFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Null when there is no checkpoint yet. @throws Fault `ERR_LEDGER_INVALID` when it is malformed. */
  async checkpoint(): Promise<Checkpoint | null> {
    try {
      return parseCheckpoint(await readFile(join(this.#directory, 'checkpoint'), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * The bytes of a tile of a tree of `size` leaves; the full tile where the partial one is gone.
   * @throws Fault `ERR_LEDGER_INVALID` when neither is there.
   */
  async tile(kind: TileKind, index: number, size: number): Promise<Buffer> {
    const width = tileWidth(size, kind === 'entries' ? 0 : kind, index);
    const names =
      width === TILE_WIDTH ? [tilePath(kind, index)] : [tilePath(kind, index, width), tilePath(kind, index)];
    for (const name of names) {
      try {
        const bytes = await readFile(join(this.#directory, name));
        return kind === 'entries' ? bytes : bytes.subarray(0, width * HASH_BYTES);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    throw new Fault('ERR_LEDGER_INVALID', 'A part of the ledger is missing.', { where: names[0]! });
  }

  async entry(index: number, size: number): Promise<Buffer> {
    const bundle = Math.floor(index / TILE_WIDTH);
    const within = index % TILE_WIDTH;
    const decoded = decodeBundle(await this.tile('entries', bundle, size), within + 1);
    if (!decoded.ok)
      throw new Fault('ERR_LEDGER_INVALID', 'A bundle of entries is cut short.', {
        where: tilePath('entries', bundle),
      });
    return decoded.entries[within]!;
  }

  /** RFC 6962 hash of the leaves `[from, to)`, a subtree of a tree of `size` leaves. */
  async hashOf({ from, to }: LeafRange, size: number): Promise<Uint8Array> {
    const width = to - from;
    const whole = 2 ** Math.floor(Math.log2(width));
    if (whole !== width) {
      const middle = from + splitPoint(width);
      return nodeHash(await this.hashOf({ from, to: middle }, size), await this.hashOf({ from: middle, to }, size));
    }
    const height = Math.log2(width);
    const level = Math.floor(height / 8);
    const unit = TILE_WIDTH ** level;
    const first = from / unit;
    const count = width / unit;
    const tile = await this.tile(level, Math.floor(first / TILE_WIDTH), size);
    const at = first % TILE_WIDTH;
    const hashes = Array.from({ length: count }, (_, offset) =>
      tile.subarray((at + offset) * HASH_BYTES, (at + offset + 1) * HASH_BYTES),
    );
    if (hashes.at(-1)!.length !== HASH_BYTES)
      throw new Fault('ERR_LEDGER_INVALID', 'A tile of the ledger is cut short.', {
        where: tilePath(level, Math.floor(first / TILE_WIDTH)),
      });
    return subtreeRoot(hashes, 0, hashes.length);
  }

  /** Writes a file so that it is there whole and durable, or not at all. */
  async write(name: string, bytes: Uint8Array | string): Promise<void> {
    const path = join(this.#directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const directory = await open(dirname(path), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true, recursive: true });
  }
}

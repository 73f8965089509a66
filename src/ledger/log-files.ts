import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Checkpoint } from './ledger.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { HASH_BYTES, type LeafRange, nodeHash, splitPoint } from './merkle.ts';
import { MAX_ENTRY_BYTES, TILE_WIDTH, type TileKind, decodeBundle, tileIndexOf, tilePath, tileWidth } from './tiles.ts';
import { subtreeRoot } from './tree-edge.ts';

const MAX_TEXT_BYTES = 1 << 20;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);
/** A partial tile may be replaced by a fuller one between two looks at the directory. */
const LOOKS = 3;

/** A file of the log as it was found. */
export interface FoundTile {
  /** Relative to the log's directory. */
  readonly file: string;
  /** Entries or hashes that its name promises: at least as many as were asked for. */
  readonly width: number;
  readonly bytes: Buffer;
}

/** A file to be written. */
export interface LogFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/**
 * The files of a log on disk (c2sp.org/tlog-tiles), read as of one checkpoint. What is read may be hostile: lengths are
 * bounded before anything is read, and what is not a regular file is refused.
 */
export class LogFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Null when there is no checkpoint yet.
   * @throws Fault `ERR_LEDGER_INVALID` when it is malformed, `ERR_LEDGER` when it cannot be read.
   */
  async checkpoint(): Promise<Checkpoint | null> {
    const text = await this.text('checkpoint');
    return text === null ? null : parseCheckpoint(text);
  }

  /** A small text file, null when there is none. */
  async text(name: string): Promise<string | null> {
    return (await this.#read(name, MAX_TEXT_BYTES))?.toString('utf8') ?? null;
  }

  /**
   * A tile of a tree of `size` leaves. Where the partial one is gone a fuller one serves as well: tiles only grow.
   * Null when there is none.
   * @throws Fault `ERR_LEDGER_INVALID` when it is too long or not a file, `ERR_LEDGER` when it cannot be read.
   */
  async find(kind: TileKind, index: number, size: number): Promise<FoundTile | null> {
    const width = tileWidth(size, kind === 'entries' ? 0 : kind, index);
    const limit = kind === 'entries' ? MAX_BUNDLE_BYTES : TILE_WIDTH * HASH_BYTES;
    for (let look = 0; look < LOOKS; look += 1) {
      const widths = width === TILE_WIDTH ? [] : [width, ...(look === 0 ? [] : await this.#fuller(kind, index, width))];
      for (const candidate of [...widths, TILE_WIDTH]) {
        const file = tilePath(kind, index, candidate);
        const bytes = await this.#read(file, limit);
        if (bytes !== null) return { file, width: candidate, bytes };
      }
      if (width === TILE_WIDTH) return null;
    }
    return null;
  }

  /**
   * The hashes of a tile, as many as a tree of `size` leaves has there.
   * @throws Fault `ERR_LEDGER_INVALID` when it is missing or has another length than its name promises.
   */
  async hashes(level: number, index: number, size: number): Promise<Buffer> {
    const found = await this.find(level, index, size);
    const width = tileWidth(size, level, index);
    if (found === null) throw missing(tilePath(level, index, width));
    if (found.bytes.length !== found.width * HASH_BYTES) {
      throw new Fault(
        'ERR_LEDGER_INVALID',
        `The tile has ${found.bytes.length} bytes and not ${found.width * HASH_BYTES}.`,
        { where: found.file },
      );
    }
    return found.bytes.subarray(0, width * HASH_BYTES);
  }

  /** @throws Fault `ERR_LEDGER_INVALID` when its bundle is missing or damaged before its end. */
  async entry(index: number, size: number): Promise<Buffer> {
    const bundle = Math.floor(index / TILE_WIDTH);
    const within = index % TILE_WIDTH;
    return (await this.entries(bundle, size, within + 1))[within]!;
  }

  /** The first `count` entries of a bundle. @throws Fault `ERR_LEDGER_INVALID`. */
  async entries(bundle: number, size: number, count: number): Promise<readonly Buffer[]> {
    const found = await this.find('entries', bundle, size);
    if (found === null) throw missing(tilePath('entries', bundle, tileWidth(size, 0, bundle)));
    const decoded = decodeBundle(found.bytes, count);
    if (decoded.ok) return decoded.entries;
    throw new Fault(
      'ERR_LEDGER_INVALID',
      `The bundle ends inside entry ${bundle * TILE_WIDTH + decoded.entries.length}.`,
      { where: found.file },
    );
  }

  /** Number of the last bundle that is there in whole or in part, -1 when there is none. Looks at names alone. */
  async lastBundle(): Promise<number> {
    let last = -1;
    const visit = async (path: string, depth: number): Promise<void> => {
      // Of each directory only the greatest branch can hold it.
      const names = (await readdir(join(this.#directory, path)).catch(() => [])).toSorted().toReversed();
      for (const name of names) {
        const index = tileIndexOf(`${path}/${name}`);
        if (index !== null) last = Math.max(last, index);
        else if (/^x\d{3}$/.test(name) && depth < 6) {
          await visit(`${path}/${name}`, depth + 1);
          if (last >= 0) return;
        }
      }
    };
    await visit('tile/entries', 0);
    return last;
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
    const tile = await this.hashes(level, Math.floor(first / TILE_WIDTH), size);
    const at = first % TILE_WIDTH;
    const hashes = Array.from({ length: count }, (_, offset) =>
      tile.subarray((at + offset) * HASH_BYTES, (at + offset + 1) * HASH_BYTES),
    );
    return subtreeRoot(hashes, 0, hashes.length);
  }

  /** Writes files so that each is there whole or not at all, and all are durable when this resolves. */
  async write(files: readonly LogFile[]): Promise<void> {
    const directories = new Set<string>();
    for (const { name, bytes } of files) {
      const path = join(this.#directory, name);
      for (const changed of await ensureDirectory(dirname(path))) directories.add(changed);
      const temporary = `${path}.new`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw error;
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      directories.add(dirname(path));
    }
    for (const directory of directories) await syncDirectory(directory);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true, recursive: true });
  }

  /** Widths of partial tiles that hold more than `width`, smallest first. */
  async #fuller(kind: TileKind, index: number, width: number): Promise<number[]> {
    const names = await readdir(dirname(join(this.#directory, tilePath(kind, index, width)))).catch(() => []);
    return names
      .filter((name) => /^[1-9]\d{0,2}$/.test(name))
      .map(Number)
      .filter((other) => other > width && other < TILE_WIDTH)
      .sort((a, b) => a - b);
  }

  async #read(name: string, limit: number): Promise<Buffer | null> {
    let file;
    try {
      // Without O_NONBLOCK a pipe in the place of a file would be waited for.
      file = await open(join(this.#directory, name), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stat = await file.stat();
      if (!stat.isFile()) throw new Fault('ERR_LEDGER_INVALID', 'This is not a file.', { where: name });
      if (stat.size > limit) {
        throw new Fault('ERR_LEDGER_INVALID', `The file has ${stat.size} bytes; at most ${limit} can be right.`, {
          where: name,
        });
      }
      return await file.readFile();
    } catch (error) {
      if (error instanceof Fault) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw new Fault('ERR_LEDGER', `The file cannot be read (${code ?? 'unknown error'}).`, {
        where: name,
        cause: error,
      });
    } finally {
      await file?.close();
    }
  }
}

/** @returns the directories whose lists of names changed: parents of those that were made. */
async function ensureDirectory(path: string): Promise<readonly string[]> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return [];
  const changed: string[] = [];
  for (let made = path; made.length >= first.length; made = dirname(made)) changed.push(dirname(made));
  return changed;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function missing(file: string): Fault {
  return new Fault('ERR_LEDGER_INVALID', 'A part of the ledger is missing.', { where: file });
}

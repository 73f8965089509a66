import { isFault } from '../core/fault.ts';
import type { RememberedLeaf } from './align-records.ts';
import { type ProblemList, lineOf } from './ledger-problem.ts';
import type { LogFiles } from './log-files.ts';
import { HASH_BYTES, equalHashes } from './merkle.ts';
import { TILE_WIDTH, decodeBundle, levelCount, levelWidth, tilePath, tileWidth } from './tiles.ts';
import { subtreeRoot } from './tree-edge.ts';

/** After so many files in a row that are missing, no more are looked for one by one. */
export const MANY_MISSING = 64;

/** The bundles and tiles of a tree as they are read for verification: what is wrong with a file is a problem, not an error. */
export class CheckedTree {
  readonly #files: LogFiles;
  readonly #size: number;
  readonly #problems: ProblemList;
  /** Tiles of the lowest level that could not be read. */
  readonly #unread = new Set<number>();
  #current: { readonly tile: number; readonly hashes: Buffer | null } | null = null;

  constructor(files: LogFiles, size: number, problems: ProblemList) {
    this.#files = files;
    this.#size = size;
    this.#problems = problems;
  }

  /** The entries of a bundle as far as they can be read; null when there is none. */
  async bundle(bundle: number): Promise<readonly Buffer[] | null> {
    const width = tileWidth(this.#size, 0, bundle);
    const first = bundle * TILE_WIDTH;
    const range = width === 1 ? `Entry ${first}` : `The entries ${first} to ${first + width - 1}`;
    const missing = (what: string): null => {
      const file = tilePath('entries', bundle, width);
      this.#problems.add('bundle-missing', `${range} ${what}`, { index: first, file });
      return null;
    };
    try {
      const found = await this.#files.find('entries', bundle, this.#size);
      if (found === null) return missing(width === 1 ? 'is missing.' : 'are missing.');
      const { bytes, file } = found;
      const decoded = decodeBundle(bytes, found.width);
      if (!decoded.ok) {
        const index = first + decoded.entries.length;
        const message = `The bundle ends before or inside entry ${index} (byte ${decoded.offset}).`;
        this.#problems.add('bundle-damaged', message, { index, file });
      } else if (decoded.end !== bytes.length) {
        const message = `The bundle goes on behind its last entry (byte ${decoded.end} of ${bytes.length}).`;
        this.#problems.add('bundle-damaged', message, { index: first + found.width - 1, file });
      }
      return decoded.entries.slice(0, width);
    } catch (error) {
      return missing(`cannot be read. ${lineOf(error)}`);
    }
  }

  /** The hashes of all entries as the lowest tiles state them. */
  async *leaves(): AsyncGenerator<RememberedLeaf> {
    for (let tile = 0, gap = 0; tile * TILE_WIDTH < this.#size && gap < MANY_MISSING; tile += 1) {
      const hashes = await this.#tile(0, tile);
      gap = hashes === null ? gap + 1 : 0;
      if (hashes === null) this.#unread.add(tile);
      for (let at = 0; at * HASH_BYTES < (hashes?.length ?? 0); at += 1) {
        const leaf = hashes!.toString('hex', at * HASH_BYTES, (at + 1) * HASH_BYTES);
        yield { index: tile * TILE_WIDTH + at, leaf, id: null };
      }
    }
  }

  /** Whether the tile of an entry that `leaves` has passed could be read. */
  hasTileOf(index: number): boolean {
    return !this.#unread.has(Math.floor(index / TILE_WIDTH));
  }

  /** The hash of an entry as its tile states it. */
  async statedLeaf(index: number): Promise<Buffer | null> {
    const tile = Math.floor(index / TILE_WIDTH);
    if (this.#current?.tile !== tile) {
      this.#current = { tile, hashes: await this.#files.hashes(0, tile, this.#size).catch(() => null) };
    }
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    return this.#current.hashes?.subarray(at, at + HASH_BYTES) ?? null;
  }

  /** Every hash of a tile above the lowest is the root of one full tile below it. */
  async checkUpperTiles(): Promise<void> {
    for (let level = 1; level < levelCount(this.#size); level += 1) {
      for (let index = 0; index * TILE_WIDTH < levelWidth(this.#size, level); index += 1) {
        const tile = await this.#tile(level, index);
        for (let at = 0; at * HASH_BYTES < (tile?.length ?? 0); at += 1) {
          const claimed = tile!.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
          await this.#checkHash(level, index, index * TILE_WIDTH + at, claimed);
        }
      }
    }
  }

  async #checkHash(level: number, index: number, below: number, claimed: Uint8Array): Promise<void> {
    const lower = await this.#files.hashes(level - 1, below, this.#size).catch(() => null);
    if (lower === null) return;
    const hashes = Array.from({ length: TILE_WIDTH }, (_, i) => lower.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
    if (equalHashes(subtreeRoot(hashes, 0, TILE_WIDTH), claimed)) return;
    const span = TILE_WIDTH ** level;
    const message = `The hash over the entries ${below * span} to ${(below + 1) * span - 1} is not that of the tile below.`;
    const file = tilePath(level, index, tileWidth(this.#size, level, index));
    this.#problems.add('tile-wrong', message, { index: below * span, file });
  }

  async #tile(level: number, index: number): Promise<Buffer | null> {
    const file = tilePath(level, index, tileWidth(this.#size, level, index));
    try {
      if ((await this.#files.find(level, index, this.#size)) !== null)
        return await this.#files.hashes(level, index, this.#size);
      this.#problems.add('tile-missing', 'The tile is missing.', { file });
    } catch (error) {
      this.#problems.add('tile-wrong', isFault(error) ? error.message : lineOf(error), { file });
    }
    return null;
  }
}

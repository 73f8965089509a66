import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './merkle.ts';
import { TILE_WIDTH, levelWidth } from './tiles.ts';

/** Called with each tile that has become full. */
export type OnFullTile = (level: number, index: number, hashes: Buffer) => void;

/**
 * The right edge of a growing tree: enough to add leaves and tell the root, in memory that does not grow with the log.
 * Holds the hashes of the unfinished tile of each level, and one hash for each bit of the size that is set.
 */
export class TreeEdge {
  #size = 0;
  /** Hashes of the unfinished tile of each level, fewer than 256. */
  readonly #tiles: Uint8Array[][] = [];
  /** The complete subtree of height h that is not yet part of a larger one. */
  readonly #nodes: (Uint8Array | undefined)[] = [];

  /**
   * @param partial the contents of the unfinished tile of a level, `levelWidth(size, level) % 256` hashes.
   */
  static fromTiles(size: number, partial: (level: number) => Buffer): TreeEdge {
    const edge = new TreeEdge();
    edge.#size = size;
    for (let level = 0; levelWidth(size, level) > 0; level++) {
      const bytes = partial(level);
      const hashes: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES));
      edge.#tiles[level] = hashes;
      let from = 0;
      for (let height = 7; height >= 0; height--) {
        const span = 2 ** height;
        if (hashes.length % (span * 2) < span) continue;
        edge.#nodes[level * 8 + height] = subtreeRoot(hashes, from, from + span);
        from += span;
      }
    }
    return edge;
  }

  get size(): number {
    return this.#size;
  }

  /** The unfinished tile of a level; empty when the level ends on a tile's border. */
  partialTile(level: number): Buffer {
    return Buffer.concat(this.#tiles[level] ?? []);
  }

  append(leaf: Uint8Array, onFullTile?: OnFullTile): void {
    this.#push(0, leaf, onFullTile);
    this.#size++;
    this.#carry(leaf, 0, onFullTile);
  }

  /** Adds a complete subtree of 256 leaves by its root alone; the size has to stand on a tile's border. */
  appendBlock(root: Uint8Array): void {
    this.#size += TILE_WIDTH;
    this.#push(1, root);
    this.#carry(root, 8);
  }

  /** RFC 6962 §2.1. */
  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const node of this.#nodes) {
      if (node !== undefined) root = root === undefined ? node : nodeHash(node, root);
    }
    return root ?? EMPTY_ROOT;
  }

  clone(): TreeEdge {
    const copy = new TreeEdge();
    copy.#size = this.#size;
    for (const hashes of this.#tiles) copy.#tiles.push([...hashes]);
    for (const node of this.#nodes) copy.#nodes.push(node);
    return copy;
  }

  #carry(hash: Uint8Array, from: number, onFullTile?: OnFullTile): void {
    let node = hash;
    let height = from;
    for (let left = this.#nodes[height]; left !== undefined; left = this.#nodes[height]) {
      node = nodeHash(left, node);
      this.#nodes[height] = undefined;
      height++;
      if (height % 8 === 0) this.#push(height / 8, node, onFullTile);
    }
    this.#nodes[height] = node;
  }

  #push(level: number, hash: Uint8Array, onFullTile?: OnFullTile): void {
    const hashes = (this.#tiles[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    // A level's hash is pushed when the last leaf under it is added, or just before it is counted at level 0.
    const count = level === 0 ? this.#size + 1 : levelWidth(this.#size, level);
    onFullTile?.(level, count / TILE_WIDTH - 1, Buffer.concat(hashes));
    this.#tiles[level] = [];
  }
}

/** Root of the complete subtree over `hashes[from, to)`; `to - from` is a power of two. */
export function subtreeRoot(hashes: readonly Uint8Array[], from: number, to: number): Uint8Array {
  let row = hashes.slice(from, to);
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(nodeHash(row[i]!, row[i + 1]!));
    row = next;
  }
  return row[0]!;
}

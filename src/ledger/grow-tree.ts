import type { LogFile, LogFiles } from './log-files.ts';
import { TILE_WIDTH, encodeBundle, levelCount, tilePath, tileWidth } from './tiles.ts';
import type { TreeEdge } from './tree-edge.ts';

/** An entry that waits for its place in the tree. */
export interface Pending {
  readonly entry: Buffer;
  readonly leaf: Buffer;
}

/** The end of the log: what is needed to go on. */
export interface LogEnd {
  readonly edge: TreeEdge;
  /** Entries of the unfinished bundle. */
  readonly tail: readonly Buffer[];
}

/** Full bundles and tiles that are held in memory before they are written. */
const FILES_AT_ONCE = 64;

/**
 * Writes the bundles and tiles of a log that grows by `batch`: entries first, then hashes, all durable when this
 * resolves. A crash in between leaves files of a tree that no checkpoint names yet, which the next run writes again.
 * @returns the new end, and files and directories that the new tree has no use for.
 */
export async function growTree(
  files: LogFiles,
  end: LogEnd,
  batch: readonly Pending[],
): Promise<LogEnd & { readonly superseded: readonly string[] }> {
  const from = end.edge.size;
  const edge = end.edge.clone();
  /** Of bundles that became full: the directories of their partial versions. */
  const bundles: string[] = [];
  let tail = [...end.tail];
  let waiting: LogFile[] = [];
  const write = async (file: LogFile): Promise<void> => {
    waiting.push(file);
    if (waiting.length < FILES_AT_ONCE) return;
    await files.write(waiting);
    waiting = [];
  };

  let bundle = Math.floor(from / TILE_WIDTH);
  for (const { entry } of batch) {
    tail.push(entry);
    if (tail.length < TILE_WIDTH) continue;
    await write({ name: tilePath('entries', bundle), bytes: encodeBundle(tail) });
    bundles.push(`${tilePath('entries', bundle)}.p`);
    tail = [];
    bundle += 1;
  }
  if (tail.length > 0) await write({ name: tilePath('entries', bundle, tail.length), bytes: encodeBundle(tail) });

  const full: LogFile[] = [];
  for (const { leaf } of batch)
    edge.append(leaf, (level, index, hashes) => full.push({ name: tilePath(level, index), bytes: hashes }));
  for (const file of full) await write(file);
  for (let level = 0; level < levelCount(edge.size); level += 1) {
    const index = Math.floor(edge.size / TILE_WIDTH ** (level + 1));
    const width = tileWidth(edge.size, level, index);
    if (width > 0) await write({ name: tilePath(level, index, width), bytes: edge.partialTile(level) });
  }
  await files.write(waiting);
  return { edge, tail, superseded: [...bundles, ...full.map(({ name }) => `${name}.p`), ...outgrown(from, edge.size)] };
}

/** Partial tiles of a tree of `size` leaves that in a tree of `next` leaves are wider, and still partial. */
function outgrown(size: number, next: number): readonly string[] {
  const names: string[] = [];
  for (let level = 0; level < levelCount(size); level += 1) {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1));
    const width = tileWidth(size, level, index);
    const now = tileWidth(next, level, index);
    if (width === 0 || width === now || now === TILE_WIDTH) continue;
    names.push(tilePath(level, index, width));
    if (level === 0) names.push(tilePath('entries', index, width));
  }
  return names;
}

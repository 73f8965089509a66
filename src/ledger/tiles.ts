import { Fault } from '../core/fault.ts';

/**
 * Names and contents of tiles and entry bundles (c2sp.org/tlog-tiles). A tile is 256 hashes of one level; level
 * `l` counts in steps of eight tree levels. A partial tile has a width of 1 to 255.
 */
export const TILE_WIDTH = 256;

/** The length prefix of a bundle has 16 bits. */
export const MAX_ENTRY_BYTES = 0xffff;

export type TileKind = number | 'entries';

/** `tile/0/x001/x234/067` or, for a width below 256, `tile/0/x001/x234/067.p/12`. */
export function tilePath(kind: TileKind, index: number, width: number = TILE_WIDTH): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  const name = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${kind}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The index that the path of a tile, or of a tile's partial versions (`….p`), names; null for any other path. */
export function tileIndexOf(path: string): number | null {
  const groups = /^tile\/(?:entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p(?:\/\d{1,3})?)?$/.exec(path)?.[1];
  return groups === undefined ? null : Number(groups.replaceAll(/[x/]/g, ''));
}

/** How many hashes level `level` has in a tree of `size` leaves: floor(size / 256^level). */
export function levelWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of tile `index` of a level in a tree of `size` leaves: 256, 1 to 255 when partial, 0 when there is none. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, levelWidth(size, level) - index * TILE_WIDTH));
}

/** Levels that have at least one hash. */
export function levelCount(size: number): number {
  let count = 0;
  while (levelWidth(size, count) > 0) count++;
  return count;
}

/** Entries, each behind its length as 16 bits, big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new Fault('ERR_LEDGER', tooLong(entry.length));
    length += 2 + entry.length;
  }
  const bundle = Buffer.allocUnsafe(length);
  let at = 0;
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

export type DecodedBundle =
  | { readonly ok: true; readonly entries: readonly Buffer[]; readonly end: number }
  | { readonly ok: false; readonly entries: readonly Buffer[]; readonly offset: number };

/**
 * Takes `width` entries off the front of a bundle. `end` is the offset behind the last one, which equals the
 * bundle's length unless a wider bundle was given. When bytes run out, what was whole comes with the offset.
 */
export function decodeBundle(bundle: Buffer, width: number): DecodedBundle {
  const entries: Buffer[] = [];
  let at = 0;
  while (entries.length < width) {
    if (at + 2 > bundle.length) return { ok: false, entries, offset: at };
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return { ok: false, entries, offset: at };
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return { ok: true, entries, end: at };
}

export function tooLong(bytes: number): string {
  return `An entry of the ledger has ${bytes} bytes; at most ${MAX_ENTRY_BYTES} fit.`;
}

import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { canonicalRow, type Cell, type Row } from './canonical-row.ts';
import { ExternalSort } from './external-sort.ts';
import { type Batch, openDataFile, type PlacedRow, type ReadOptions } from './open-data-file.ts';
import { RecordFile } from './record-file.ts';
import { inFile, listDataFiles } from './seal-data.ts';
import { textCells } from './text-cells.ts';

export interface DiffOptions extends ReadOptions {
  /** Columns that tell rows apart: rows with the same key are the same row, changed or not. Empty: the whole row. */
  readonly key: readonly string[];
  /** How many rows of each kind are named. */
  readonly shown: number;
}

/** A row by its place. */
export interface RowPlace {
  readonly file: string;
  /** From 1 in its file. */
  readonly row: number;
  readonly line?: number;
}

export interface DataDiff {
  readonly rows: { readonly old: number; readonly new: number };
  readonly same: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** In how many of the changed rows a column differs. */
  readonly columns: Readonly<Record<string, number>>;
  /** Columns that only one side has. */
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  /** True where there are more columns than are told apart: rows are compared whole all the same, but columns beyond them are not named. */
  readonly columnsCut: boolean;
  /** Rows beyond the first with a key, on both sides: their partners are found by the order of the rows. */
  readonly repeatedKeys: number;
  /** `texts` where one side is CSV and the other has types: then 1, 1.0 and "1" are the same, and so are nothing and the empty text. */
  readonly compared: 'values' | 'texts';
  readonly files: { readonly skipped: readonly string[] };
  readonly examples: {
    readonly added: readonly RowPlace[];
    readonly removed: readonly RowPlace[];
    readonly changed: readonly {
      readonly old: RowPlace;
      readonly new: RowPlace;
      readonly columns: readonly string[];
    }[];
  };
}

/** Digests are 128 bits of SHA-256: by chance no two rows of any data set share one. */
const DIGEST = 16;
const NUMBER = 6;
/** Key digest, row digest, side, number over all files. */
const WIDTH = DIGEST + DIGEST + 1 + NUMBER;
const MOST_COLUMNS = 65_536;

interface PlacedAt {
  readonly number: number;
  readonly file: string;
  readonly at: number;
  readonly placed: PlacedRow;
}

interface RowsOptions extends ReadOptions {
  readonly asTexts: boolean;
}

/** True where all data of a side is text by nature, false where all of it has types, null where it is mixed or there is none. */
async function isText(path: string, options: ReadOptions): Promise<boolean | null> {
  const kinds = new Set<boolean>();
  for (const { name, path: file } of await listDataFiles(path, [])) {
    const format = openDataFile(file, { ...options, name, documents: true })?.format;
    if (format !== undefined) kinds.add(format === 'csv' || format === 'text');
  }
  return kinds.size === 1 ? [...kinds][0]! : null;
}

/** All rows of a side, in order, numbered over its files. */
async function* rowsOf(path: string, options: RowsOptions, skipped: string[] | null): AsyncGenerator<PlacedAt> {
  const single = (await stat(path).catch(() => null))?.isFile() === true;
  let number = 0;
  for (const { name, path: file } of await listDataFiles(path, [])) {
    const data = openDataFile(file, { ...options, name, documents: true });
    if (data === null) {
      if (single) {
        throw new Fault('ERR_DATA', 'This is no data that is read.', {
          where: name,
          hint: 'CSV, JSON Lines, a JSON array, Parquet, npy, npz, IDX or a picture; text also as .gz and .zst.',
        });
      }
      skipped?.push(name);
      continue;
    }
    let at = 0;
    try {
      for await (const batch of data.rows() as AsyncGenerator<Batch>) {
        for (const read of batch) {
          const placed = options.asTexts ? { ...read, row: textCells(read.row) } : read;
          yield { number: number++, file: name, at: ++at, placed };
        }
      }
    } catch (error) {
      throw inFile(error, name);
    }
  }
}

/**
 * Which rows two versions of a data set have and have not in common, whatever their order. Memory does not grow with the data: digests are sorted on
 * the disk.
 * @throws Fault `ERR_DATA` with file and line for what cannot be read, and for a row without the key
 */
export async function diffData(oldPath: string, newPath: string, given: DiffOptions): Promise<DataDiff> {
  const sides = [await isText(oldPath, given), await isText(newPath, given)];
  const options = { ...given, asTexts: !sides.includes(null) && sides[0] !== sides[1] };
  const sort = new ExternalSort(WIDTH);
  const pairs = new ExternalSort(NUMBER * 2 + 1);
  const lone = new ExternalSort(NUMBER + 2);
  try {
    const skipped: string[] = [];
    const columns: [Set<string>, Set<string>] = [new Set(), new Set()];
    const record = Buffer.alloc(WIDTH);
    const rows = [0, 0];
    let columnsCut = false;
    for (const [side, path] of [oldPath, newPath].entries()) {
      for await (const { number, file, at, placed } of rowsOf(path, options, skipped)) {
        for (const name of Object.keys(placed.row)) {
          if (columns[side]!.size < MOST_COLUMNS) columns[side]!.add(name);
          else columnsCut ||= !columns[side]!.has(name);
        }
        const whole = digest(canonicalRow(placed.row));
        record.set(options.key.length === 0 ? whole : keyOf(placed, options.key, file, at), 0);
        record.set(whole, DIGEST);
        record[DIGEST * 2] = side;
        record.writeUIntBE(number, DIGEST * 2 + 1, NUMBER);
        sort.add(record);
        rows[side]!++;
      }
    }
    const counts = match(sort, pairs, lone, options.key.length > 0);
    const named = await nameRows(oldPath, newPath, options, pairs, lone);
    return {
      rows: { old: rows[0]!, new: rows[1]! },
      ...counts,
      columns: named.columns,
      columnsAdded: [...columns[1]].filter((name) => !columns[0].has(name)),
      columnsRemoved: [...columns[0]].filter((name) => !columns[1].has(name)),
      columnsCut: columnsCut || named.columnsCut,
      compared: options.asTexts ? 'texts' : 'values',
      files: { skipped: [...new Set(skipped)] },
      examples: named.examples,
    };
  } finally {
    sort.close();
    pairs.close();
    lone.close();
  }
}

function keyOf({ row, line }: PlacedRow, key: readonly string[], file: string, at: number): Buffer {
  const parts: Record<string, Cell> = {};
  for (const name of key) {
    const cell = row[name];
    if (cell === undefined) {
      throw new Fault('ERR_DATA', `A row has no column "${name}", which is part of the key.`, {
        where: `${file}: ${line === undefined ? `row ${at}` : `line ${line}`}`,
        hint: `Columns: ${Object.keys(row).slice(0, 20).join(', ')}.`,
      });
    }
    parts[name] = cell;
  }
  return digest(canonicalRow(parts));
}

function digest(text: string): Buffer {
  // As a string a digest costs a third of what it costs as a buffer.
  return Buffer.from(hash('sha256', text, 'binary').slice(0, DIGEST), 'latin1');
}

type Counts = Pick<DataDiff, 'same' | 'added' | 'removed' | 'changed' | 'repeatedKeys'>;

/**
 * Walks the rows in the order of keys. Within a key rows with equal digests are the same; what is left on both sides is paired in the order of the
 * rows and was changed; what is left on one side was removed or added. Writes what is not the same into `pairs` and `lone`. Nothing is kept by row: a
 * key, or a row, may stand any number of times.
 */
function match(sort: ExternalSort, pairs: ExternalSort, lone: ExternalSort, keyed: boolean): Counts {
  const counts = { same: 0, added: 0, removed: 0, changed: 0, repeatedKeys: 0 };
  const one = Buffer.alloc(NUMBER + 2);
  const alone = (side: number, number: number): void => {
    if (side === 0) counts.removed++;
    else counts.added++;
    one[0] = side;
    one.writeUIntBE(number, 1, NUMBER);
    lone.add(one);
  };
  const key = Buffer.alloc(DIGEST);
  const row = Buffer.alloc(DIGEST);
  const seen = [0, 0];
  let keys = 0;
  /** Numbers of rows with the present digest that have no partner: all of one side. */
  const open = new RecordFile(NUMBER);
  /** How many of `open` have found their partner. */
  let settled = 0;
  let openSide = 0;
  /** Rows that have no equal partner, by side: number of the key, of the row. */
  const left = [new ExternalSort(NUMBER * 2), new ExternalSort(NUMBER * 2)] as const;
  const leftRow = Buffer.alloc(NUMBER * 2);
  const endRow = (): void => {
    for (; settled < open.count; settled++) {
      const number = open.read(settled).readUIntBE(0, NUMBER);
      if (keyed) {
        leftRow.writeUIntBE(keys, 0, NUMBER);
        leftRow.writeUIntBE(number, NUMBER, NUMBER);
        left[openSide as 0 | 1].add(leftRow);
      } else alone(openSide, number);
    }
    open.clear();
    settled = 0;
  };
  const endKey = (): void => {
    endRow();
    if (keyed) counts.repeatedKeys += Math.max(0, seen[0]! - 1) + Math.max(0, seen[1]! - 1);
    seen.fill(0);
    keys++;
  };
  try {
    for (const next of sort.sorted()) {
      if (next.compare(key, 0, DIGEST, 0, DIGEST) !== 0) {
        endKey();
        next.copy(key, 0, 0, DIGEST);
        next.copy(row, 0, DIGEST, DIGEST * 2);
      } else if (next.compare(row, 0, DIGEST, DIGEST, DIGEST * 2) !== 0) {
        endRow();
        next.copy(row, 0, DIGEST, DIGEST * 2);
      }
      const side = next[DIGEST * 2]!;
      seen[side]!++;
      if (open.count > settled && openSide !== side) {
        settled++;
        counts.same++;
      } else {
        if (openSide !== side) {
          open.clear();
          settled = 0;
        }
        openSide = side;
        open.append(next.subarray(DIGEST * 2 + 1, WIDTH));
      }
    }
    endKey();
    counts.changed = pairUp(left, pairs, alone);
    return counts;
  } finally {
    open.close();
    for (const side of left) side.close();
  }
}

/** Of the rows that are left of a key, the first of one side goes with the first of the other. @returns pairs */
function pairUp(
  left: readonly [ExternalSort, ExternalSort],
  pairs: ExternalSort,
  alone: (side: number, number: number) => void,
): number {
  const pair = Buffer.alloc(NUMBER * 2 + 1);
  const [before, now] = [left[0].sorted(), left[1].sorted()];
  let count = 0;
  let [old, fresh] = [before.next(), now.next()];
  while (old.done !== true || fresh.done !== true) {
    const order =
      old.done === true ? 1 : fresh.done === true ? -1 : old.value.compare(fresh.value, 0, NUMBER, 0, NUMBER);
    if (order < 0) {
      alone(0, old.value!.readUIntBE(NUMBER, NUMBER));
      old = before.next();
    } else if (order > 0) {
      alone(1, fresh.value!.readUIntBE(NUMBER, NUMBER));
      fresh = now.next();
    } else {
      old.value!.copy(pair, 0, NUMBER, NUMBER * 2);
      fresh.value!.copy(pair, NUMBER, NUMBER, NUMBER * 2);
      pairs.add(pair);
      count++;
      [old, fresh] = [before.next(), now.next()];
    }
  }
  return count;
}

/** Reads both sides once more, where anything differs, and says which rows and columns it is. */
async function nameRows(
  oldPath: string,
  newPath: string,
  options: DiffOptions & RowsOptions,
  pairs: ExternalSort,
  lone: ExternalSort,
): Promise<Pick<DataDiff, 'columns' | 'columnsCut' | 'examples'>> {
  const changed: { old: RowPlace; new: RowPlace; columns: string[] }[] = [];
  const [removed, added]: [RowPlace[], RowPlace[]] = [[], []];
  if (pairs.count === 0 && lone.count === 0)
    return { columns: {}, columnsCut: false, examples: { added, removed, changed } };
  // Cells of changed rows by pair and column; the sides of a pair then stand next to each other.
  const names: string[] = [];
  let columnsCut = false;
  const ids = new Map<string, number>();
  const cells = new ExternalSort(NUMBER + 4 + 1 + 8);
  const wanted: [ExternalSort, ExternalSort] = [new ExternalSort(NUMBER * 2), new ExternalSort(NUMBER * 2)];
  try {
    const entry = Buffer.alloc(NUMBER * 2);
    let pairNumber = 0;
    for (const one of pairs.sorted()) {
      for (const side of [0, 1] as const) {
        one.copy(entry, 0, side * NUMBER, (side + 1) * NUMBER);
        entry.writeUIntBE(pairNumber, NUMBER, NUMBER);
        wanted[side].add(entry);
      }
      if (pairNumber < options.shown) changed.push({ old: NOWHERE, new: NOWHERE, columns: [] });
      pairNumber++;
    }
    const loneRows: [number[], number[]] = [[], []];
    for (const one of lone.sorted()) {
      const list = loneRows[one[0]! as 0 | 1];
      if (list.length < options.shown) list.push(one.readUIntBE(1, NUMBER));
    }
    const cell = Buffer.alloc(NUMBER + 4 + 1 + 8);
    for (const [side, path] of [oldPath, newPath].entries() as Iterable<[0 | 1, string]>) {
      const queue = wanted[side].sorted();
      let next = queue.next();
      let lonely = 0;
      for await (const { number, file, at, placed } of rowsOf(path, options, null)) {
        const place = { file, row: at, ...(placed.line === undefined ? {} : { line: placed.line }) };
        if (loneRows[side][lonely] === number) {
          lonely++;
          (side === 0 ? removed : added).push(place);
        }
        if (next.done === true) {
          if (lonely === loneRows[side].length) break;
          continue;
        }
        if (next.value.readUIntBE(0, NUMBER) !== number) continue;
        const pair = next.value.readUIntBE(NUMBER, NUMBER);
        next = queue.next();
        if (pair < changed.length) changed[pair]![side === 0 ? 'old' : 'new'] = place;
        cell.writeUIntBE(pair, 0, NUMBER);
        cell[NUMBER + 4] = side;
        for (const [name, value] of Object.entries(placed.row as Row)) {
          let id = ids.get(name);
          if (id === undefined) {
            if (names.length === MOST_COLUMNS) {
              columnsCut = true;
              continue;
            }
            id = names.length;
            names.push(name);
            ids.set(name, id);
          }
          cell.writeUInt32BE(id, NUMBER);
          cell.set(digest(canonicalRow(value)).subarray(0, 8), NUMBER + 5);
          cells.add(cell);
        }
      }
    }
    const columns = new Map<string, number>();
    const differs = (pair: number, id: number): void => {
      const name = names[id]!;
      columns.set(name, (columns.get(name) ?? 0) + 1);
      if (pair < changed.length) changed[pair]!.columns.push(name);
    };
    let held: { readonly pair: number; readonly id: number; readonly value: Buffer } | null = null;
    for (const one of cells.sorted()) {
      const [pair, id] = [one.readUIntBE(0, NUMBER), one.readUInt32BE(NUMBER)];
      const value = Buffer.from(one.subarray(NUMBER + 5));
      if (held !== null && held.pair === pair && held.id === id) {
        if (!value.equals(held.value)) differs(pair, id);
        held = null;
        continue;
      }
      if (held !== null) differs(held.pair, held.id);
      held = { pair, id, value };
    }
    if (held !== null) differs(held.pair, held.id);
    const most = [...columns].toSorted((a, b) => b[1] - a[1]);
    return { columns: Object.fromEntries(most), columnsCut, examples: { added, removed, changed } };
  } finally {
    cells.close();
    for (const one of wanted) one.close();
  }
}

const NOWHERE: RowPlace = { file: '', row: 0 };

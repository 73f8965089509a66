import { Fault } from '../../core/fault.ts';
import type { Row } from '../canonical-row.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';
import { parseJson, parseJsonRow } from './parse-json-row.ts';
import type { OnBadRow } from './read-lines.ts';
import { type Packing, textPieces } from './text-pieces.ts';

const MAX_ELEMENT = 64 << 20;

/**
 * Rows of a JSON array of objects, of which one is held at a time.
 * @param onBadRow told of elements that are no objects; without it, they are errors
 * @throws Fault `ERR_DATA` with the line.
 */
export async function* readJsonArrayRows(path: string, packing: Packing, onBadRow?: OnBadRow): AsyncGenerator<Batch> {
  const splitter = new ElementSplitter(onBadRow);
  for await (const piece of textPieces(path, packing)) {
    const batch = splitter.push(piece);
    if (batch.length > 0) yield batch;
  }
  splitter.end();
}

/** Cuts the elements out of an array by counting brackets outside of strings; `JSON.parse` then judges each. */
class ElementSplitter {
  /** Before `[`; before an element or `]`; inside an element; behind one; behind `]`. */
  #state: 'start' | 'before' | 'inside' | 'behind' | 'end' = 'start';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #held = '';
  #line = 1;
  #elementLine = 1;
  #afterComma = false;
  /** True once two elements began on one line: then lines say nothing, and rows are told by their number. */
  #shareLines = false;
  readonly #onBadRow: OnBadRow | undefined;

  constructor(onBadRow: OnBadRow | undefined) {
    this.#onBadRow = onBadRow;
  }

  push(text: string): Batch {
    const found: PlacedRow[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x0a) this.#line++;
      if (this.#state === 'inside') {
        if (this.#inString) {
          if (this.#escaped) this.#escaped = false;
          else if (unit === 0x5c) this.#escaped = true;
          else if (unit === 0x22) this.#inString = false;
        } else if (unit === 0x22) this.#inString = true;
        else if (unit === 0x7b || unit === 0x5b) this.#depth++;
        else if (unit === 0x7d || unit === 0x5d) {
          if (--this.#depth > 0) continue;
          const row = this.#element(this.#held + text.slice(from, at + 1));
          if (row !== null) found.push(row);
          this.#held = '';
          this.#state = 'behind';
        }
        continue;
      }
      if (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) continue;
      if (this.#state === 'start' && (unit === 0xfeff || unit === 0x5b)) {
        if (unit === 0x5b) this.#state = 'before';
      } else if (this.#state === 'before' && unit === 0x7b) {
        this.#state = 'inside';
        this.#depth = 1;
        this.#elementLine = this.#line;
        from = at;
      } else if (unit === 0x5d && (this.#state === 'behind' || (this.#state === 'before' && !this.#afterComma))) {
        this.#state = 'end';
      } else if (this.#state === 'behind' && unit === 0x2c) {
        this.#state = 'before';
        this.#afterComma = true;
      } else throw this.#bad('An element of the JSON array is no object, or commas are wrong');
    }
    if (this.#state === 'inside') {
      this.#held += text.slice(from);
      if (this.#held.length > MAX_ELEMENT) throw this.#bad(`An element is longer than ${MAX_ELEMENT} characters`);
    }
    this.#shareLines ||= found.some(({ line }, at) => at > 0 && line === found[at - 1]!.line);
    return this.#shareLines ? found.map(({ row }) => ({ row })) : found;
  }

  end(): void {
    if (this.#state !== 'end') throw this.#bad('The JSON array ends too early');
  }

  #element(source: string): PlacedRow | null {
    try {
      return { row: parseJsonRow(source, `line ${this.#elementLine}`), line: this.#elementLine };
    } catch (fault) {
      if (this.#onBadRow === undefined || !(fault instanceof Fault)) throw fault;
      this.#onBadRow(fault);
      return null;
    }
  }

  #bad(what: string): Fault {
    return new Fault('ERR_DATA', `${what}.`, { where: `line ${this.#line}` });
  }
}

const MAX_DOCUMENT = 64 << 20;

/**
 * Rows of a JSON object: those of the only list of objects in it, as question answering data has them, or else the object as one row.
 * @throws Fault `ERR_DATA`
 */
export async function* readJsonObjectRows(path: string, packing: Packing): AsyncGenerator<Batch> {
  let text = '';
  for await (const piece of textPieces(path, packing)) {
    text += piece;
    if (text.length > MAX_DOCUMENT) {
      throw new Fault('ERR_DATA', `The JSON object is longer than ${MAX_DOCUMENT >> 20} million characters.`, {
        where: path,
        hint: 'Write it as JSON Lines, one object a line.',
      });
    }
  }
  const value = parseJson(text.replace(/^\uFEFF/, ''), 'line 1') as Row;
  const lists = Object.values(value).filter((member) => Array.isArray(member) && member.length > 0);
  const list = lists.length === 1 ? (lists[0] as readonly unknown[]) : [];
  const isRow = (one: unknown): one is Row => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (list.length === 0 || !list.every(isRow)) yield [{ row: value, line: 1 }];
  else
    for (let at = 0; at < list.length; at += 1024) yield list.slice(at, at + 1024).map((row) => ({ row: row as Row }));
}

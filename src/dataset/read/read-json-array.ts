import { Fault } from '../../core/fault.ts';
import type { Row } from '../canonical-row.ts';
import type { Batch, PlacedRow } from '../open-data-file.ts';
import { parseJsonRow, textPieces } from './read-lines.ts';

const MAX_ELEMENT = 64 << 20;

/**
 * Rows of a JSON array of objects, of which one is held at a time.
 * @throws Fault `ERR_DATA` with the line.
 */
export async function* readJsonArrayRows(path: string, gzip: boolean): AsyncGenerator<Batch> {
  const splitter = new ElementSplitter();
  for await (const piece of textPieces(path, gzip)) {
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
          found.push(this.#element(this.#held + text.slice(from, at + 1)));
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
    return found;
  }

  end(): void {
    if (this.#state !== 'end') throw this.#bad('The JSON array ends too early');
  }

  #element(source: string): PlacedRow {
    try {
      return { row: parseJsonRow(source) as Row, line: this.#elementLine };
    } catch (cause) {
      throw this.#bad('An element of the array is not JSON', cause, this.#elementLine);
    }
  }

  #bad(what: string, cause?: unknown, line = this.#line): Fault {
    return new Fault('ERR_DATA', `${what}.`, { where: `line ${line}`, cause });
  }
}

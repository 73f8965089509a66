import { OffsetMap, OffsetMapBuilder } from './offset-map.ts';

/** A transformed text and where each of its units comes from. */
export interface MappedText {
  readonly text: string;
  readonly map: OffsetMap;
}

/** A stretch of a text that was undone, and how it had been done. */
export interface UndoneStretch {
  /** `base64`, `leet`, `tag-characters`, … */
  readonly via: string;
  readonly start: number;
  readonly end: number;
  /** What it spells, where that is known. */
  readonly plain?: string;
}

/** Writes a transformed text, piece by piece, together with its map. */
export class MappedTextBuilder {
  readonly #source: string;
  readonly #map = new OffsetMapBuilder();
  readonly #pieces: string[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Takes `[from, to)` of the source as it is. */
  copy(from: number, to: number): void {
    if (from >= to) return;
    this.#pieces.push(this.#source.slice(from, to));
    this.#map.copy(to - from, from);
  }

  /** Puts `text` in place of `[from, to)` of the source. */
  replace(text: string, from: number, to: number): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.#map.replace(text.length, from, to);
  }

  build(): MappedText {
    return { text: this.#pieces.join(''), map: this.#map.build() };
  }
}

/** A text as it is. */
export function unchanged(text: string): MappedText {
  return { text, map: OffsetMap.identity(text.length) };
}

/** Two changes, `last` having been made to the output of `first`. */
export function chained(first: MappedText, last: MappedText): MappedText {
  return { text: last.text, map: last.map.after(first.map) };
}

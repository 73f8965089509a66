import { canonicalText, canonicalValue, comparable, kindOf, type ValueKind } from './canonical.ts';
import { readBlockYaml } from './read-block-yaml.ts';

/** A whole field of a structured result, or a line of a listing. */
export interface Leaf {
  /** The nearest key above it; '' in a bare list. */
  readonly key: string;
  /** Canonical (`canonicalValue`). */
  readonly value: string;
  readonly kind: ValueKind;
  /** Index of the record that it belongs to; -1: a listing without records. */
  readonly record: number;
}

export interface ResultRecord {
  readonly leaves: Leaf[];
  /** Lists of plain values in it, by key. */
  readonly lists: Map<string, string[]>;
}

/** What one result offers as witnesses. Depends on nothing but the result, so it is made once however often it is sent again. */
export interface ResultIndex {
  readonly records: readonly ResultRecord[];
  /** Leaves by their comparable form. */
  readonly leaves: ReadonlyMap<string, readonly Leaf[]>;
  /** All text of the result, canonical, for looking inside. */
  readonly text: string;
  /** Number of records, or of lines of a listing. */
  readonly size: number;
}

/** Longest leaf that can be a value, in units; longer ones are text. */
const LONGEST_LEAF = 256;
/** A listing without structure: lines, and units of one. */
const MOST_LINES = 400;
const LONGEST_LINE = 120;

/**
 * @param form `text`: the tool gives back a text that somebody wrote, and nothing in it is a field. `data`: the result is
 * data when it reads as data. `list`: and its lines are entries when it does not.
 */
export function indexResult(text: string, form: 'text' | 'data' | 'list', structured?: unknown): ResultIndex {
  const data = structured ?? (form === 'text' ? undefined : readData(text));
  const builder = new Builder();
  if (typeof data === 'object' && data !== null) {
    builder.value(data, '', -1, 0);
    return builder.done(builder.texts.join('\n'));
  }
  if (form === 'list' && !looksSerialised(text)) builder.listing(text);
  return builder.done(text);
}

function readData(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return undefined;
    }
  }
  return readBlockYaml(text.replaceAll('\r\n', '\n'));
}

/** What begins like data and is none is somebody's text with data in it. */
function looksSerialised(text: string): boolean {
  return /^\s*[[{]|^\s*- |\n[ \t]+\S|\n\s*\n/.test(text);
}

class Builder {
  readonly records: ResultRecord[] = [];
  readonly leaves = new Map<string, Leaf[]>();
  readonly texts: string[] = [];
  #lines = 0;

  done(text: string): ResultIndex {
    return {
      records: this.records,
      leaves: this.leaves,
      text: canonicalText(text),
      size: this.records.length === 0 ? this.#lines : this.records.length,
    };
  }

  value(value: unknown, key: string, record: number, depth: number): void {
    if (depth > 64) return;
    if (Array.isArray(value)) {
      const plain = value.filter((item) => typeof item === 'string' || typeof item === 'number');
      if (plain.length > 0 && record !== -1) this.records[record]!.lists.set(key, plain.map(canonicalValue));
      for (const item of value) this.value(item, key, isObject(item) ? -1 : record, depth + 1);
      return;
    }
    if (isObject(value)) {
      const own = record === -1 ? this.#record() : record;
      for (const [name, member] of Object.entries(value)) {
        // A table keyed by what it is about: the key is a value, and belongs to what stands under it.
        const keyed = !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name);
        const row = keyed && isObject(member) ? this.#record() : own;
        if (keyed) {
          this.texts.push(name);
          this.#leaf(name, '', row);
        }
        this.value(member, name, row, depth + 1);
      }
      return;
    }
    if (value === null || value === undefined || typeof value === 'boolean') return;
    const text = String(value as string | number);
    this.texts.push(text);
    this.#leaf(text, key, record);
  }

  listing(text: string): void {
    const lines = text.split('\n', MOST_LINES + 1).map((line) => line.trim());
    if (lines.length > MOST_LINES || lines.some((line) => line.length > LONGEST_LINE)) return;
    for (const line of lines) {
      if (line === '') continue;
      this.#lines++;
      const [, label, rest] = /^([\p{L} _-]{1,40}):\s+(\S.*)$/u.exec(line) ?? [];
      this.#leaf(line.replace(/^[-*•]\s+|^\d+[.)]\s+/u, ''), '', -1);
      if (label !== undefined && rest !== undefined) this.#leaf(rest, label, -1);
    }
  }

  #record(): number {
    this.records.push({ leaves: [], lists: new Map() });
    return this.records.length - 1;
  }

  #leaf(text: string, key: string, record: number): void {
    if (text.length > LONGEST_LEAF) {
      if (record !== -1) this.records[record]!.leaves.push({ key, value: canonicalText(text), kind: 'text', record });
      return;
    }
    const value = canonicalValue(text);
    if (value === '') return;
    const kind = kindOf(value);
    const leaf: Leaf = { key, value, kind, record };
    if (record !== -1) this.records[record]!.leaves.push(leaf);
    const form = comparable(value, kind);
    const same = this.leaves.get(form);
    if (same === undefined) this.leaves.set(form, [leaf]);
    else same.push(leaf);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

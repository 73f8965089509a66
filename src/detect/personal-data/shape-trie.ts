import type { Shape, ShapedKind } from './kind.ts';

/** A kind in one of its shapes. */
export interface Rule {
  readonly kind: ShapedKind;
  readonly shape: Shape;
  /** Later kinds give way to earlier ones of the same score. */
  readonly rank: number;
}

/** Rules by what a value looks like: a trie over classes of units, and a table for unbroken words. */
export interface ShapeTrie {
  /** `next[node * CLASSES + class]`; 0 where no shape goes on. */
  readonly next: Int16Array;
  readonly rules: readonly (readonly Rule[] | undefined)[];
  /** Whether any shape goes on from a node. */
  readonly inner: Uint8Array;
  readonly words: readonly (readonly Rule[] | undefined)[];
}

export const CLASSES = 10;
const LETTER = 2;
const SEPARATORS = ' -./()+';

/** Class of a unit: 0 where none. Typographic spaces and hyphens count as the plain ones. */
export function classOf(code: number): number {
  if (code < 128) return ASCII[code]!;
  if (code === 0xa0 || code === 0x202f || code === 0x2007 || code === 0x2009) return ASCII[32]!;
  if ((code >= 0x2010 && code <= 0x2013) || code === 0x2212) return ASCII[45]!;
  return 0;
}

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  if (/[0-9]/.test(unit)) return 1;
  if (/[A-Za-z]/.test(unit)) return LETTER;
  return SEPARATORS.includes(unit) ? 3 + SEPARATORS.indexOf(unit) : 0;
});

/** @throws RangeError when a form is not one of `Shape`. */
export function createShapeTrie(kinds: readonly ShapedKind[]): ShapeTrie {
  const rows: number[][] = [new Array<number>(CLASSES).fill(0)];
  const rules: (Rule[] | undefined)[] = [undefined];
  const words: (Rule[] | undefined)[] = [];
  for (const [rank, kind] of kinds.entries()) {
    for (const shape of kind.shapes) {
      const rule: Rule = { kind, shape, rank };
      const word = /^X(\d+)$/.exec(shape.form);
      if (word !== null) {
        (words[Number(word[1])] ??= []).push(rule);
        continue;
      }
      let node = 0;
      for (const unitClass of classesOf(shape.form)) {
        const row = rows[node]!;
        if (row[unitClass] === 0) {
          row[unitClass] = rows.length;
          rows.push(new Array<number>(CLASSES).fill(0));
          rules.push(undefined);
        }
        node = row[unitClass]!;
      }
      (rules[node] ??= []).push(rule);
    }
  }
  return {
    next: Int16Array.from(rows.flat()),
    rules,
    inner: Uint8Array.from(rows, (row) => (row.some((to) => to !== 0) ? 1 : 0)),
    words,
  };
}

function classesOf(form: string): readonly number[] {
  const classes: number[] = [];
  for (const [part] of form.matchAll(/\d+|[^\d]/g)) {
    if (/^\d/.test(part)) classes.push(...new Array<number>(Number(part)).fill(1));
    else if (part === 'A') classes.push(LETTER);
    else if (SEPARATORS.includes(part)) classes.push(classOf(part.charCodeAt(0)));
    else throw new RangeError(`shape ${form}: ${part} has no meaning`);
  }
  return classes;
}

import type { Cell, Row } from './canonical-row.ts';

/** One text in a row. */
export interface RowText {
  /** The column, with the way into it: `messages[].content`. */
  readonly column: string;
  readonly text: string;
  /** In chats: whose words they are. */
  readonly role: string | null;
}

const MOST_DEPTH = 16;
const MOST_TEXTS = 20_000;

/**
 * All texts and numbers of a row but the column left out, which are its asides, those inside lists and objects with the way to them. Bytes are none.
 * @returns `whole` false where there are more, or deeper ones, than are read
 */
export function textsOf(
  row: Row,
  leaveOut: string | null,
): { readonly texts: readonly RowText[]; readonly asides: readonly RowText[]; readonly whole: boolean } {
  const into = new Texts();
  for (const name in row) if (name !== leaveOut) into.add(row[name]!, name, null, 0);
  if (leaveOut === null) return { texts: into.texts, asides: [], whole: into.whole };
  const beside = new Texts();
  beside.add(row[leaveOut]!, leaveOut, null, 0);
  return { texts: into.texts, asides: beside.texts, whole: into.whole && beside.whole };
}

class Texts {
  readonly texts: RowText[] = [];
  whole = true;

  add(cell: Cell, column: string, role: string | null, depth: number): void {
    if (typeof cell === 'string') this.#put(column, cell, role);
    else if (typeof cell === 'number' || typeof cell === 'bigint') this.#put(column, String(cell), role);
    else if (typeof cell === 'object' && cell !== null && !(cell instanceof Date) && !ArrayBuffer.isView(cell)) {
      if (depth === MOST_DEPTH) {
        this.whole = false;
        return;
      }
      if (Array.isArray(cell)) {
        const inside = `${column}[]`;
        for (const one of cell as readonly Cell[]) this.add(one, inside, role, depth + 1);
      } else {
        const members = cell as Readonly<Record<string, Cell>>;
        const said = members['role'] ?? members['from'];
        const own = typeof said === 'string' ? said : role;
        for (const [name, value] of Object.entries(members)) this.add(value, `${column}.${name}`, own, depth + 1);
      }
    }
  }

  #put(column: string, text: string, role: string | null): void {
    if (this.texts.length < MOST_TEXTS) this.texts.push({ column, text, role });
    else this.whole = false;
  }
}

const SPACED = /\S\s+\S/;

/** True for what reads like words rather than a code, a number or a date. */
export function isProse(text: string): boolean {
  return text.length >= 3 && SPACED.test(text) && /\p{L}/u.test(text);
}

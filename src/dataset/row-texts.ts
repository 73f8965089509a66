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
  let texts: RowText[] = [];
  let whole = true;
  const into = (cell: Cell, column: string, role: string | null, depth: number): void => {
    if (typeof cell === 'string') {
      if (texts.length === MOST_TEXTS) whole = false;
      else texts.push({ column, text: cell, role });
    } else if (typeof cell === 'number' || typeof cell === 'bigint') {
      if (texts.length < MOST_TEXTS) texts.push({ column, text: String(cell), role });
      else whole = false;
    } else if (typeof cell === 'object' && cell !== null && !(cell instanceof Date) && !ArrayBuffer.isView(cell)) {
      if (depth === MOST_DEPTH) {
        whole = false;
        return;
      }
      if (Array.isArray(cell)) for (const one of cell as readonly Cell[]) into(one, `${column}[]`, role, depth + 1);
      else {
        const members = cell as Readonly<Record<string, Cell>>;
        const said = members['role'] ?? members['from'];
        const own = typeof said === 'string' ? said : role;
        for (const [name, value] of Object.entries(members)) into(value, `${column}.${name}`, own, depth + 1);
      }
    }
  };
  for (const [name, cell] of Object.entries(row)) if (name !== leaveOut) into(cell, name, null, 0);
  const found = texts;
  texts = [];
  if (leaveOut !== null) into(row[leaveOut], leaveOut, null, 0);
  return { texts: found, asides: texts, whole };
}

const SPACED = /\S\s+\S/;

/** True for what reads like words rather than a code, a number or a date. */
export function isProse(text: string): boolean {
  return text.length >= 3 && SPACED.test(text) && /\p{L}/u.test(text);
}

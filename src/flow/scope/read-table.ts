import { trimEndOf } from '../../text/trim-end-of.ts';

/** Lines and columns that a table may have before it is taken for text. */
const MOST_LINES = 200_000;
const MOST_COLUMNS = 512;

/** A table in a text, with what each row is written as, so that rows can be left out and every other byte stays. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly source: string }[];
  /** The text with these rows alone. */
  write(rows: readonly { readonly source: string }[]): string;
}

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads a text that is one table and nothing else: delimited values with a header (RFC 4180; comma, semicolon or tab), or a pipe
 * table. Every row has as many cells as the header, and no two columns have one name.
 * @param column has to be among the header's names, or the text is not taken for a table.
 * @returns undefined when the text is not of that form, or can be read as a table in two ways.
 */
export function readTable(text: string, column: string): TextTable | undefined {
  const readings = DELIMITERS.flatMap((delimiter) => readDelimited(text, delimiter, column) ?? []);
  const piped = readPiped(text, column);
  if (piped !== undefined) readings.push(piped);
  return readings.length === 1 ? readings[0] : undefined;
}

function isHeader(columns: readonly string[], column: string): boolean {
  return (
    columns.length <= MOST_COLUMNS &&
    columns.filter((name) => name === column).length === 1 &&
    new Set(columns.map((name) => name.normalize('NFKC').toLowerCase())).size === columns.length
  );
}

function readDelimited(text: string, delimiter: string, column: string): TextTable | undefined {
  const records: { cells: string[]; source: string }[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const cells: string[] = [];
    for (;;) {
      let cell: string;
      if (text[at] === '"') {
        const read = quoted(text, at + 1);
        if (read === undefined) return undefined;
        [cell, at] = read;
        const next = text[at];
        if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') return undefined;
      } else {
        const from = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
          // A quotation mark inside a bare cell is read in one way here and in another there.
          if (text[at] === '"') return undefined;
          at++;
        }
        cell = text.slice(from, at);
      }
      cells.push(cell.trim());
      if (cells.length > MOST_COLUMNS) return undefined;
      if (text[at] !== delimiter) break;
      at++;
    }
    const source = text.slice(start, at);
    if (text[at] === '\r') {
      if (text[at + 1] !== '\n') return undefined;
      at++;
    }
    if (at < text.length) at++;
    records.push({ cells, source });
    if (records.length === 1 && !isHeader(cells, column)) return undefined;
    if (records.length > MOST_LINES || cells.length !== records[0]!.cells.length) return undefined;
  }
  const [header, ...rows] = records;
  if (header === undefined) return undefined;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const tail = text.endsWith('\n') ? end : '';
  return {
    columns: header.cells,
    rows,
    write: (kept) => [header.source, ...kept.map(({ source }) => source)].join(end) + tail,
  };
}

/** The cell behind its opening quotation mark, and where it ends; undefined when it does not end. */
function quoted(text: string, start: number): [string, number] | undefined {
  let from = start;
  let cell = '';
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return undefined;
    cell += text.slice(from, quote);
    if (text[quote + 1] !== '"') return [cell, quote + 1];
    cell += '"';
    from = quote + 2;
  }
}

function readPiped(text: string, column: string): TextTable | undefined {
  const lines = trimEndOf(text, '\n').split('\n', MOST_LINES + 1);
  if (lines.length > MOST_LINES) return undefined;
  const [first, second, ...others] = lines;
  if (first === undefined || second === undefined) return undefined;
  const columns = pipeCells(first);
  if (columns === undefined || !isHeader(columns, column)) return undefined;
  const rule = pipeCells(second);
  if (rule === undefined || rule.length !== columns.length || !rule.every((cell) => /^:?-+:?$/.test(cell)))
    return undefined;
  const rows: { cells: readonly string[]; source: string }[] = [];
  for (const source of others) {
    const cells = pipeCells(source);
    if (cells === undefined || cells.length !== columns.length) return undefined;
    rows.push({ cells, source });
  }
  return { columns, rows, write: (kept) => [first, second, ...kept.map(({ source }) => source)].join('\n') };
}

/** Cells of `| a | b |`; a bar that is escaped, or in code, is none of a table that is read here. */
function pipeCells(line: string): string[] | undefined {
  const bare = line.trim();
  if (bare.length < 2 || !bare.startsWith('|') || !bare.endsWith('|') || /[\\`]/.test(bare)) return undefined;
  return bare
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

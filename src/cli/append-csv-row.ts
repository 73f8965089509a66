import { Fault } from '../core/fault.ts';
import { lineEnd } from './line-end.ts';

/**
 * A CSV text (RFC 4180) with one row more that looks like the last one, with `value` in the column `field`, by default the
 * one with the longest text.
 * @throws Fault `ERR_USAGE` when rows differ in their columns or a quote is not closed.
 */
export function appendCsvRow(text: string, value: string, separator: string, field: string | undefined): string {
  const rows = readRows(text, separator);
  const [header, ...others] = rows;
  const last = others.at(-1);
  if (header === undefined || last === undefined) {
    throw new Fault('ERR_USAGE', 'There is no row below the header to be like.', { where: '--into' });
  }
  for (const [index, row] of rows.entries()) {
    if (row.length !== header.length) {
      throw new Fault('ERR_USAGE', `This row has ${row.length} columns and the header ${header.length}.`, {
        where: `--into, row ${index + 1}`,
      });
    }
  }
  const column = field === undefined ? longest(last) : header.indexOf(field);
  if (column === -1) {
    throw new Fault('ERR_USAGE', 'There is no such column.', {
      where: '--field',
      hint: `The header has: ${header.slice(0, 20).join(', ')}`,
    });
  }
  const row = last.map((cell, index) => write(index === column ? value : cell, separator)).join(separator);
  const eol = lineEnd(text);
  return `${text}${text.endsWith('\n') ? '' : eol}${row}${eol}`;
}

function readRows(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let i = text.startsWith('\ufeff') ? 1 : 0;
  while (i < text.length) {
    let cell = '';
    if (text[i] === '"') {
      for (i++; ;) {
        const quote = text.indexOf('"', i);
        if (quote === -1) {
          throw new Fault('ERR_USAGE', 'A quote is not closed.', { where: `--into, row ${rows.length + 1}` });
        }
        cell += text.slice(i, quote);
        i = quote + 1;
        if (text[i] !== '"') break;
        cell += '"';
        i++;
      }
      if (i < text.length && text[i] !== separator && text[i] !== '\n' && !text.startsWith('\r\n', i)) {
        throw new Fault('ERR_USAGE', 'Something follows a closed quote.', { where: `--into, row ${rows.length + 1}` });
      }
    } else {
      let end = i;
      while (end < text.length && text[end] !== separator && text[end] !== '\n') end++;
      cell = text.slice(i, end);
      if (text[end] === '\n' && cell.endsWith('\r')) cell = cell.slice(0, -1);
      i = end;
    }
    row.push(cell);
    if (text.startsWith('\r\n', i)) i++;
    if (i >= text.length || text[i] === '\n') {
      rows.push(row);
      row = [];
    } else if (i + 1 === text.length) row.push(''); // a separator at the very end
    i++;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function longest(row: readonly string[]): number {
  let best = 0;
  for (const [index, cell] of row.entries()) if (cell.length > row[best]!.length) best = index;
  return best;
}

function write(cell: string, separator: string): string {
  return cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

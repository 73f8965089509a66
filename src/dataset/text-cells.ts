import { canonicalRow, type Cell, type Row } from './canonical-row.ts';
import { trimEndOf } from '../text/trim-end-of.ts';

const NUMBER = /^-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][-+]?\d{1,4})?$/;
const WHOLE = /^-?\d+$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?(?:Z|[+-]00:?00)?$/;

/**
 * A row as a table of text holds it, so that it can be compared with one that has types: nothing and the empty text are the same, and so are `1`, `1.0`
 * and `"1"`, `true` and `"True"`, and a moment however it is written in UTC.
 */
export function textCells(row: Row): Row {
  const cells: Record<string, Cell> = Object.create(null) as Record<string, Cell>;
  for (const [name, cell] of Object.entries(row)) cells[name] = textOf(cell);
  return cells;
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'string') return plain(cell);
  if (typeof cell === 'number') return Object.is(cell, -0) ? '0' : String(cell);
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell);
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'invalid' : plain(cell.toISOString());
  return canonicalRow(cell);
}

function plain(text: string): string {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase();
  if (NUMBER.test(text)) {
    const value = Number(text);
    // Digits that no double holds stay as they are written.
    if (WHOLE.test(text) && !Number.isSafeInteger(value)) return text;
    return Object.is(value, -0) ? '0' : String(value);
  }
  const [, day, time, fraction] = MOMENT.exec(text) ?? [];
  if (day === undefined) return text;
  const rest = trimEndOf(fraction ?? '', '0');
  if (time === undefined || (time === '00:00:00' && rest === '')) return day;
  return `${day}T${time}${rest === '' ? '' : `.${rest}`}`;
}

import type { Cell } from '../../canonical-row.ts';

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const WHOLE = /^[-+]?\d+$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** The cell as a number, where it is one or is text of one; else null. */
export function numberOf(cell: Cell): number | null {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell !== 'string' || cell.length > 1000) return null;
  const text = cell.trim();
  return NUMBER.test(text) ? Number(text) : null;
}

/** Whether a cell is of a declared type, or is text that reads as one. */
export function cellAs(
  cell: Cell,
  type: 'number' | 'integer' | 'text' | 'boolean' | 'date' | 'list' | 'object' | 'bytes',
): boolean {
  switch (type) {
    case 'number': {
      const value = numberOf(cell);
      return value !== null && Number.isFinite(value) && typeof cell !== 'boolean';
    }
    case 'integer':
      if (typeof cell === 'string') return WHOLE.test(cell.trim());
      return typeof cell === 'bigint' || (typeof cell === 'number' && Number.isInteger(cell));
    case 'text':
      return typeof cell === 'string';
    case 'boolean':
      return typeof cell === 'boolean' || (typeof cell === 'string' && /^(?:true|false|0|1)$/i.test(cell.trim()));
    case 'date':
      return cell instanceof Date ? !Number.isNaN(cell.getTime()) : typeof cell === 'string' && isDate(cell.trim());
    case 'list':
      return Array.isArray(cell);
    case 'object':
      return (
        typeof cell === 'object' &&
        cell !== null &&
        !Array.isArray(cell) &&
        !(cell instanceof Date) &&
        !ArrayBuffer.isView(cell)
      );
    case 'bytes':
      return cell instanceof Uint8Array;
    default:
      return false;
  }
}

/** RFC 3339, with or without a time; the day must exist. */
function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

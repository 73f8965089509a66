import { Fault } from '../core/fault.ts';
import { lineEnd } from './line-end.ts';

/**
 * A JSONL text with one row more that looks like the last one: same members in the same order, `value` in `field`, by
 * default the member with the longest text.
 * @throws Fault `ERR_USAGE` when the rows are not alike, or none can carry a text.
 */
export function appendJsonLine(text: string, value: string, field: string | undefined): string {
  const lines = text.split('\n');
  const rows: Record<string, unknown>[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch (cause) {
      throw new Fault('ERR_USAGE', 'This line is not JSON.', { where: `--into, line ${index + 1}`, cause });
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new Fault('ERR_USAGE', 'This row is no object, so there is no member for a token.', {
        where: `--into, line ${index + 1}`,
      });
    }
    rows.push(row as Record<string, unknown>);
  }
  const last = rows.at(-1);
  if (last === undefined) throw new Fault('ERR_USAGE', 'There is no row to be like.', { where: '--into' });
  const target = field ?? longestText(last);
  if (target === null || typeof last[target] !== 'string') {
    throw new Fault('ERR_USAGE', 'The last row has no such member with a text.', {
      where: '--field',
      hint: `Its members: ${Object.keys(last).slice(0, 20).join(', ')}`,
    });
  }
  const eol = lineEnd(text);
  const gap = text.endsWith('\n') ? '' : eol;
  return `${text}${gap}${JSON.stringify({ ...last, [target]: value })}${eol}`;
}

function longestText(row: Record<string, unknown>): string | null {
  let best: string | null = null;
  for (const [key, value] of Object.entries(row)) {
    if (typeof value === 'string' && (best === null || value.length > (row[best] as string).length)) best = key;
  }
  return best;
}

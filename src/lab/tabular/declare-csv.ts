import { Fault } from '../../core/fault.ts';
import type { TabularDeclaration } from './declaration.ts';

/**
 * A first declaration from a table with a header: names, whole-number columns, ranges as seen. To be read and corrected by a person: what may change is
 * not in the data.
 * @param csv comma-separated, first line the names; quotation marks around a field are taken off
 * @param leaveOut columns that are no features (the label, an id)
 * @throws Fault `ERR_DATA` on rows of another length and values that are no numbers
 */
export function declareCsv(csv: string, leaveOut: readonly string[] = []): TabularDeclaration {
  const lines = csv.split('\n').map((line) => line.trim());
  const cells = (line: string): string[] =>
    line.split(',').map((cell) => cell.trim().replace(/^"/, '').replace(/"$/, ''));
  const names = cells(lines[0] ?? '');
  const kept = names.map((name) => !leaveOut.includes(name));
  const low = names.map(() => Infinity);
  const high = names.map(() => -Infinity);
  const whole = names.map(() => true);
  for (let at = 1; at < lines.length; at++) {
    if (lines[at] === '') continue;
    const row = cells(lines[at]!);
    if (row.length !== names.length)
      throw new Fault('ERR_DATA', `A row has ${row.length} fields, the header ${names.length}.`, {
        where: `line ${at + 1}`,
      });
    row.forEach((cell, column) => {
      if (!kept[column] || cell === '') return;
      const value = Number(cell);
      if (!Number.isFinite(value)) {
        throw new Fault('ERR_DATA', 'A field is not a number.', {
          where: `line ${at + 1}, column ${column + 1}`,
          hint: 'Leave the column out, or encode it first.',
        });
      }
      low[column] = Math.min(low[column]!, value);
      high[column] = Math.max(high[column]!, value);
      whole[column] &&= Number.isInteger(value);
    });
  }
  return {
    features: names.flatMap((name, column) =>
      kept[column]
        ? [
            {
              name,
              type: whole[column]! ? ('integer' as const) : ('real' as const),
              ...(low[column]! <= high[column]! ? { range: [low[column]!, high[column]!] as [number, number] } : {}),
            },
          ]
        : [],
    ),
  };
}

import { hash } from 'node:crypto';
import { violations } from '../../../lab/tabular/constraints.ts';
import { canonicalRow, type Cell } from '../../canonical-row.ts';
import { defineCheck, type InspectedFile, type InspectedRow, placeOf, shareOf, whereOf } from '../../check.ts';
import { parseDataSchema } from '../../data-schema.ts';
import { ExternalSort } from '../../external-sort.ts';
import { cellAs, numberOf } from './cell-type.ts';

interface Broken {
  count: number;
  readonly rows: number[];
  readonly first: { readonly number: number; readonly line: number | undefined };
  readonly column: string | undefined;
}

const SHOWN = 10;
const DIGEST = 12;
/** Digest of the value, column, file, row, line. */
const WIDTH = DIGEST + 4 + 4 + 6 + 6;

export const schemaViolation = defineCheck({
  meta: {
    id: 'schema-violation',
    title: 'Rows that break the declaration',
    severity: 'medium',
    threats: ['data-poisoning', 'adversarial-input'],
    meaning:
      'A cell has another type, lies outside of its range, is not one of the allowed values, is empty or stands twice where it must not, or columns together break a relation that holds for honest rows.',
    fix: 'Mend or remove the named rows; where the rows are right, mend the declaration.',
    references: ['https://arxiv.org/abs/2112.01156', 'https://mlsys.org/Conferences/2019/doc/2019/167.pdf'],
    taxonomy: ['AML.T0020', 'CWE-20'],
  },
  begin(context) {
    if (context.options.schema === null) {
      context.notRun('no declaration of columns was given; --schema names it');
      return {};
    }
    const schema = parseDataSchema(context.options.schema);
    const declared = Object.entries(schema.columns);
    const allowed = new Map(
      declared.flatMap(([name, { values }]) =>
        values === undefined ? [] : [[name, new Set(values.map(String))] as const],
      ),
    );
    const unique = declared.filter(([, column]) => column.unique).map(([name]) => name);
    const sort = unique.length === 0 ? null : new ExternalSort(WIDTH);
    const record = Buffer.alloc(WIDTH);
    const broken = new Map<string, Map<string, Broken>>();
    const files: InspectedFile[] = [];
    const totals = new Map<string, number>();
    const add = (row: Pick<InspectedRow, 'file' | 'number' | 'line'>, what: string, column?: string): void => {
      let file = broken.get(row.file.shown);
      if (file === undefined) broken.set(row.file.shown, (file = new Map()));
      const known = file.get(what);
      if (known === undefined) {
        if (file.size < 1000) file.set(what, { count: 1, rows: [row.number], first: row, column });
        else context.gap(row.file.shown, 'it breaks the declaration in more than 1000 ways');
        return;
      }
      known.count++;
      if (known.rows.length < SHOWN) known.rows.push(row.number);
    };
    const isNull = (cell: Cell): boolean =>
      cell === null || cell === undefined || (typeof cell === 'string' && schema.nulls.has(cell));

    const checkCells = (row: InspectedRow): void => {
      for (const [name, column] of declared) {
        const cell = row.row[name];
        if (isNull(cell)) {
          if (!column.nullable)
            add(row, cell === undefined ? `column ${name} is missing` : `column ${name} is empty`, name);
          continue;
        }
        if (column.type !== undefined && !cellAs(cell, column.type)) {
          add(row, `column ${name} is no ${column.type}`, name);
          continue;
        }
        if (column.range !== undefined) {
          const value = numberOf(cell);
          if (value === null) add(row, `column ${name} is no number`, name);
          else if (!(value >= column.range[0] && value <= column.range[1])) {
            add(row, `column ${name} lies outside of ${column.range[0]} to ${column.range[1]}`, name);
          }
        }
        if (column.length !== undefined) {
          const length =
            typeof cell === 'string' ? Array.from(cell).length : ((cell as { length?: unknown }).length ?? -1);
          if (!(typeof length === 'number' && length >= column.length[0] && length <= column.length[1])) {
            add(row, `column ${name} is not ${column.length[0]} to ${column.length[1]} long`, name);
          }
        }
        if (allowed.get(name)?.has(String(cell)) === false)
          add(row, `column ${name} has a value that is not allowed`, name);
      }
      if (schema.additionalColumns) return;
      for (const name of Object.keys(row.row)) {
        if (!Object.hasOwn(schema.columns, name)) add(row, `column ${name} is not declared`, name);
      }
    };
    const checkTogether = (row: InspectedRow): void => {
      const { constraints } = schema;
      if (constraints === null) return;
      const values = constraints.names.map((name) => (isNull(row.row[name]) ? null : numberOf(row.row[name])));
      const absent = values.indexOf(null);
      if (absent !== -1) {
        add(
          row,
          `column ${constraints.names[absent]!} is no number, so that relations cannot be checked`,
          constraints.names[absent],
        );
        return;
      }
      for (const { kind, index } of violations(constraints, values as number[])) {
        if (kind === 'range')
          add(row, `column ${constraints.names[index]!} lies outside of its declared range`, constraints.names[index]);
        else if (kind === 'integer')
          add(row, `column ${constraints.names[index]!} is no whole number`, constraints.names[index]);
        else if (kind === 'one-hot')
          add(
            row,
            `not exactly one of ${[...constraints.groups[index]!].map((at) => constraints.names[at]).join(', ')} is 1`,
          );
        else if (kind === 'relation') {
          const { features, coefficients, is, value } = constraints.relations[index]!;
          const terms = Array.from(features, (at, term) => `${coefficients[term]} ${constraints.names[at]}`).join(
            ' + ',
          );
          add(row, `the relation ${terms} ${is} ${value} does not hold`);
        }
      }
    };
    return {
      close: () => sort?.close(),
      row(row) {
        files[row.file.index] ??= row.file;
        totals.set(row.file.shown, row.number);
        checkCells(row);
        checkTogether(row);
        for (const [at, name] of unique.entries()) {
          const cell = row.row[name];
          if (isNull(cell)) continue;
          hash('sha256', canonicalRow(cell), 'buffer').copy(record, 4, 0, DIGEST);
          record.writeUInt32BE(at, 0);
          record.writeUInt32BE(row.file.index, 4 + DIGEST);
          record.writeUIntBE(row.number, 8 + DIGEST, 6);
          record.writeUIntBE(row.line ?? 0, 14 + DIGEST, 6);
          sort!.add(record);
        }
      },
      end() {
        let held = Buffer.alloc(0);
        for (const one of sort?.sorted() ?? []) {
          if (one.compare(held, 0, held.length, 0, 4 + DIGEST) !== 0) {
            held = Buffer.from(one.subarray(0, 4 + DIGEST));
            continue;
          }
          const line = one.readUIntBE(14 + DIGEST, 6);
          const file = files[one.readUInt32BE(4 + DIGEST)]!;
          const name = unique[one.readUInt32BE(0)]!;
          const row = { file, number: one.readUIntBE(8 + DIGEST, 6), line: line === 0 ? undefined : line };
          add(row, `column ${name} repeats a value`, name);
        }
        for (const [shown, ways] of broken) {
          for (const [what, { count, rows, first, column }] of ways) {
            context.report(shown, {
              message: `${sentence(what)}: ${shareOf(count, totals.get(shown)!)}, first in ${placeOf(first)}.`,
              where: whereOf(first, column),
              count,
              rows: rows.toSorted((a, b) => a - b),
            });
          }
        }
      },
    };
  },
});

function sentence(what: string): string {
  const text = what.replace(/[^\x20-\x7e\p{L}\p{N}]/gu, '?').slice(0, 300);
  return text[0]!.toUpperCase() + text.slice(1);
}

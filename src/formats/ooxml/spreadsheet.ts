import type { Extraction } from '../extraction.ts';
import { localName, readMarkup } from '../markup.ts';

/** Texts of `sharedStrings.xml` by index; phonetic readings are left out. */
export function readSharedStrings(source: string, out: Extraction): string[] {
  const strings: string[] = [];
  let parts: string[] = [];
  let inText = false;
  let phonetic = 0;
  readMarkup(source, 'xml', out, {
    open(tag) {
      const local = localName(tag);
      if (local === 'si') parts = [];
      else if (local === 'rPh') phonetic += 1;
      inText = local === 't';
    },
    close(tag) {
      const local = localName(tag);
      if (local === 'si') strings.push(parts.join(''));
      else if (local === 'rPh') phonetic -= 1;
      inText = false;
    },
    text: (text) => void (inText && phonetic === 0 && parts.push(text)),
    comment: () => {},
  });
  return strings;
}

/**
 * One sheet: a line a row, with the cells that have values. Hidden rows, columns and formulas apart.
 * @param unused indices of shared strings that no cell has shown so far.
 */
export function readSheet(
  name: string,
  source: string,
  strings: readonly string[],
  unused: Set<number>,
  hiddenSheet: boolean,
  out: Extraction,
): void {
  const visible: string[] = [];
  const hidden: string[] = [];
  const formulas: string[] = [];
  const others: string[] = [];
  const hiddenColumns: [from: number, to: number][] = [];
  let length = 0;
  let hiddenRow = false;
  let hiddenCell = false;
  let kind = '';
  let element = '';
  let value: string[] = [];
  const add = (list: string[], text: string): void => {
    length += text.length;
    // A shared string costs nothing to repeat; what it adds up to is bounded here, and is a fault below.
    if (length <= out.room + 1) list.push(text);
  };
  readMarkup(source, 'xml', out, {
    open(tag, attributes) {
      element = localName(tag);
      if (element === 'col' && isTrue(attributes['hidden']) && hiddenColumns.length < 256) {
        hiddenColumns.push([Number(attributes['min']), Number(attributes['max'])]);
      } else if (element === 'row') hiddenRow = isTrue(attributes['hidden']);
      else if (element === 'c') {
        kind = attributes['t'] ?? '';
        value = [];
        const column = columnOf(attributes['r'] ?? '');
        hiddenCell = hiddenColumns.some(([from, to]) => from <= column && column <= to);
      }
    },
    close(tag) {
      const local = localName(tag);
      element = '';
      if (local === 'f') add(formulas, '\n');
      if (local === 'row') for (const list of [visible, hidden]) add(list, '\n');
      if (local !== 'c' || value.length === 0) return;
      const raw = value.join('');
      let text = raw;
      if (kind === 's') {
        text = strings[Number(raw)] ?? '';
        unused.delete(Number(raw));
      }
      add(hiddenRow || hiddenCell || hiddenSheet ? hidden : visible, `${text}\t`);
    },
    text(text) {
      if (element === 'v' || element === 't') value.push(text);
      else if (element === 'f') add(formulas, text);
      else if (text.trim() !== '') add(others, `${text}\n`);
    },
    comment: (text) => add(others, `${text}\n`),
  });
  const lines = (list: readonly string[]): string =>
    list.join('').split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n'); // prettier-ignore
  if (lines(hidden) !== '') out.note('hidden text');
  out.piece(name, lines(visible));
  out.piece(`${name};hidden`, lines(hidden), true);
  out.piece(`${name};formulas`, lines(formulas), true);
  out.piece(`${name};other`, lines(others), true);
}

/** Names of the parts of sheets that the workbook hides; its defined names are read on the way. */
export function hiddenSheets(
  workbooks: readonly string[],
  relations: readonly string[],
  out: Extraction,
): ReadonlySet<string> {
  const ids = new Set<string>();
  const names: string[] = [];
  for (const source of workbooks) {
    readMarkup(source, 'xml', out, {
      open(tag, attributes) {
        if (localName(tag) !== 'sheet') return;
        names.push(attributes['name'] ?? '');
        if (/^(hidden|veryHidden)$/.test(attributes['state'] ?? '')) ids.add(attributes['r:id'] ?? '');
      },
      close: () => {},
      text: (text) => void (text.trim() !== '' && names.push(text)),
      comment: (text) => void names.push(text),
    });
  }
  out.piece('xl/workbook.xml', names.join('\n'));
  const parts = new Set<string>();
  for (const source of relations) {
    readMarkup(source, 'xml', out, {
      open(_, attributes) {
        if (!ids.has(attributes['Id'] ?? '')) return;
        const target = attributes['Target'] ?? '';
        parts.add(target.startsWith('/') ? target.slice(1) : `xl/${target}`);
      },
      close: () => {},
      text: () => {},
      comment: () => {},
    });
  }
  return parts;
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

/** `AB12` → 28. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const value = letter.charCodeAt(0) - 64;
    if (value < 1 || value > 26 || column > 100_000) break;
    column = column * 26 + value;
  }
  return column;
}

import { Fault } from '../../core/fault.ts';
import { readLabels } from './array-data.ts';
import { textOf } from './table-data.ts';

/** Texts with their true classes. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
  readonly count: number;
  readonly classNames?: readonly string[];
}

export interface TextOptions {
  /** Key of the text. Default `text`. */
  readonly text?: string;
  /** Key of the class, a whole number or a name. Default `label`. */
  readonly label?: string;
  readonly limit?: number;
}

const MAX_LINE = 4 << 20;
const MAX_TOTAL = 2 ** 29;

/**
 * Reads labelled texts from JSON Lines (`{"text": …, "label": …}`, one object a line), gzipped or not, line by line.
 * @throws Fault `ERR_DATA` with the line; `ERR_USAGE` when the file cannot be read.
 */
export async function readTexts(file: string, options: TextOptions = {}): Promise<LabelledTexts> {
  const { text: textKey = 'text', label: labelKey = 'label', limit = Infinity } = options;
  const texts: string[] = [];
  const labels: string[] = [];
  let total = 0;
  let line = 0;
  const take = (written: string): void => {
    line += 1;
    if (written.trim() === '' || texts.length >= limit) return;
    const where = `${file}, line ${line}`;
    let value: unknown;
    try {
      value = JSON.parse(written);
    } catch {
      throw new Fault('ERR_DATA', 'A line is not JSON.', { where });
    }
    const row = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
    const [text, label] = [row[textKey], row[labelKey]];
    if (typeof text !== 'string') {
      throw new Fault('ERR_DATA', `A line has no text under ${JSON.stringify(textKey)}.`, { where });
    }
    if (typeof label !== 'string' && typeof label !== 'number' && typeof label !== 'boolean') {
      throw new Fault('ERR_DATA', `A line has no class under ${JSON.stringify(labelKey)}.`, { where });
    }
    total += text.length;
    if (total > MAX_TOTAL) throw new Fault('ERR_DATA', 'The texts are too long in all.', { where: file });
    texts.push(text);
    labels.push(typeof label === 'boolean' ? String(Number(label)) : String(label));
  };
  let rest = '';
  for await (const piece of textOf(file)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) {
      throw new Fault('ERR_DATA', `A line is longer than ${MAX_LINE} characters.`, {
        where: `${file}, line ${line + 1}`,
      });
    }
    for (const one of lines) take(one);
    if (texts.length >= limit) break;
  }
  take(rest);
  if (texts.length === 0) throw new Fault('ERR_DATA', 'There are no texts.', { where: file });
  return { texts, count: texts.length, ...readLabels({ data: labels }, texts.length, file) };
}

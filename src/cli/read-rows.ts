import { Fault } from '../core/fault.ts';
import { readJsonLines } from './read-json-lines.ts';

/** A text of a JSONL file. */
export interface TextRow {
  readonly id: string;
  readonly text: string;
}

/**
 * The texts of a JSONL file of `{id, text}`, plain or gzip, one after the other. A row without an `id` is named by its line.
 * @throws Fault `ERR_USAGE` with `file:line` when a row is not JSON or has no text.
 */
export async function* readRows(path: string, name: string): AsyncGenerator<TextRow> {
  for await (const { line, value } of readJsonLines(path, name)) {
    const { id = line, text } = value;
    if (typeof text !== 'string') {
      throw new Fault('ERR_USAGE', 'A row must have a `text` that is a string.', { where: `${name}:${line}` });
    }
    if (typeof id !== 'string' && typeof id !== 'number') {
      throw new Fault('ERR_USAGE', 'The `id` of a row must be a string or a number.', { where: `${name}:${line}` });
    }
    yield { id: String(id), text };
  }
}

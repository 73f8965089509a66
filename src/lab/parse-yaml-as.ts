import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Fault } from '../core/fault.ts';

const LONGEST = 8 * 1024 * 1024;

/**
 * Reads YAML (and so JSON) and holds it against a schema; what is wrong is said with file, line and key.
 * @param what for messages: `The target file`
 * @throws Fault `ERR_CONFIG`
 */
export function parseYamlAs<T>(text: string, schema: z.ZodType<T>, file: string, what: string): T {
  if (text.length > LONGEST) throw new Fault('ERR_CONFIG', `${what} is longer than 8 MiB.`, { where: file });
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  } catch (cause) {
    // Nesting beyond the parser's own stack ends here.
    throw new Fault('ERR_CONFIG', `${what} is nested too deeply.`, { where: file, cause });
  }
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new Fault('ERR_CONFIG', `${what} is no valid YAML or JSON.`, { where: `${file}:${line}:${col}` });
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const key = path.join('.');
  throw new Fault('ERR_CONFIG', `${what} is wrong: ${message.replace(/\.$/, '')}.`, {
    where: `${placeOf(document, path, lines, file)}${key === '' ? '' : `, ${key}`}`,
  });
}

/** Where the value stands, or the nearest thing around it that is there. */
function placeOf(document: Document, path: readonly PropertyKey[], lines: LineCounter, file: string): string {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${file}:${line}:${col}`;
    }
  }
  return file;
}

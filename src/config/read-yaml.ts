import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { JsonPath } from '../conversation/segment.ts';
import { keyPath } from './key-path.ts';
import type { Place, Problem } from './problem.ts';
import { expandReferences } from './references.ts';

/** A configuration file is written by hand; what is beyond these bounds is a mistake or an attack. */
const MAX_CHARACTERS = 1024 * 1024;
const MAX_VALUES = 50_000;
const MAX_DEPTH = 32;

export interface YamlSource {
  /** Plain JSON values; undefined when the text could not be read at all. */
  readonly value: unknown;
  /** Where each value stands, by `keyPath`. */
  readonly places: ReadonlyMap<string, Place>;
  /** Where each key stands, by the `keyPath` of its value. */
  readonly keys: ReadonlyMap<string, Place>;
  /** Names of the variables that a string was made from, by `keyPath`. */
  readonly references: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/**
 * YAML 1.2 (and so JSON) to plain values, with the position of every key and value and `${NAME}` references
 * replaced. Never throws: what is wrong is in `problems`. Duplicate keys, unknown tags and several documents are
 * errors; aliases are followed within the bounds above; merge keys (`<<`, not part of YAML 1.2) are refused.
 */
export function readYaml(text: string, env: Readonly<Record<string, string | undefined>>): YamlSource {
  const places = new Map<string, Place>();
  const keys = new Map<string, Place>();
  const references = new Map<string, readonly string[]>();
  const problems: Problem[] = [];
  const source = (value: unknown): YamlSource => ({ value, places, keys, references, problems });

  if (text.length > MAX_CHARACTERS) {
    problems.push({ path: [], place: { line: 1, column: 1 }, message: `longer than ${MAX_CHARACTERS} characters` });
    return source(undefined);
  }

  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };

  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, merge: false, prettyErrors: false, stringKeys: false });
  } catch (cause) {
    // Nesting beyond the parser's own stack ends here.
    const why = cause instanceof RangeError ? 'nested too deeply' : 'not YAML';
    problems.push({ path: [], place: { line: 1, column: 1 }, message: why });
    return source(undefined);
  }
  for (const issue of [...document.errors, ...document.warnings]) {
    problems.push({ path: [], place: placeOf(issue.pos[0]), message: sentence(issue.code, issue.message) });
  }
  if (problems.length > 0) return source(undefined);
  if (document.contents === null) {
    problems.push({ path: [], place: { line: 1, column: 1 }, message: 'the file is empty' });
    return source(undefined);
  }

  let values = 0;
  let stopped = false;

  const walk = (node: Node | null, path: JsonPath, depth: number, at: Place): unknown => {
    if (stopped) return null;
    const place = node?.range ? placeOf(node.range[0]) : at;
    const id = keyPath(path);
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      stopped = true;
      const message =
        depth > MAX_DEPTH
          ? `nested deeper than ${MAX_DEPTH} levels`
          : `more than ${MAX_VALUES} values, aliases counted`;
      problems.push({ path, place, message });
      return null;
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) {
        problems.push({ path, place, message: `the alias *${node.source} names no anchor before it` });
        return null;
      }
      return walk(target, path, depth + 1, place);
    }
    places.set(id, place);
    if (isMap(node)) {
      const object: Record<string, unknown> = {};
      for (const pair of node.items) {
        const keyNode = pair.key;
        const keyPlace = isNode(keyNode) && keyNode.range ? placeOf(keyNode.range[0]) : place;
        const key = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : null;
        if (key === null || key === '') {
          problems.push({ path, place: keyPlace, message: 'a key must be a plain string' });
        } else if (key === '<<') {
          problems.push({ path, place: keyPlace, message: 'merge keys (<<) are not supported; repeat the keys' });
        } else if (key === '__proto__') {
          problems.push({ path, place: keyPlace, message: 'unknown key __proto__' });
        } else {
          const below = [...path, key];
          keys.set(keyPath(below), keyPlace);
          object[key] = walk(isNode(pair.value) ? pair.value : null, below, depth + 1, keyPlace);
        }
      }
      return object;
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => walk(isNode(item) ? item : null, [...path, index], depth + 1, place));
    }
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'string') {
      const expanded = expandReferences(value, env);
      if (expanded.error !== null) problems.push({ path, place, message: expanded.error });
      else if (expanded.names.length > 0) references.set(id, expanded.names);
      return expanded.text;
    }
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
    problems.push({ path, place, message: 'a value must be a string, a number, true, false, a list or a map' });
    return null;
  };

  return source(walk(document.contents as Node, [], 0, { line: 1, column: 1 }));
}

function sentence(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key is there twice';
    case 'MULTIPLE_DOCS':
      return 'more than one document; a configuration is one';
    case 'TAG_RESOLVE_FAILED':
      return 'unknown tag; plain values only';
    default:
      // The parser's sentences may quote the text, which may hold a secret: keep what stands before a quotation.
      return `not YAML: ${message.split(/[:"'`\n]/, 1)[0]!.trim()}`;
  }
}

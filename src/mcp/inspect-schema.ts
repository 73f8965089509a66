import type { OfferFinding } from './inspect-offer.ts';
import { isObject } from './rpc-message.ts';

const MOST_DEPTH = 24;
const MOST_SCHEMAS = 2000;
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** MCP 2026-07-28, Streamable HTTP: what a header may carry. */
const HEADER_TYPES = new Set(['string', 'integer', 'boolean']);

/** An argument that the client repeats in a header (`x-mcp-header`, MCP 2026-07-28). */
export interface MirroredArgument {
  readonly header: string;
  readonly path: readonly string[];
}

/** What is wrong with a schema: references that leave it, headers that do not work, a size that nobody needs. */
export function inspectSchema(schema: unknown, at: string): readonly OfferFinding[] {
  const found: OfferFinding[] = [];
  const say = (rule: string, path: string, message: string): void => void found.push({ rule, path, message });
  let count = 0;
  const headers = new Set<string>();
  const visit = (node: unknown, path: string, depth: number, reachable: boolean): void => {
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) visit(item, `${path}[${index}]`, depth + 1, false);
      return;
    }
    if (!isObject(node) || found.length > 16) return;
    if (++count > MOST_SCHEMAS || depth > MOST_DEPTH) {
      say('schema/size', path, 'The schema is too large or too deep.');
      return;
    }
    for (const key of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const target = node[key];
      if (typeof target === 'string' && !target.startsWith('#'))
        say('schema/network-reference', `${path}.${key}`, 'Refers to something outside the definition.');
    }
    const header = node['x-mcp-header'];
    if (header !== undefined) {
      const type = node['type'];
      if (typeof header !== 'string' || !TOKEN.test(header))
        say('schema/header', `${path}.x-mcp-header`, 'Is no name of a header.');
      else if (headers.has(header.toLowerCase())) say('schema/header', `${path}.x-mcp-header`, 'Is there twice.');
      else if (!reachable || typeof type !== 'string' || !HEADER_TYPES.has(type))
        say('schema/header', `${path}.x-mcp-header`, 'Stands where no header can be made of it.');
      if (typeof header === 'string') headers.add(header.toLowerCase());
    }
    for (const [key, member] of Object.entries(node)) {
      if (key === 'properties' && isObject(member)) {
        for (const [name, part] of Object.entries(member))
          visit(part, `${path}.properties.${name}`, depth + 1, reachable);
      } else if (key !== 'enum' && key !== 'const' && key !== 'default' && key !== 'examples')
        visit(member, `${path}.${key}`, depth + 1, false);
    }
  };
  visit(schema, at, 0, true);
  return found;
}

/** The arguments of a tool that the client has to repeat in `Mcp-Param-*` headers. */
export function mirroredArguments(schema: unknown, path: readonly string[] = []): readonly MirroredArgument[] {
  if (!isObject(schema) || !isObject(schema['properties']) || path.length > MOST_DEPTH) return [];
  return Object.entries(schema['properties']).flatMap(([name, part]) => {
    const own =
      isObject(part) && typeof part['x-mcp-header'] === 'string'
        ? [{ header: part['x-mcp-header'], path: [...path, name] }]
        : [];
    return [...own, ...mirroredArguments(part, [...path, name])];
  });
}

import type { Principal } from '../core/principal.ts';
import type { ScopeSource } from '../flow/rules/rule-file.ts';
import { ownRows } from '../flow/scope/own-rows.ts';
import { isObject, type JsonObject } from './rpc-message.ts';

export type RowScope = NonNullable<ScopeSource['rows']>;

/** A tool's answer with the principal's rows alone, or why none of it may be passed on. */
export type OwnAnswer =
  | { readonly passed: true; readonly result: JsonObject; readonly dropped: number }
  | { readonly passed: false; readonly reason: string };

/** Members of an answer that hold no rows; what else a server adds (`_meta`) nobody has looked at. */
const PLAIN = new Set(['content', 'structuredContent', 'isError', 'resultType']);

/**
 * Drops the rows of a tool's answer that belong to others, in its data and in each of its texts. Whatever cannot be read as rows
 * (a picture, a link, prose) is refused unless the scope lets it pass.
 */
export function ownAnswer(result: JsonObject, scopes: readonly RowScope[], principal: Principal | null): OwnAnswer {
  let own: JsonObject = result;
  let dropped = 0;
  for (const scope of scopes) {
    const kept = inScope(own, scope, principal);
    if (!kept.passed) return kept;
    own = kept.result;
    dropped += kept.dropped;
  }
  return { passed: true, result: own, dropped };
}

function inScope(result: JsonObject, scope: RowScope, principal: Principal | null): OwnAnswer {
  const content = result['content'] ?? [];
  if (!Array.isArray(content)) return { passed: false, reason: 'Its content is no list.' };
  const plain = Object.fromEntries(Object.entries(result).filter(([name]) => PLAIN.has(name)));
  const structured = result['structuredContent'];
  const texts: string[] = [];
  for (const block of content as readonly unknown[]) {
    const text = textOf(block);
    if (text !== null) texts.push(text);
    else if (scope.unreadable !== 'pass')
      return { passed: false, reason: 'The result is no data, so that nobody knows whose it is.' };
  }
  // One text beside the data is the same data once more (MCP, Structured Content); several are answers of their own.
  if (structured !== undefined && texts.length <= 1) {
    const answer = { text: texts[0] ?? '', structured };
    const kept = ownRows(answer, scope, principal);
    if (!kept.passed) return kept;
    const blocks = content.map((block: unknown) =>
      textOf(block) === null ? block : withText(block, kept.answer.text),
    );
    return {
      passed: true,
      dropped: kept.dropped,
      result: { ...plain, content: blocks, structuredContent: kept.answer.structured },
    };
  }
  let dropped = 0;
  const blocks: unknown[] = [];
  for (const block of content as readonly unknown[]) {
    const text = textOf(block);
    if (text === null) {
      blocks.push(block);
      continue;
    }
    const kept = ownRows({ text }, scope, principal);
    if (!kept.passed) return kept;
    dropped += kept.dropped;
    blocks.push(withText(block, kept.answer.text));
  }
  if (structured === undefined) return { passed: true, dropped, result: { ...plain, content: blocks } };
  const kept = ownRows({ text: '', structured }, scope, principal);
  if (!kept.passed) return kept;
  return {
    passed: true,
    dropped: dropped + kept.dropped,
    result: { ...plain, content: blocks, structuredContent: kept.answer.structured },
  };
}

/** The text of a block, or of the resource in it; null where there is none to be read. */
function textOf(block: unknown): string | null {
  if (!isObject(block)) return null;
  if (block['type'] === 'text') return typeof block['text'] === 'string' ? block['text'] : null;
  const { resource } = block;
  if (block['type'] !== 'resource' || !isObject(resource) || resource['blob'] !== undefined) return null;
  return typeof resource['text'] === 'string' ? resource['text'] : null;
}

/** With the text that is left, and nothing else that nobody looked at. */
function withText(block: unknown, text: string): unknown {
  if (!isObject(block)) return block;
  if (block['type'] === 'text') return { type: 'text', text };
  const resource = block['resource'] as JsonObject;
  return { type: 'resource', resource: { uri: resource['uri'], ...pick(resource, 'mimeType'), text } };
}

function pick(from: JsonObject, name: string): JsonObject {
  return typeof from[name] === 'string' ? { [name]: from[name] } : {};
}

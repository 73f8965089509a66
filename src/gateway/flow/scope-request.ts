import { isRecord } from '../../conversation/json-shape.ts';
import { type ToolPlaces, toolPlaces } from '../../conversation/tool-places.ts';
import type { SurfaceId } from '../../conversation/surface.ts';
import type { JsonPath } from '../../conversation/segment.ts';
import type { Principal } from '../../core/principal.ts';
import type { Decision } from '../../core/verdict.ts';
import type { FlowCall } from '../../flow/history.ts';
import { parseArguments } from '../../flow/read-chat-messages.ts';
import { type FlowRules, hasRowScopes } from '../../flow/rules/compile-rules.ts';
import { ownRowsOfAll } from '../../flow/scope/own-rows.ts';
import { injectedPaths, placesInSchema } from '../../flow/scope/scope-call.ts';
import type { JsonEdit } from '../../text/json/splice-json.ts';
import { shown } from './call-record.ts';

export interface RequestScope {
  readonly rules: FlowRules;
  readonly principal: Principal;
  /** A call of this principal's that was let through earlier, by its id. */
  readonly callById: (id: string) => FlowCall | null;
}

/** What the scopes change of a request before anything else reads it, and what they say of it. */
export interface ScopedRequest {
  readonly edits: readonly JsonEdit[];
  /** Rows of others that were left out. */
  readonly dropped: number;
  /** Why results were withheld as a whole. */
  readonly withheld: readonly string[];
  /** Tools whose results were touched. */
  readonly tools: readonly string[];
}

/**
 * Takes out of a request what its principal's model must not see: arguments that are injected, in the tools on offer and in the calls of
 * the history, and rows of results that belong to others. A result that cannot be read is withheld where its tool's rows belong
 * to somebody; so is one of a call that nobody knows, where any tool's do.
 */
export function scopeRequest(surface: SurfaceId, body: unknown, scope: RequestScope): ScopedRequest {
  const { rules } = scope;
  if (rules.source.scope.length === 0) return { edits: [], dropped: 0, withheld: [], tools: [] };
  const places = toolPlaces(surface, body);
  const rows = ownRowsOf(places, scope);
  return { ...rows, edits: [...hidden(places, rules), ...rows.edits] };
}

function hidden({ definitions, calls }: ToolPlaces, rules: FlowRules): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  for (const { tool, path, schema } of definitions)
    for (const dotted of injectedPaths(rules.scopes(tool)))
      for (const place of placesInSchema(schema, dotted)) edits.push({ path: [...path, ...place], remove: true });
  for (const { tool, path, args } of calls) {
    const given = parseArguments(args);
    for (const dotted of injectedPaths(rules.scopes(tool)))
      if (has(given, dotted)) edits.push({ path: [...path, ...dotted.split('.')], remove: true });
  }
  return edits;
}

function has(args: unknown, dotted: string): boolean {
  let value = args;
  for (const step of dotted.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, step)) return false;
    value = value[step];
  }
  return true;
}

function ownRowsOf(places: ToolPlaces, { rules, principal, callById }: RequestScope): ScopedRequest {
  const edits: JsonEdit[] = [];
  const withheld: string[] = [];
  const tools = new Set<string>();
  let dropped = 0;
  if (!hasRowScopes(rules)) return { edits, dropped, withheld, tools: [] };
  // Where two calls share an id, a result is held against the scopes of both.
  const called = new Map<string, Set<string>>();
  for (const { id, tool } of places.calls) {
    if (id === '') continue;
    const known = called.get(id);
    if (known === undefined) called.set(id, new Set([tool]));
    else known.add(tool);
  }
  for (const { id, tool, path, content } of places.results) {
    const remembered = called.has(id) || id === '' ? null : callById(id);
    const names = [...(called.get(id) ?? []), ...(remembered === null ? [] : [remembered.tool])];
    // What a result says of itself counts where nobody knows better.
    if (names.length === 0 && tool !== null) names.push(tool);
    const withhold = (name: string, reason: string): void => {
      withheld.push(reason);
      tools.add(name);
      edits.push({ path, value: `Withheld by policy scope-rows: ${reason}` });
    };
    if (names.length === 0) {
      if (!isEmpty(content)) withhold('a tool that nobody knows', 'Nobody knows which call this is the result of.');
      continue;
    }
    const scopes = names.flatMap((name) => rules.scopes(name)).filter((one) => one.rows !== undefined);
    const [name] = names;
    if (scopes.length === 0 || name === undefined || isEmpty(content)) continue;
    const parts = partsOf(content, path);
    if (parts === null) {
      withhold(name, 'The result is no data, so that nobody knows whose it is.');
      continue;
    }
    const own = parts.map((part) => ({ part, own: ownRowsOfAll({ text: part.text }, scopes, principal) }));
    const refused = own.find((one) => !one.own.passed)?.own;
    if (refused !== undefined && !refused.passed) {
      withhold(name, refused.reason);
      continue;
    }
    for (const one of own) {
      if (!one.own.passed || one.own.answer.text === one.part.text) continue;
      dropped += one.own.dropped;
      tools.add(name);
      edits.push({ path: one.part.path, value: one.own.answer.text });
    }
  }
  return { edits, dropped, withheld, tools: [...tools] };
}

function isEmpty(content: unknown): boolean {
  return (
    content === undefined || content === null || content === '' || (Array.isArray(content) && content.length === 0)
  );
}

/** The texts of a result; null when there is something else in it. */
function partsOf(
  content: unknown,
  path: JsonPath,
): readonly { readonly text: string; readonly path: JsonPath }[] | null {
  if (typeof content === 'string') return [{ text: content, path }];
  if (!Array.isArray(content)) return null;
  const parts = content.map((part: unknown, index) => {
    // A member that is not known could hold a text.
    const isText =
      isRecord(part) &&
      typeof part['text'] === 'string' &&
      Object.keys(part).every((key) => TEXT_PART.has(key) || part[key] === null) &&
      TEXT_TYPES.has(part['type']);
    return isText ? { text: part['text'] as string, path: [...path, index, 'text'] } : null;
  });
  return parts.every((part) => part !== null) ? parts : null;
}

const TEXT_PART = new Set(['type', 'text', 'cache_control', 'prompt_cache_breakpoint']);
const TEXT_TYPES = new Set<unknown>(['text', 'input_text', 'output_text']);

/** What was left out of results, for the record; null where nothing was. */
export function recordScopedResults(
  { dropped, withheld, tools }: ScopedRequest,
  mode: 'shadow' | 'enforce',
): Decision | null {
  if (dropped === 0 && withheld.length === 0) return null;
  const of = tools.slice(0, 8).map(shown).join(', ');
  const rows = dropped === 0 ? '' : `${dropped} rows of others left out. `;
  const whole = withheld.length === 0 ? '' : `${withheld.length} results withheld: ${withheld[0]}`;
  return {
    rule: 'flow/scope-rows',
    detector: 'flow',
    stage: 'input',
    mode,
    status: 'found',
    action: 'redact',
    reason: `${of}: ${rows}${whole}`.trim().slice(0, 512),
    evidence: [],
    millis: 0,
  };
}

import type { Conversation, ToolDefinition } from '../../conversation/conversation.ts';
import { isRecord } from '../../conversation/json-shape.ts';
import type { JsonPath, Segment } from '../../conversation/segment.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../../flow/history.ts';
import { parseArguments } from '../../flow/read-chat-messages.ts';
import type { FlowSettings } from './flow-policy.ts';
import { splitMarked } from './split-marked.ts';
import { type OutputSchemas, structuredResult } from './structured-result.ts';

/** What is known of a history beside the request that brings it. */
export interface HistorySource {
  /** What was shown before the request's own part; null when the provider has it and nobody here does. */
  readonly before: readonly FlowEvent[] | null;
  /** False for a text of the model's that was never sent to this caller. */
  knowsTexts(texts: readonly string[]): boolean;
  knowsCall(call: FlowCall): boolean;
  /** A call that the request only refers to. */
  callById(id: string): FlowCall | null;
}

export interface HistoryReading {
  readonly events: readonly FlowEvent[];
  /** Turns and calls of the model's that were not known. */
  readonly unknown: number;
}

export interface ReadingOptions {
  readonly settings: FlowSettings;
  readonly outputs: OutputSchemas;
  /** Ids of segments that the caller declares to be documents. */
  readonly documents: ReadonlySet<string>;
  /** The arguments of a call without what an operator's scopes have written into it. Absent: all of them are the model's. */
  readonly own?: (tool: string, args: FlowCall['args']) => FlowCall['args'];
}

/** Results under this name are nobody's: no call made them, and they are not read as fields. */
const STRANGER = 'read text (of nobody known)';

/** Texts of the request that stand for themselves. */
const SPOKEN = new Set(['text', 'refusal', 'reasoning', 'transcript', 'code', 'citation']);

/**
 * A conversation as events to decide on. What cannot be seen (a picture, an item that the provider keeps) is there as an empty document:
 * somebody else may have written it.
 * @param body the request as parsed, for whole arguments. @param files texts that were taken out of files in it.
 */
export function readFlowEvents(
  conversation: Conversation,
  body: unknown,
  files: readonly Segment[],
  source: HistorySource,
  options: ReadingOptions,
): HistoryReading {
  const reader = new Reader(body, source, options);
  const segments = [...conversation.segments, ...files].toSorted((a, b) => a.message - b.message);
  for (let start = 0; start < segments.length;) {
    let end = start + 1;
    while (end < segments.length && segments[end]!.message === segments[start]!.message) end++;
    reader.message(segments.slice(start, end));
    start = end;
  }
  return { events: reader.events, unknown: reader.unknown };
}

class Reader {
  readonly events: FlowEvent[];
  unknown = 0;
  readonly #body: unknown;
  readonly #source: HistorySource;
  readonly #options: ReadingOptions;
  /** Calls by id; null: nobody here has made it. */
  readonly #calls = new Map<string, FlowCall | null>();

  constructor(body: unknown, source: HistorySource, options: ReadingOptions) {
    this.#body = body;
    this.#source = source;
    this.#options = options;
    // Of a history that nobody here has, nothing can be a witness, and anything may have been read.
    this.events = source.before === null ? [{ kind: 'document', text: '' }] : [...source.before];
    for (const event of this.events) if (event.kind === 'call') this.#calls.set(event.id, event);
  }

  /** Segments of one message, in order. */
  message(segments: readonly Segment[]): void {
    const own: string[] = [];
    const operator: string[] = [];
    const said: string[] = [];
    const documents: FlowEvent[] = [];
    const results = new Map<string, Segment[]>();
    for (const segment of segments) {
      if (segment.kind === 'tool-definition') continue;
      if (segment.kind === 'tool-name' || segment.kind === 'tool-arguments') this.#call(segment);
      else if (segment.origin === 'tool') {
        const key = segment.call ?? '';
        const parts = results.get(key);
        if (parts === undefined) results.set(key, [segment]);
        else parts.push(segment);
      } else if (segment.kind === 'media') documents.push({ kind: 'document', text: '' });
      else if (segment.origin === 'operator') operator.push(segment.text);
      else if (segment.origin === 'model') {
        if (SPOKEN.has(segment.kind) && segment.kind !== 'reasoning') said.push(segment.text);
      } else if (this.#isOwn(segment)) {
        for (const { text, document } of splitMarked(segment.text, this.#options.settings.documents)) {
          if (document) documents.push({ kind: 'document', text });
          else own.push(text);
        }
      } else if (segment.origin !== 'definition') documents.push({ kind: 'document', text: segment.text });
    }
    if (operator.length > 0) this.events.push({ kind: 'operator', text: operator.join('\n') });
    if (said.length > 0) this.#said(said);
    for (const [id, parts] of results) this.#result(id, parts);
    if (own.length > 0) this.events.push({ kind: 'user', text: own.join('\n') });
    this.events.push(...documents);
  }

  #isOwn({ id, origin, message, file }: Segment): boolean {
    // Variables of a template stand outside messages: applications fill them with what they have found.
    return origin === 'user' && message >= 0 && file === undefined && !this.#options.documents.has(id);
  }

  #said(texts: readonly string[]): void {
    if (this.#options.settings.history === 'any' || this.#source.knowsTexts(texts)) {
      this.events.push({ kind: 'model', text: texts.join('\n') });
      return;
    }
    this.unknown += 1;
    this.#stranger(texts.join('\n'));
  }

  #stranger(text: string): void {
    this.events.push({ kind: 'result', id: '', tool: STRANGER, text });
  }

  #call(segment: Segment): void {
    const made = this.#callAt(segment);
    if (made === null || this.#calls.has(made.id)) return;
    const { own } = this.#options;
    const found = own === undefined ? made : { ...made, args: own(made.tool, made.args) };
    const known = this.#options.settings.history === 'any' || this.#source.knowsCall(found);
    if (!known) this.unknown += 1;
    this.#calls.set(found.id, known ? found : null);
    // A forged call still counts: budgets only get smaller by it.
    this.events.push(found);
  }

  /** The call that a segment belongs to, with whole arguments. */
  #callAt({ kind, path, tool, call }: Segment): FlowCall | null {
    if (kind === 'tool-name') {
      const holder = valueAt(this.#body, path.slice(0, -1));
      if (!isRecord(holder) || typeof tool !== 'string') return null;
      const args = holder['arguments'] ?? holder['input'];
      const id = call ?? path.join('.');
      const parsed =
        typeof args === 'string' && holder['arguments'] === undefined ? { input: args } : parseArguments(args);
      return { kind: 'call', id, tool, args: parsed };
    }
    // What the provider's own tools are called with (`local_shell_call`) has a kind and no name.
    const [list, index] = path;
    const item = list === 'input' ? valueAt(this.#body, path.slice(0, 2)) : null;
    if (!isRecord(item) || tool !== undefined) return null;
    const type = String(item['type']).replace(/_call$/, '');
    const args = item['action'] ?? item['operation'] ?? {};
    return { kind: 'call', id: call ?? `input.${String(index)}`, tool: type, args: isRecord(args) ? args : {} };
  }

  #result(id: string, parts: readonly Segment[]): void {
    const text = parts.map((part) => part.text).join('\n');
    let call = this.#calls.get(id);
    if (call === undefined && id !== '') {
      const remembered = this.#source.callById(id);
      if (remembered !== null) {
        this.#calls.set(id, (call = remembered));
        this.events.push(remembered);
      }
    }
    if (call === null) return this.#stranger(text);
    const tool = call?.tool ?? parts[0]?.tool ?? STRANGER;
    const structured = structuredResult(this.#options.outputs, tool, text);
    // One that does not fit what is declared of it is a text.
    if (structured !== undefined) this.events.push({ kind: 'result', id, tool, text, structured });
    else this.events.push({ kind: 'result', id, tool: this.#options.outputs.has(tool) ? STRANGER : tool, text });
  }
}

/** The tools on offer, with what the operator says of them. */
export function flowTools(tools: readonly ToolDefinition[], settings: FlowSettings): readonly FlowTool[] {
  return tools.map((tool) => ({
    ...tool,
    ...(settings.firstParty.includes(tool.name) ? { declared: { firstParty: true } } : {}),
    ...(Object.hasOwn(settings.outputs, tool.name) ? { outputSchema: settings.outputs[tool.name] } : {}),
  }));
}

function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

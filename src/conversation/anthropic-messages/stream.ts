import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { ChannelNames } from '../channel-names.ts';
import { anthropicError } from '../error-body.ts';
import { NOTHING_SAID, UNKNOWN, copiesBelow, dataOf, errorView, strangersIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { SegmentKind } from '../segment.ts';
import { SegmentCollector } from '../segment-collector.ts';
import { frameText } from '../sse/write-frame.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { readBlock } from './blocks.ts';
import { messagesUsage } from './usage.ts';

/** Delta types that carry text: the member that holds it and the channel it belongs to. */
const TEXT_DELTAS: Readonly<Record<string, TextDelta>> = {
  text_delta: textDelta('text', 'text', 'text'),
  thinking_delta: textDelta('thinking', 'thinking', 'reasoning'),
  input_json_delta: textDelta('partial_json', 'input', 'tool-arguments'),
  compaction_delta: textDelta('content', 'text', 'text'),
};

interface TextDelta {
  readonly member: string;
  readonly slot: string;
  readonly kind: SegmentKind;
  /** Its own members; what stands beside them is read as text. */
  readonly own: ReadonlySet<string>;
}

function textDelta(member: string, slot: string, kind: SegmentKind): TextDelta {
  return { member, slot, kind, own: new Set(['type', member]) };
}

/** Members of events and of what they hold; what stands beside them is read as text. */
const EVENT = new Set(['type', 'index', 'message', 'content_block', 'delta', 'usage', 'error', 'context_management']);
const MESSAGE = new Set(['id', 'type', 'role', 'model', 'content', 'usage', 'container', 'diagnostics', 'context_management',
  'stop_reason', 'stop_sequence', 'stop_details']); // prettier-ignore
const STOP = new Set(['stop_reason', 'stop_sequence', 'stop_details', 'container']);

const SIGNATURE = new Set(['type']);
const CITATION = new Set(['type', 'citation']);

interface Client {
  started: boolean;
  readonly open: Set<number>;
  /** `message_delta` has gone out: the message has its stop reason. */
  reasoned: boolean;
  ended: boolean;
}

/** Follows a Messages stream (Anthropic documentation, streaming messages). */
export class MessagesStreamReader implements StreamReader {
  readonly #conversation: Conversation;
  readonly #channels = new ChannelNames();
  /** Names of tools by block. */
  readonly #tools = new Map<number, string>();
  readonly #parsed = new WeakMap<SseEvent, JsonRecord>();
  readonly #client: Client = { started: false, open: new Set(), reasoned: false, ended: false };
  #usage: Usage | null = null;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  read(event: SseEvent): FrameView {
    const data = dataOf(event);
    // SDKs go by the `event:` line and dispatch nothing without one.
    if (data === null || (event.event !== '' && data['type'] !== event.event)) return UNKNOWN;
    this.#parsed.set(event, data);
    // A block that begins ends the one that had its place, before its own first text.
    const replaced = data['type'] === 'content_block_start' ? this.#channels.places(`${indexOf(data)}/`) : [];
    const closed = replaced.flatMap((place) => this.#channels.close(place));
    const named = this.#channels.name(this.#event(data));
    const view = closed.length === 0 ? named : { ...named, closes: [...closed, ...named.closes] };
    if (!view.known || view.error !== null) return view;
    const strangers = strangersIn(data, [], EVENT, indexOf(data));
    return { ...view, copies: strangers.length === 0 ? view.copies : [...view.copies, ...strangers], data };
  }

  #event(data: JsonRecord): FrameView {
    switch (data['type']) {
      case 'message_start':
        return this.#start(data);
      case 'content_block_start':
        return this.#startBlock(data);
      case 'content_block_delta':
        return this.#delta(data);
      case 'content_block_stop':
        return { ...NOTHING_SAID, closes: this.#channels.places(`${indexOf(data)}/`) };
      case 'message_delta': {
        this.#usage = messagesUsage(data['usage'], this.#usage) ?? this.#usage;
        const delta = isRecord(data['delta']) ? data['delta'] : {};
        const details = delta['stop_details'];
        const explanation = isRecord(details) ? details['explanation'] : undefined;
        const copies = copiesBelow(['delta', 'stop_details', 'explanation'], explanation, 'stop', 'refusal', 0);
        copies.push(...strangersIn(delta, ['delta'], STOP, 0));
        return { ...NOTHING_SAID, copies, usage: this.#usage };
      }
      case 'message_stop':
        return { ...NOTHING_SAID, closes: this.#channels.places(), terminal: true };
      case 'ping':
        return NOTHING_SAID;
      case 'error':
        return errorView(data, data['error']);
      default:
        return UNKNOWN;
    }
  }

  #start(data: JsonRecord): FrameView {
    const message = data['message'];
    if (!isRecord(message)) return UNKNOWN;
    this.#usage = messagesUsage(message['usage']) ?? this.#usage;
    return {
      ...NOTHING_SAID,
      copies: [
        ...copiesBelow(['message', 'content'], message['content'], 'start', 'text', 0),
        ...strangersIn(message, ['message'], MESSAGE, 0),
      ],
      usage: this.#usage,
      id: stringOr(message['id'], null),
      model: stringOr(message['model'], null),
    };
  }

  #startBlock(data: JsonRecord): FrameView {
    const block = data['content_block'];
    if (!isRecord(block)) return UNKNOWN;
    const index = indexOf(data);
    if ('input' in block && typeof block['name'] === 'string') this.#tools.set(index, block['name']);
    else this.#tools.delete(index);

    const collector = new SegmentCollector();
    const who = { role: 'assistant', origin: 'model', message: index } as const;
    readBlock(block, ['content_block'], 'text', who, collector, new Map());
    const deltas: Delta[] = [];
    const copies: Copy[] = [];
    for (const { id, path, kind, text } of collector.segments) {
      if (kind === 'media') continue;
      // The first text of a block that goes on: deltas continue it.
      const slot = path.length === 2 && (path[1] === 'text' || path[1] === 'thinking') ? path[1] : null;
      if (slot === null) copies.push({ channel: `${index}/${id}`, kind, message: index, path, text });
      else deltas.push({ channel: `${index}/${slot}`, kind, message: index, path, text });
    }
    return { ...NOTHING_SAID, deltas, copies };
  }

  #delta(data: JsonRecord): FrameView {
    const index = indexOf(data);
    const delta = data['delta'];
    if (!isRecord(delta)) return UNKNOWN;
    const type = stringOr(delta['type'], '');
    if (type === 'signature_delta') {
      return { ...NOTHING_SAID, copies: strangersIn(delta, ['delta'], SIGNATURE, index) };
    }
    if (type === 'citations_delta') {
      const citation = copiesBelow(['delta', 'citation'], delta['citation'], String(index), 'citation', index);
      return { ...NOTHING_SAID, copies: [...citation, ...strangersIn(delta, ['delta'], CITATION, index)] };
    }
    const known = Object.hasOwn(TEXT_DELTAS, type) ? TEXT_DELTAS[type] : undefined;
    if (known === undefined) return UNKNOWN;
    const { member, slot, kind, own } = known;
    const text = delta[member];
    const copies = strangersIn(delta, ['delta'], own, index);
    if (text === undefined || text === null || text === '') return { ...NOTHING_SAID, copies };
    if (typeof text !== 'string') return UNKNOWN;
    const name = kind === 'tool-arguments' ? this.#tools.get(index) : undefined;
    const tool = name === undefined ? {} : { tool: name };
    return {
      ...NOTHING_SAID,
      deltas: [{ channel: `${index}/${slot}`, kind, message: index, path: ['delta', member], text, ...tool }],
      copies,
    };
  }

  sent(event: SseEvent): void {
    const data = this.#parsed.get(event) ?? dataOf(event);
    const client = this.#client;
    switch (data?.['type']) {
      case 'message_start':
        client.started = true;
        break;
      case 'content_block_start':
        client.open.add(indexOf(data));
        break;
      case 'content_block_stop':
        client.open.delete(indexOf(data));
        break;
      case 'message_delta':
        client.reasoned = true;
        break;
      case 'message_stop':
      case 'error':
        client.ended = true;
    }
  }

  end(how: StreamEnd, requestId: string): string {
    const client = this.#client;
    if (client.ended) return '';
    client.ended = true;
    if (how.kind === 'error') return frameText('error', anthropicError(how.fault, requestId));

    const usage = how.kind === 'length' ? how.usage : this.#usage;
    let text = client.started
      ? ''
      : write('message_start', { message: emptyMessage(requestId, this.#conversation.model, usage) });
    for (const index of [...client.open].sort((a, b) => a - b)) text += write('content_block_stop', { index });
    if (!client.reasoned) {
      const refused = how.kind === 'refusal';
      const delta = {
        stop_reason: refused ? 'refusal' : 'max_tokens',
        stop_sequence: null,
        stop_details: refused ? { type: 'refusal', category: null, explanation: how.message } : null,
        container: null,
      };
      text += write('message_delta', { delta, usage: usageBody(usage) });
    }
    return text + write('message_stop', {});
  }

  ping(): string {
    if (this.#client.ended) return '';
    // Before `message_start` an event would come out of order; a comment never does.
    return this.#client.started ? write('ping', {}) : ': ping\n\n';
  }
}

function write(type: string, members: JsonRecord): string {
  return frameText(type, { type, ...members });
}

function indexOf(data: JsonRecord): number {
  return typeof data['index'] === 'number' ? data['index'] : 0;
}

function usageBody(usage: Usage | null): JsonRecord {
  const cached = usage?.cachedInputTokens ?? 0;
  const written = usage?.cacheWriteTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: usage?.outputTokens ?? 0,
    output_tokens_details: null,
    server_tool_use: null,
  };
}

/** A message without content, for a stream that ends before the provider began it. */
function emptyMessage(requestId: string, model: string, usage: Usage | null): JsonRecord {
  return {
    id: `msg_${requestId}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: { ...usageBody(usage), cache_creation: null, inference_geo: null, service_tier: null, speed: null },
  };
}

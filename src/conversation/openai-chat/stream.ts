import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { openaiError } from '../error-body.ts';
import { ChunkStamp } from '../chunk-stamp.ts';
import { NOTHING_SAID, UNKNOWN, copiesBelow, dataOf, errorText, secondsIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import { frameText } from '../sse/write-frame.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { ChoiceChannels } from './choice-channels.ts';
import { chatUsage } from './usage.ts';

/** Members of a chunk that hold no text of the model's. `obfuscation` is random padding. */
const ENVELOPE = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier', 'system_fingerprint',
  'obfuscation', 'moderation', 'prompt_filter_results', 'provider']); // prettier-ignore

/** Members of a choice beside its delta that are words of the protocol. */
const CHOICE_ENVELOPE = new Set(['index', 'delta', 'finish_reason', 'native_finish_reason', 'stop_reason', 'logprobs',
  'content_filter_results', 'content_filter_offsets', 'token_ids']); // prettier-ignore

/** Strings inside parts of unknown shape that name what the part is. */
const STRUCTURE = new Set(['type', 'id', 'index', 'format', 'role', 'object', 'signature', 'data', 'status']);

interface Client {
  /** Envelope of the last chunk that left: `id`, `created`, `model`, … */
  head: JsonRecord | null;
  /** Choices that the client has seen begin, and whether they have ended. */
  readonly choices: Map<number, { ended: boolean }>;
  ended: boolean;
}

/** Follows a `chat.completion.chunk` stream (OpenAI API reference, chat streaming). */
export class ChatStreamReader implements StreamReader {
  readonly #conversation: Conversation;
  readonly #choices = new Map<number, ChoiceChannels>();
  readonly #stamp = new ChunkStamp();
  readonly #parsed = new WeakMap<SseEvent, JsonRecord>();
  readonly #client: Client = { head: null, choices: new Map(), ended: false };
  #head: JsonRecord | null = null;
  #usage: Usage | null = null;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  read(event: SseEvent): FrameView {
    if (event.data === '[DONE]') {
      const closes = [...this.#choices.values()].flatMap((channels) => channels.closeAll());
      return { ...NOTHING_SAID, closes, terminal: true };
    }
    const chunk = dataOf(event);
    if (chunk === null) return UNKNOWN;
    this.#parsed.set(event, chunk);
    const error = chunk['error'];
    if (error !== undefined && error !== null) return { ...NOTHING_SAID, terminal: true, error: errorText(error) };
    const choices = chunk['choices'];
    if (!Array.isArray(choices) || !choices.every(isRecord)) return UNKNOWN;
    this.#head ??= chunk;

    const deltas: Delta[] = [];
    const copies: Copy[] = [];
    const closes: string[] = [];
    const shadows: { channel: string; path: JsonPath }[] = [];
    let lane: string | null = null;
    for (const [position, choice] of choices.entries()) {
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      const name = String(index);
      lane = position === 0 || lane === name ? name : null;
      const channels = this.#channelsOf(index);
      const path: JsonPath = ['choices', position];
      if (isRecord(choice['delta'])) {
        readDelta(choice['delta'], [...path, 'delta'], index, channels, deltas, copies, closes);
      }
      const logprobs = choice['logprobs'];
      if (isRecord(logprobs)) {
        if (logprobs['content'])
          shadows.push({ channel: channels.key('text'), path: [...path, 'logprobs', 'content'] });
        if (logprobs['refusal'])
          shadows.push({ channel: channels.key('refusal'), path: [...path, 'logprobs', 'refusal'] });
      }
      for (const [key, value] of Object.entries(choice)) {
        if (!CHOICE_ENVELOPE.has(key)) copies.push(...copiesBelow([...path, key], value, name, 'text', index));
      }
      if (typeof choice['finish_reason'] === 'string') closes.push(...channels.closeAll());
    }
    for (const [key, value] of Object.entries(chunk)) {
      if (!ENVELOPE.has(key)) copies.push(...copiesBelow([key], value, '-', 'text', -1));
    }
    const stamped = this.#stamp.repeats(copies);
    const usage = chatUsage(chunk['usage']);
    if (usage !== null) this.#usage = usage;
    return {
      known: true,
      deltas,
      copies,
      closes,
      lane,
      usage,
      id: stringOr(chunk['id'], null),
      model: stringOr(chunk['model'], null),
      usageOnly: stamped && choices.length === 0 && usage !== null,
      terminal: false,
      error: null,
      shadows,
    };
  }

  sent(event: SseEvent): void {
    if (event.data === '[DONE]') {
      this.#client.ended = true;
      return;
    }
    const chunk = this.#parsed.get(event) ?? dataOf(event);
    if (chunk === null) return;
    if (chunk['error']) this.#client.ended = true;
    const choices = chunk['choices'];
    if (!Array.isArray(choices)) return;
    this.#client.head = chunk;
    for (const [position, choice] of choices.entries()) {
      if (!isRecord(choice)) continue;
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      const state = this.#client.choices.get(index);
      const ended = typeof choice['finish_reason'] === 'string';
      if (state === undefined) this.#client.choices.set(index, { ended });
      else state.ended ||= ended;
    }
  }

  end(how: StreamEnd, requestId: string): string {
    const client = this.#client;
    if (client.ended) return '';
    client.ended = true;
    if (how.kind === 'error') return frameText('', { error: openaiError(how.fault) }) + frameText('', '[DONE]');

    const head = this.#envelope(requestId);
    let text = '';
    for (
      let index = 0;
      index < Math.max(this.#conversation.choices, ...[...client.choices.keys()].map((key) => key + 1));
      index++
    ) {
      const state = client.choices.get(index);
      if (state?.ended === true) continue;
      const role = state === undefined ? { role: 'assistant', content: '' } : {};
      const delta = how.kind === 'refusal' ? { ...role, refusal: how.message } : role;
      const reason = how.kind === 'refusal' ? 'content_filter' : 'length';
      if (Object.keys(delta).length > 0) text += frameText('', { ...head, choices: [chunkChoice(index, delta, null)] });
      text += frameText('', { ...head, choices: [chunkChoice(index, {}, reason)] });
    }
    const usage = how.kind === 'length' ? how.usage : this.#usage;
    if (this.#conversation.usageRequested && usage !== null) {
      text += frameText('', { ...head, choices: [], usage: usageBody(usage) });
    }
    return text + frameText('', '[DONE]');
  }

  ping(): string {
    return this.#client.ended ? '' : ': ping\n\n';
  }

  #channelsOf(index: number): ChoiceChannels {
    let channels = this.#choices.get(index);
    if (channels === undefined) {
      channels = new ChoiceChannels(index);
      this.#choices.set(index, channels);
    }
    return channels;
  }

  /** What every chunk of this answer carries. */
  #envelope(requestId: string): JsonRecord {
    const head = this.#client.head ?? this.#head;
    if (head === null) {
      const id = `chatcmpl-${requestId}`;
      return { id, object: 'chat.completion.chunk', created: secondsIn(requestId), model: this.#conversation.model };
    }
    const { id, created, model, service_tier, system_fingerprint } = head;
    return {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      ...(service_tier === undefined ? {} : { service_tier }),
      ...(system_fingerprint === undefined ? {} : { system_fingerprint }),
    };
  }
}

function chunkChoice(index: number, delta: JsonRecord, reason: string | null): JsonRecord {
  return { index, delta, logprobs: null, finish_reason: reason };
}

function usageBody(usage: Usage): JsonRecord {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  };
}

function readDelta(
  delta: JsonRecord,
  path: JsonPath,
  message: number,
  channels: ChoiceChannels,
  deltas: Delta[],
  copies: Copy[],
  closes: string[],
): void {
  const push = (channel: string, kind: Delta['kind'], at: JsonPath, text: unknown, tool?: string) => {
    if (typeof text !== 'string' || text === '') return;
    deltas.push({ channel, kind, message, path: at, text, ...(tool === undefined ? {} : { tool }) });
  };
  for (const [key, value] of Object.entries(delta)) {
    const at = [...path, key];
    switch (key) {
      case 'role':
        break;
      case 'content':
        if (typeof value === 'string') {
          if (value === '') break;
          closes.push(...channels.closeReasoning());
          push(channels.open('text'), 'text', at, value);
          break;
        }
        pushLeaves(value, at, message, channels, deltas, 'text', key);
        break;
      case 'refusal':
        if (typeof value === 'string' && value !== '') push(channels.open('refusal'), 'refusal', at, value);
        break;
      case 'reasoning':
      case 'reasoning_content':
        if (typeof value === 'string' && value !== '') push(channels.openReasoning(key), 'reasoning', at, value);
        break;
      case 'reasoning_details':
        pushLeaves(value, at, message, channels, deltas, 'reasoning', key);
        break;
      case 'audio':
        if (isRecord(value))
          push(channels.open('transcript'), 'transcript', [...at, 'transcript'], value['transcript'] ?? '');
        break;
      case 'annotations':
      case 'citations':
        copies.push(...copiesBelow(at, value, String(message), 'citation', message));
        break;
      case 'function_call':
        if (isRecord(value)) readToolDelta('function', value, at, channels, push, closes);
        break;
      case 'tool_calls':
        for (const [position, call] of Array.isArray(value) ? value.entries() : []) {
          if (!isRecord(call)) continue;
          const index = typeof call['index'] === 'number' ? call['index'] : position;
          for (const form of ['function', 'custom']) {
            const part = call[form];
            if (isRecord(part)) readToolDelta(`tool/${index}`, part, [...at, position, form], channels, push, closes);
          }
        }
        break;
      default:
        pushLeaves(value, at, message, channels, deltas, 'text', key);
    }
  }
}

type Push = (channel: string, kind: Delta['kind'], at: JsonPath, text: unknown, tool?: string) => void;

function readToolDelta(
  slot: string,
  part: JsonRecord,
  path: JsonPath,
  channels: ChoiceChannels,
  push: Push,
  closes: string[],
): void {
  closes.push(...channels.enterTool(slot), ...channels.closeReasoning());
  const name = part['name'];
  if (typeof name === 'string' && name !== '') {
    const known = channels.nameTool(slot, name);
    push(channels.open(`${slot}/name`), 'tool-name', [...path, 'name'], name, known);
  }
  for (const key of ['arguments', 'input']) {
    const text = part[key];
    if (typeof text !== 'string' || text === '') continue;
    closes.push(...channels.close(`${slot}/name`));
    push(channels.open(`${slot}/arguments`), 'tool-arguments', [...path, key], text, channels.toolName(slot));
  }
}

/** Strings inside parts of another shape: one channel a place, so that pieces of one text come together. */
function pushLeaves(
  value: unknown,
  path: JsonPath,
  message: number,
  channels: ChoiceChannels,
  deltas: Delta[],
  kind: Delta['kind'],
  base: string,
): void {
  for (const copy of copiesBelow(path, value, '', kind, message)) {
    const last = copy.path.at(-1);
    if (copy.path.length > path.length && typeof last === 'string' && STRUCTURE.has(last) && copy.text.length <= 64)
      continue;
    const place = [base, ...copy.path.slice(path.length)].join('.');
    const channel = kind === 'reasoning' ? channels.openReasoning(place) : channels.open(place);
    deltas.push({ channel, kind, message, path: copy.path, text: copy.text });
  }
}

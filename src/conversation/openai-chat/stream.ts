import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { openaiError } from '../error-body.ts';
import { ChunkStamp } from '../chunk-stamp.ts';
import { NOTHING_SAID, UNKNOWN, copiesBelow, dataOf, errorView, openChoices, secondsIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath } from '../segment.ts';
import { frameText } from '../sse/write-frame.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { ChoiceChannels } from './choice-channels.ts';
import { readDelta } from './read-delta.ts';
import { chatUsage } from './usage.ts';

/** Members of a chunk that hold no text of the model's. `obfuscation` is random padding. */
const ENVELOPE = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier', 'system_fingerprint',
  'obfuscation', 'moderation', 'prompt_filter_results', 'provider']); // prettier-ignore

/** Members of a choice beside its delta that are words of the protocol. */
const CHOICE_ENVELOPE = new Set(['index', 'delta', 'finish_reason', 'native_finish_reason', 'stop_reason', 'logprobs',
  'content_filter_results', 'content_filter_offsets', 'token_ids']); // prettier-ignore

interface Client {
  /** Envelope of the last chunk that left: `id`, `created`, `model`, … */
  head: JsonRecord | null;
  /** Choices that the client has seen begin, and whether they have ended. */
  readonly choices: Map<number, boolean>;
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
    if (error !== undefined && error !== null) return errorView(chunk, error);
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
      const delta = choice['delta'];
      if (isRecord(delta)) readDelta(delta, [...path, 'delta'], index, channels, { deltas, copies, closes });
      else if (delta !== undefined && delta !== null) return UNKNOWN;
      const logprobs = choice['logprobs'];
      for (const [key, value] of isRecord(logprobs) ? Object.entries(logprobs) : []) {
        if (!value) continue;
        // Some servers give the tokens of whatever the chunk says: reasoning and tools' arguments as well.
        const said = deltas.filter((one) => one.message === index).map(({ channel }) => channel);
        for (const channel of new Set([channels.key(key === 'refusal' ? 'refusal' : 'text'), ...said])) {
          shadows.push({ channel, path: [...path, 'logprobs', key] });
        }
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
      data: chunk,
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
      const ended = this.#client.choices.get(index) === true || typeof choice['finish_reason'] === 'string';
      this.#client.choices.set(index, ended);
    }
  }

  end(how: StreamEnd, requestId: string): string {
    const client = this.#client;
    if (client.ended) return '';
    client.ended = true;
    if (how.kind === 'error') return frameText('', { error: openaiError(how.fault) }) + frameText('', '[DONE]');

    const head = this.#envelope(requestId);
    let text = '';
    for (const index of openChoices(this.#conversation.choices, client.choices)) {
      const role = !client.choices.has(index) ? { role: 'assistant', content: '' } : {};
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

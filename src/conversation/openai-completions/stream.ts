import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { openaiError } from '../error-body.ts';
import { ChannelNames } from '../channel-names.ts';
import { ChunkStamp } from '../chunk-stamp.ts';
import { NOTHING_SAID, UNKNOWN, copiesBelow, dataOf, errorView, openChoices, secondsIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import { chatUsage } from '../openai-chat/usage.ts';
import type { JsonPath } from '../segment.ts';
import { frameText } from '../sse/write-frame.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { CHOICE_ENVELOPE, ENVELOPE } from './response.ts';

/** Follows a `text_completion` stream: like chat's, with the text in `choices[].text`. */
export class CompletionsStreamReader implements StreamReader {
  readonly #conversation: Conversation;
  readonly #stamp = new ChunkStamp();
  readonly #parsed = new WeakMap<SseEvent, JsonRecord>();
  readonly #channels = new ChannelNames();
  readonly #ended = new Map<number, boolean>();
  #head: JsonRecord | null = null;
  #usage: Usage | null = null;
  #over = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  read(event: SseEvent): FrameView {
    if (event.data === '[DONE]') {
      const closes = this.#channels.places().flatMap((place) => this.#channels.close(place));
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
    const lanes = new Set<number>();
    for (const [position, choice] of choices.entries()) {
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      lanes.add(index);
      const text = choice['text'];
      if (text !== undefined && text !== null && typeof text !== 'string') return UNKNOWN;
      const path: JsonPath = ['choices', position];
      const channel = this.#channels.open(`${index}/text`);
      if (text) deltas.push({ channel, kind: 'text', message: index, path: [...path, 'text'], text });
      if (choice['logprobs']) shadows.push({ channel, path: [...path, 'logprobs'] });
      for (const [key, value] of Object.entries(choice)) {
        if (!CHOICE_ENVELOPE.has(key)) copies.push(...copiesBelow([...path, key], value, String(index), 'text', index));
      }
      if (typeof choice['finish_reason'] === 'string') closes.push(...this.#channels.close(`${index}/text`));
    }
    for (const [key, value] of Object.entries(chunk)) {
      if (!ENVELOPE.has(key)) copies.push(...copiesBelow([key], value, '-', 'text', -1));
    }
    const stamped = this.#stamp.repeats(copies);
    const usage = chatUsage(chunk['usage']);
    this.#usage = usage ?? this.#usage;
    return {
      ...NOTHING_SAID,
      deltas,
      copies,
      closes,
      shadows,
      lane: lanes.size === 1 ? String([...lanes][0]) : null,
      usage,
      id: stringOr(chunk['id'], null),
      model: stringOr(chunk['model'], null),
      usageOnly: stamped && choices.length === 0 && usage !== null,
      data: chunk,
    };
  }

  sent(event: SseEvent): void {
    if (event.data === '[DONE]') {
      this.#over = true;
      return;
    }
    const chunk = this.#parsed.get(event) ?? dataOf(event);
    if (chunk === null) return;
    if (chunk['error']) this.#over = true;
    const choices = chunk['choices'];
    for (const [position, choice] of Array.isArray(choices) ? choices.entries() : []) {
      if (!isRecord(choice)) continue;
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      this.#ended.set(index, this.#ended.get(index) === true || typeof choice['finish_reason'] === 'string');
    }
  }

  end(how: StreamEnd, requestId: string): string {
    if (this.#over) return '';
    this.#over = true;
    const done = frameText('', '[DONE]');
    if (how.kind === 'error') return frameText('', { error: openaiError(how.fault) }) + done;

    const head = {
      id: this.#head?.['id'] ?? `cmpl-${requestId}`,
      object: 'text_completion',
      created: this.#head?.['created'] ?? secondsIn(requestId),
      model: this.#head?.['model'] ?? this.#conversation.model,
    };
    const reason = how.kind === 'refusal' ? 'content_filter' : 'length';
    let text = '';
    for (const index of openChoices(this.#conversation.choices, this.#ended)) {
      const choice = { index, text: '', logprobs: null, finish_reason: reason };
      text += frameText('', { ...head, choices: [choice] });
    }
    const usage = how.kind === 'length' ? how.usage : this.#usage;
    if (this.#conversation.usageRequested && usage !== null) {
      const counts = {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
      };
      text += frameText('', { ...head, choices: [], usage: counts });
    }
    return text + done;
  }

  ping(): string {
    return this.#over ? '' : ': ping\n\n';
  }
}

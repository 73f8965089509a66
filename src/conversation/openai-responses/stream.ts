import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { ChannelNames } from '../channel-names.ts';
import { openaiError } from '../error-body.ts';
import {
  NOTHING_SAID,
  UNKNOWN,
  copiesBelow,
  dataOf,
  errorText,
  errorView,
  secondsIn,
  strangersIn,
} from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath, Segment } from '../segment.ts';
import { SegmentCollector } from '../segment-collector.ts';
import { frameText } from '../sse/write-frame.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { ClientView } from './client-view.ts';
import { readItem, readParts } from './items.ts';
import { RESPONSE_ENVELOPE, logprobsOf, outputSpeaker } from './response.ts';
import { DELTAS, DONES, QUIET, TERMINAL, WHOLE, knownMembers, slotOf } from './stream-events.ts';
import type { TextEvent } from './stream-events.ts';
import { responsesUsage, usageBody } from './usage.ts';

/** Follows a Responses stream (OpenAI API reference, responses streaming events). */
export class ResponsesStreamReader implements StreamReader {
  readonly #conversation: Conversation;
  readonly #parsed = new WeakMap<SseEvent, JsonRecord>();
  readonly #client = new ClientView();
  /** Names of tools by output index. */
  readonly #tools = new Map<number, string>();
  readonly #channels = new ChannelNames();
  #usage: Usage | null = null;
  #head: JsonRecord | null = null;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  read(event: SseEvent): FrameView {
    if (event.data === '[DONE]') {
      return this.#channels.name({ ...NOTHING_SAID, closes: this.#channels.places(), terminal: true });
    }
    const data = dataOf(event);
    if (data === null) return UNKNOWN;
    this.#parsed.set(event, data);
    const type = stringOr(data['type'], '');
    if (type === 'error' || event.event === 'error' || isRecord(data['error'])) {
      return errorView(data, data['error'] ?? data);
    }
    if (event.event !== '' && event.event !== type) return UNKNOWN;
    const view = this.#channels.name(this.#event(type, data));
    if (!view.known) return view;
    const strangers = strangersIn(data, [], knownMembers(type), outputIndex(data));
    return strangers.length === 0 ? view : { ...view, copies: [...view.copies, ...strangers] };
  }

  #event(type: string, data: JsonRecord): FrameView {
    if (QUIET.has(type)) return NOTHING_SAID;
    if (WHOLE.has(type)) return this.#whole(type, data);
    const delta = DELTAS.get(type);
    if (delta !== undefined) return this.#delta(delta, data);
    const done = DONES.get(type);
    if (done !== undefined) return this.#done(done, data);
    switch (type) {
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#item(data, type.endsWith('done'));
      case 'response.content_part.added':
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_part.done':
        return this.#part(data, type);
      case 'response.output_text.annotation.added': {
        const index = outputIndex(data);
        return {
          ...NOTHING_SAID,
          copies: copiesBelow(['annotation'], data['annotation'], String(index), 'citation', index),
        };
      }
      case 'response.shell_call_output_content.delta':
      case 'response.shell_call_output_content.done':
        return this.#shellOutput(data);
      default:
        return UNKNOWN;
    }
  }

  /** `response.created` … `response.completed`: the response with all output so far. */
  #whole(type: string, data: JsonRecord): FrameView {
    const response = data['response'];
    if (!isRecord(response)) return UNKNOWN;
    this.#head ??= response;
    this.#usage = responsesUsage(response['usage']) ?? this.#usage;
    const copies: Copy[] = [];
    const shadows: { channel: string; path: JsonPath }[] = [];
    const output = Array.isArray(response['output']) ? response['output'] : [];
    output.forEach((item, index) => {
      if (!isRecord(item)) return;
      const path: JsonPath = ['response', 'output', index];
      copies.push(...itemCopies(item, path, index));
      shadows.push(...itemShadows(item, path, index));
    });
    for (const [key, value] of Object.entries(response)) {
      if (key === 'output' || RESPONSE_ENVELOPE.has(key)) continue;
      copies.push(...copiesBelow(['response', key], value, '-', 'text', -1));
    }
    const terminal = TERMINAL.has(type);
    const error = response['error'];
    return {
      ...NOTHING_SAID,
      copies,
      shadows,
      closes: terminal ? this.#channels.places() : [],
      usage: responsesUsage(response['usage']),
      id: stringOr(response['id'], null),
      model: stringOr(response['model'], null),
      terminal,
      error: type === 'response.failed' ? errorText(error) : null,
    };
  }

  #delta(known: TextEvent, data: JsonRecord): FrameView {
    const text = data[known.member];
    if (typeof text !== 'string') return UNKNOWN;
    if (text === '') return NOTHING_SAID;
    const index = outputIndex(data);
    const channel = `${index}/${slotIn(known.slot, data)}`;
    const tool = this.#tools.get(index);
    const delta: Delta = {
      channel,
      kind: known.kind,
      message: index,
      path: [known.member],
      text,
      ...(tool === undefined ? {} : { tool }),
    };
    return { ...NOTHING_SAID, deltas: [delta], shadows: eventShadows(data, channel) };
  }

  #done(known: TextEvent, data: JsonRecord): FrameView {
    const index = outputIndex(data);
    const channel = `${index}/${slotIn(known.slot, data)}`;
    const text = data[known.member];
    const copies: Copy[] =
      typeof text === 'string' && text !== ''
        ? [{ channel, kind: known.kind, message: index, path: [known.member], text }]
        : [];
    return { ...NOTHING_SAID, copies, closes: [channel], shadows: eventShadows(data, channel) };
  }

  #item(data: JsonRecord, done: boolean): FrameView {
    const item = data['item'];
    if (!isRecord(item)) return item === null ? NOTHING_SAID : UNKNOWN;
    const index = outputIndex(data);
    const name = stringOr(item['name'], undefined);
    if (name !== undefined) this.#tools.set(index, name);
    const copies = itemCopies(item, ['item'], index);
    const shadows = itemShadows(item, ['item'], index);
    if (done) return { ...NOTHING_SAID, copies, shadows, closes: this.#channels.places(`${index}/`) };
    // What an item begins with is continued by deltas, so it is their first piece.
    const deltas: Delta[] = [];
    const rest: Copy[] = [];
    for (const copy of copies) {
      const slot = copy.channel.slice(String(index).length + 1);
      if (CONTINUED.test(slot)) deltas.push(copy);
      else rest.push(copy);
    }
    return { ...NOTHING_SAID, deltas, copies: rest, shadows };
  }

  #part(data: JsonRecord, type: string): FrameView {
    const part = data['part'];
    if (!isRecord(part)) return UNKNOWN;
    const index = outputIndex(data);
    const summary = type.startsWith('response.reasoning_summary');
    const place = numberOr(summary ? data['summary_index'] : data['content_index']);
    const kind = summary || part['type'] === 'reasoning_text' ? 'reasoning' : 'text';
    const prefix = [summary ? 'summary' : 'content', place] as const;
    const collector = new SegmentCollector({ nested: false });
    readParts(part, ['part'], kind, { role: 'assistant', origin: 'model', message: index }, collector);
    const copies = toCopies(collector.segments, index, (path) => [...prefix, ...path.slice(1)]);
    const logprobs = part['logprobs'];
    const channel = `${index}/${place}/text`;
    const shadows = Array.isArray(logprobs) && logprobs.length > 0 ? [{ channel, path: ['part', 'logprobs'] }] : [];
    if (type.endsWith('done')) {
      const closes = summary
        ? [`${index}/summary/${place}`]
        : ['text', 'refusal', 'reasoning'].map((slot) => `${index}/${place}/${slot}`);
      return { ...NOTHING_SAID, copies, shadows, closes };
    }
    const continued = (copy: Copy) => CONTINUED.test(copy.channel.slice(String(index).length + 1));
    const deltas = copies.filter(continued);
    return { ...NOTHING_SAID, deltas, copies: copies.filter((copy) => !continued(copy)), shadows };
  }

  #shellOutput(data: JsonRecord): FrameView {
    const index = outputIndex(data);
    const place = numberOr(data['command_index']);
    const output = data['output'];
    if (Array.isArray(output)) {
      const copies = copiesBelow(['output'], output, `${index}/output/${place}`, 'tool-result', index);
      const closes = this.#channels.places(`${index}/output/${place}/`);
      return { ...NOTHING_SAID, copies, closes };
    }
    const delta = data['delta'];
    if (!isRecord(delta)) return UNKNOWN;
    const deltas = Object.entries(delta).flatMap(([key, text]): Delta[] => {
      if (typeof text !== 'string' || text === '') return [];
      const channel = `${index}/output/${place}/${key}`;
      return [{ channel, kind: 'tool-result', message: index, path: ['delta', key], text }];
    });
    return { ...NOTHING_SAID, deltas };
  }

  sent(event: SseEvent): void {
    if (event.data === '[DONE]') {
      this.#client.ended = true;
      return;
    }
    const data = this.#parsed.get(event) ?? dataOf(event);
    if (data !== null) this.#client.see(data);
  }

  end(how: StreamEnd, requestId: string): string {
    const client = this.#client;
    if (client.ended) return '';
    client.ended = true;
    if (how.kind === 'error') {
      const error = openaiError(how.fault);
      const failed = client.head === null ? '' : this.#finish(requestId, 'failed', null, error);
      return failed + frameText('', { error });
    }
    let text = client.head === null ? this.#begin(requestId) : '';
    text += this.#closeOpen();
    if (how.kind === 'refusal') text += this.#refuse(how.message, requestId);
    const usage = how.kind === 'length' ? how.usage : this.#usage;
    return text + this.#finish(requestId, how.kind === 'refusal' ? 'content_filter' : 'max_output_tokens', usage, null);
  }

  ping(): string {
    return this.#client.ended ? '' : ': ping\n\n';
  }

  #write(type: string, members: JsonRecord): string {
    const sequence = ++this.#client.sequence;
    return frameText(type, { type, ...members, sequence_number: sequence });
  }

  #begin(requestId: string): string {
    const response = { ...this.#response(requestId), output: [] };
    this.#client.head = response;
    return this.#write('response.created', { response }) + this.#write('response.in_progress', { response });
  }

  /** Ends the parts and items that the client has open, with the text that it has seen. */
  #closeOpen(): string {
    const client = this.#client;
    let text = '';
    for (const index of [...client.openItems].sort((a, b) => a - b)) {
      const item = client.items.get(index)!;
      const item_id = stringOr(item['id'], '');
      const content = Array.isArray(item['content']) ? (item['content'] as unknown[]) : [];
      for (const [content_index, part] of content.entries()) {
        if (!isRecord(part) || !client.openParts.has(`${index}/${content_index}`)) continue;
        const place = { item_id, output_index: index, content_index };
        if (part['type'] === 'output_text') {
          text += this.#write('response.output_text.done', {
            ...place,
            text: stringOr(part['text'], ''),
            logprobs: [],
          });
        } else if (part['type'] === 'refusal') {
          text += this.#write('response.refusal.done', { ...place, refusal: stringOr(part['refusal'], '') });
        } else if (part['type'] === 'reasoning_text') {
          text += this.#write('response.reasoning_text.done', { ...place, text: stringOr(part['text'], '') });
        }
        text += this.#write('response.content_part.done', { ...place, part });
      }
      item['status'] = 'incomplete';
      text += this.#write('response.output_item.done', { output_index: index, item });
    }
    client.openItems.clear();
    client.openParts.clear();
    return text;
  }

  /** A message of one refusal part that says why the answer ends here. */
  #refuse(refusal: string, requestId: string): string {
    const output_index = Math.max(-1, ...this.#client.items.keys()) + 1;
    const id = `msg_${requestId}`;
    const part = { type: 'refusal', refusal };
    const begun = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    const item = { ...begun, status: 'completed', content: [part] };
    const place = { item_id: id, output_index, content_index: 0 };
    this.#client.items.set(output_index, item);
    return (
      this.#write('response.output_item.added', { output_index, item: begun }) +
      this.#write('response.content_part.added', { ...place, part: { type: 'refusal', refusal: '' } }) +
      this.#write('response.refusal.delta', { ...place, delta: refusal }) +
      this.#write('response.refusal.done', { ...place, refusal }) +
      this.#write('response.content_part.done', { ...place, part }) +
      this.#write('response.output_item.done', { output_index, item })
    );
  }

  #finish(
    requestId: string,
    reason: 'failed' | 'content_filter' | 'max_output_tokens',
    usage: Usage | null,
    error: { readonly message: string } | null,
  ): string {
    const failed = reason === 'failed';
    const items = [...this.#client.items].sort(([a], [b]) => a - b).map(([, item]) => item);
    const response = {
      ...this.#response(requestId),
      status: failed ? 'failed' : 'incomplete',
      output: items,
      // `server_error` is what the enumeration has for "not the model's doing"; the error frame says what it was.
      error: failed ? { code: 'server_error', message: error?.message ?? '' } : null,
      incomplete_details: failed ? null : { reason },
      usage: usage === null ? null : usageBody(usage),
    };
    return this.#write(failed ? 'response.failed' : 'response.incomplete', { response });
  }

  /** The response object as the client knows it, or one made from the request. */
  #response(requestId: string): JsonRecord {
    const head = this.#client.head ?? this.#head;
    if (head !== null) return head;
    return {
      id: `resp_${requestId}`,
      object: 'response',
      created_at: secondsIn(requestId),
      status: 'in_progress',
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: this.#conversation.maxOutputTokens,
      metadata: {},
      model: this.#conversation.model,
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: null,
      user: null,
    };
  }
}

/** Slots whose text goes on in deltas. */
const CONTINUED = /^(?:\d+\/(?:text|refusal|reasoning)|summary\/\d+|command\/\d+|arguments|input|code)$/;

function itemCopies(item: JsonRecord, path: JsonPath, index: number): Copy[] {
  const collector = new SegmentCollector({ nested: false });
  readItem(item, path, outputSpeaker(item, index, new Map()), collector);
  return toCopies(collector.segments, index, (at) => at.slice(path.length));
}

function toCopies(segments: readonly Segment[], index: number, within: (path: JsonPath) => JsonPath): Copy[] {
  return segments.flatMap(({ path, kind, text }): Copy[] =>
    kind === 'media' ? [] : [{ channel: `${index}/${slotOf(within(path), kind)}`, kind, message: index, path, text }],
  );
}

function itemShadows(item: JsonRecord, path: JsonPath, index: number): { channel: string; path: JsonPath }[] {
  return logprobsOf(item, path).map((at) => ({ channel: `${index}/${String(at.at(-2))}/text`, path: at }));
}

function eventShadows(data: JsonRecord, channel: string): { channel: string; path: JsonPath }[] {
  const logprobs = data['logprobs'];
  return Array.isArray(logprobs) && logprobs.length > 0 ? [{ channel, path: ['logprobs'] }] : [];
}

function slotIn(slot: string, data: JsonRecord): string {
  if (!slot.includes('#')) return slot;
  return slot
    .replace('#content', String(numberOr(data['content_index'])))
    .replace('#summary', String(numberOr(data['summary_index'])))
    .replace('#command', String(numberOr(data['command_index'])));
}

function outputIndex(data: JsonRecord): number {
  return numberOr(data['output_index']);
}

function numberOr(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

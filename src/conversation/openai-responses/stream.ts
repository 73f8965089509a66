import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { ChannelNames } from '../channel-names.ts';
import { NOTHING_SAID, UNKNOWN, copiesBelow, dataOf, errorText, errorView, strangersIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath, Segment } from '../segment.ts';
import { SegmentCollector } from '../segment-collector.ts';
import type { Copy, Delta, FrameView, SseEvent, StreamEnd, StreamReader } from '../surface.ts';
import { ClientView } from './client-view.ts';
import { endStream } from './end-stream.ts';
import { readItem, readParts } from './items.ts';
import { RESPONSE_ENVELOPE, logprobsOf, outputSpeaker } from './response.ts';
import { DELTAS, DONES, QUIET, TERMINAL, WHOLE, knownMembers, slotOf } from './stream-events.ts';
import type { TextEvent } from './stream-events.ts';
import { responsesUsage } from './usage.ts';

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
    return { ...view, copies: strangers.length === 0 ? view.copies : [...view.copies, ...strangers], data };
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
    return endStream(this.#client, how, requestId, {
      conversation: this.#conversation,
      head: this.#head,
      usage: this.#usage,
    });
  }

  ping(): string {
    return this.#client.ended ? '' : ': ping\n\n';
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

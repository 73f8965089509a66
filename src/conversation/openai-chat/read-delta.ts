import { copiesBelow } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord } from '../json-shape.ts';
import type { JsonPath, SegmentKind } from '../segment.ts';
import { isOpaque } from '../segment-collector.ts';
import type { Copy, Delta } from '../surface.ts';
import type { ChoiceChannels } from './choice-channels.ts';

/** Members of parts that name what the part is, or hold sound or ciphertext: left out while they look like it. */
const STRUCTURE = new Set([
  'type',
  'id',
  'index',
  'format',
  'role',
  'object',
  'signature',
  'data',
  'status',
  'file_id',
]);

/** What one choice's delta adds, gathered over a chunk. */
export interface DeltaSink {
  readonly deltas: Delta[];
  readonly copies: Copy[];
  readonly closes: string[];
}

/** Reads `choices[].delta`: every string in it becomes a piece of a channel or a whole text. */
export function readDelta(
  delta: JsonRecord,
  path: JsonPath,
  message: number,
  channels: ChoiceChannels,
  sink: DeltaSink,
): void {
  const reader = new DeltaReader(message, channels, sink);
  for (const [key, value] of Object.entries(delta)) reader.member(key, value, [...path, key]);
}

class DeltaReader {
  readonly #message: number;
  readonly #channels: ChoiceChannels;
  readonly #sink: DeltaSink;

  constructor(message: number, channels: ChoiceChannels, sink: DeltaSink) {
    this.#message = message;
    this.#channels = channels;
    this.#sink = sink;
  }

  member(key: string, value: unknown, path: JsonPath): void {
    if (value === null || value === undefined || value === '') return;
    switch (key) {
      case 'content':
        if (typeof value !== 'string') return this.#leaves(value, path, 'text', key);
        this.#sink.closes.push(...this.#channels.closeReasoning());
        return this.#push(this.#channels.open('text'), 'text', path, value);
      case 'refusal':
        if (typeof value !== 'string') return this.#leaves(value, path, 'refusal', key);
        return this.#push(this.#channels.open('refusal'), 'refusal', path, value);
      case 'reasoning':
      case 'reasoning_content':
      case 'reasoning_details':
        if (typeof value !== 'string') return this.#leaves(value, path, 'reasoning', key);
        return this.#push(this.#channels.openReasoning(key), 'reasoning', path, value);
      case 'annotations':
      case 'citations':
        this.#sink.copies.push(...copiesBelow(path, value, String(this.#message), 'citation', this.#message));
        return;
      case 'audio':
        return this.#audio(value, path);
      case 'function_call':
        if (!isRecord(value)) return this.#leaves(value, path, 'tool-arguments', key);
        return this.#tool('function', value, path);
      case 'tool_calls':
        return this.#calls(value, path);
      default:
        if (key === 'role' && isOpaque(value)) return;
        return this.#leaves(value, path, 'text', key);
    }
  }

  #audio(value: unknown, path: JsonPath): void {
    if (!isRecord(value)) return this.#leaves(value, path, 'transcript', 'audio');
    for (const [key, member] of Object.entries(value)) {
      if (key !== 'transcript') this.#leaves({ [key]: member }, path, 'transcript', 'audio');
      else if (typeof member === 'string' && member !== '') {
        this.#push(this.#channels.open('transcript'), 'transcript', [...path, key], member);
      }
    }
  }

  #calls(value: unknown, path: JsonPath): void {
    if (!Array.isArray(value)) return this.#leaves(value, path, 'tool-arguments', 'tool_calls');
    value.forEach((call: unknown, position) => {
      const at = [...path, position];
      if (!isRecord(call)) return this.#leaves(call, at, 'tool-arguments', 'tool_calls');
      const index = typeof call['index'] === 'number' ? call['index'] : position;
      for (const [key, member] of Object.entries(call)) {
        if ((key === 'function' || key === 'custom') && isRecord(member))
          this.#tool(`tool/${index}`, member, [...at, key]);
        else this.#leaves({ [key]: member }, at, 'tool-arguments', `tool/${index}/extra`);
      }
    });
  }

  /** `{name, arguments}` of a function or `{name, input}` of a custom tool. */
  #tool(slot: string, part: JsonRecord, path: JsonPath): void {
    const channels = this.#channels;
    this.#sink.closes.push(...channels.enterTool(slot), ...channels.closeReasoning());
    for (const [key, value] of Object.entries(part)) {
      if (value === '' || value === null) continue;
      const at = [...path, key];
      if (typeof value !== 'string') {
        this.#leaves(value, at, 'tool-arguments', `${slot}/${key}`);
      } else if (key === 'name') {
        const name = channels.nameTool(slot, value);
        this.#push(channels.open(`${slot}/name`), 'tool-name', at, value, name);
      } else if (key === 'arguments' || key === 'input') {
        this.#sink.closes.push(...channels.close(`${slot}/name`));
        this.#push(channels.open(`${slot}/arguments`), 'tool-arguments', at, value, channels.toolName(slot));
      } else {
        this.#leaves({ [key]: value }, path, 'tool-arguments', `${slot}/extra`);
      }
    }
  }

  /** Strings inside parts of another shape: one channel a place, so that pieces of one text come together. */
  #leaves(value: unknown, path: JsonPath, kind: SegmentKind, slot: string): void {
    for (const copy of copiesBelow(path, value, '', kind, this.#message)) {
      const last = copy.path.at(-1);
      if (typeof last === 'string' && copy.path.length > path.length && STRUCTURE.has(last) && isOpaque(copy.text))
        continue;
      const place = [slot, ...copy.path.slice(path.length)].join('.');
      const channel = kind === 'reasoning' ? this.#channels.openReasoning(place) : this.#channels.open(place);
      this.#push(channel, kind, copy.path, copy.text);
    }
  }

  #push(channel: string, kind: SegmentKind, path: JsonPath, text: string, tool?: string): void {
    this.#sink.deltas.push({
      channel,
      kind,
      message: this.#message,
      path,
      text,
      ...(tool === undefined ? {} : { tool }),
    });
  }
}

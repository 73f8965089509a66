import type { JsonEdit } from '../../text/json/splice-json.ts';
import { addNumbers } from '../add-numbers.ts';
import { appendItems } from '../append-items.ts';
import type { AnswerCall, CallStops, CallStream, Notices } from '../call-stops.ts';
import { argumentEdits, type CallWrites } from '../call-writes.ts';
import { dataOf } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import { madeFrame } from '../made-frame.ts';
import type { Frame } from '../sse/split-frames.ts';
import type { SseEvent } from '../surface.ts';

/** Tool calls of `message` objects and Messages streams. `server_tool_use` and `mcp_tool_use` are the provider's own doing. */
export const messagesCalls: CallStops = {
  callsIn(body) {
    return blocksOf(body).flatMap((block, index): AnswerCall[] =>
      block['type'] === 'tool_use' ? [toCall(index, block, block['input'], 'object')] : [],
    );
  },

  stopEdits(body, notices) {
    const edits: JsonEdit[] = [];
    let left = 0;
    blocksOf(body).forEach((block, index) => {
      if (block['type'] !== 'tool_use') return;
      const text = notices.get(String(index));
      if (text === undefined) left += 1;
      else edits.push({ path: ['content', index], value: textBlock(text) });
    });
    const called = isRecord(body) && body['stop_reason'] === 'tool_use';
    if (edits.length > 0 && left === 0 && called) edits.push({ path: ['stop_reason'], insert: 'end_turn' });
    return edits;
  },

  writeEdits(body, writes) {
    return blocksOf(body).flatMap((block, index): readonly JsonEdit[] => {
      const write = block['type'] === 'tool_use' ? writes.get(String(index)) : undefined;
      if (write === undefined) return [];
      if (!isRecord(block['input'])) return [{ path: ['content', index, 'input'], insert: JSON.parse(write.text) }];
      return argumentEdits(['content', index, 'input'], block['input'], write);
    });
  },

  createStream: () => new MessagesCallStream(),

  goOn(request, answer, errors) {
    const { messages } = JSON.parse(request) as { messages: readonly unknown[] };
    const content = blocksOf(answer);
    if (messages.length === 0 || content.length === 0) return null;
    const results = messagesCalls.callsIn(answer).map(({ key, id }) => ({
      type: 'tool_result',
      tool_use_id: id,
      is_error: true,
      content: errors.get(key) ?? '',
    }));
    return appendItems(request, 'messages', messages.length - 1, [
      { role: 'assistant', content },
      { role: 'user', content: results },
    ]);
  },
};

interface OpenCall {
  readonly block: JsonRecord;
  text: string;
  broken: boolean;
}

/** Calls are decided when the message has its stop reason. */
class MessagesCallStream implements CallStream {
  readonly #open = new Map<number, OpenCall>();
  /** Blocks as the deltas have made them; their type is the API's. */
  readonly #blocks = new Map<number, Record<string, unknown>>();
  /** Something was said that cannot be said again. */
  #unclear = false;
  #usage: unknown = null;
  #before: unknown = null;
  #start: unknown = null;
  #offset = 0;

  ends(event: SseEvent): boolean {
    return dataOf(event)?.['type'] === 'message_stop';
  }

  answer(): unknown {
    if (this.#unclear) return null;
    const blocks = [...this.#blocks]
      .toSorted(([a], [b]) => a - b)
      .map(([index, block]) => {
        const open = this.#open.get(index);
        return open === undefined || open.text === '' ? block : { ...block, input: parsedOrNone(open.text) };
      });
    return { content: blocks.filter((block) => block['type'] !== 'text' || block['text'] !== '') };
  }

  goesOn(): void {
    this.#offset = Math.min(...this.#open.keys());
    this.#before = this.#usage;
    this.#blocks.clear();
    this.#open.clear();
  }

  joined(frame: Frame): readonly Frame[] {
    const data = frame.event === null ? null : dataOf(frame.event);
    if (data === null) return [frame];
    if (data['type'] === 'message_start') {
      this.#start = isRecord(data['message']) ? data['message']['usage'] : null;
      return [];
    }
    const name = frame.event!.event;
    if (typeof data['index'] === 'number') return [madeFrame(name, { ...data, index: data['index'] + this.#offset })];
    if (data['type'] !== 'message_delta') return [frame];
    const later = { ...(isRecord(this.#start) ? this.#start : {}), ...(isRecord(data['usage']) ? data['usage'] : {}) };
    return [madeFrame(name, { ...data, usage: addNumbers(this.#before, later) })];
  }

  #gather(index: number, delta: JsonRecord): void {
    const block = this.#blocks.get(index);
    const { type } = delta;
    if (block === undefined || type === 'input_json_delta' || type === 'citations_delta') return;
    const member = type === 'text_delta' ? 'text' : type === 'thinking_delta' ? 'thinking' : 'signature';
    if (typeof delta[member] !== 'string') this.#unclear = true;
    else block[member] = stringOr(block[member], '') + delta[member];
  }

  take(event: SseEvent): 'pass' | 'held' | 'decide' | 'broken' {
    const data = dataOf(event);
    const holds = this.#open.size > 0;
    const index = typeof data?.['index'] === 'number' ? data['index'] : 0;
    switch (data?.['type']) {
      case 'message_start': {
        if (isRecord(data['message'])) this.#usage = data['message']['usage'];
        // A client takes the blocks of a message that begins with some; a provider sends none.
        blocksOf(data['message']).forEach((block, at) => {
          if (block['type'] === 'tool_use') this.#open.set(at, { block, text: '', broken: true });
        });
        break;
      }
      case 'content_block_start': {
        const block = data['content_block'];
        if (!isRecord(block)) break;
        this.#blocks.set(index, { ...block });
        const before = this.#open.get(index);
        if (before !== undefined) before.broken = true;
        else if (block['type'] === 'tool_use') this.#open.set(index, { block, text: '', broken: false });
        break;
      }
      case 'content_block_delta': {
        const open = this.#open.get(index);
        const delta = data['delta'];
        if (isRecord(delta)) this.#gather(index, delta);
        if (open === undefined || !isRecord(delta) || delta['type'] !== 'input_json_delta') break;
        if (typeof delta['partial_json'] === 'string') open.text += delta['partial_json'];
        else open.broken = true;
        break;
      }
      case 'message_delta':
        if (isRecord(data['usage'])) this.#usage = { ...(isRecord(this.#usage) ? this.#usage : {}), ...data['usage'] };
        return holds ? 'decide' : 'pass';
      case 'message_stop':
        return holds ? 'decide' : 'pass';
      case 'error':
        return 'broken';
      default:
    }
    return this.#open.size > 0 ? 'held' : 'pass';
  }

  calls(): readonly AnswerCall[] {
    return [...this.#open].map(([index, { block, text, broken }]) => {
      const { input } = block;
      const begun = isRecord(input) && Object.keys(input).length > 0;
      if (broken || (begun && text !== '')) return toCall(index, block, text, 'broken');
      return begun ? toCall(index, block, input, 'object') : toCall(index, block, text, 'json');
    });
  }

  rewrite(frames: readonly Frame[], notices: Notices, writes: CallWrites = new Map()): readonly Frame[] {
    const left = [...this.#open.keys()].some((index) => !notices.has(String(index)));
    const out =
      notices.size + writes.size === 0
        ? frames
        : frames.flatMap((frame) => rewriteFrame(frame, notices, writes, this.#open, left));
    this.#open.clear();
    return out;
  }
}

function parsedOrNone(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function rewriteFrame(
  frame: Frame,
  notices: Notices,
  writes: CallWrites,
  open: ReadonlyMap<number, OpenCall>,
  left: boolean,
): readonly Frame[] {
  const data = frame.event === null ? null : dataOf(frame.event);
  if (data === null) return [frame];
  const type = stringOr(data['type'], '');
  if (type === 'message_delta' && isRecord(data['delta'])) {
    if (left || data['delta']['stop_reason'] !== 'tool_use') return [frame];
    return [madeFrame(frame.event!.event, { ...data, delta: { ...data['delta'], stop_reason: 'end_turn' } })];
  }
  if (type === 'message_start' && isRecord(data['message'])) {
    const content = blocksOf(data['message']).filter((_, at) => !open.has(at));
    return [madeFrame(frame.event!.event, { ...data, message: { ...data['message'], content } })];
  }
  const index = typeof data['index'] === 'number' ? data['index'] : 0;
  const written = open.has(index) ? writes.get(String(index)) : undefined;
  if (written !== undefined) return writeFrame(frame, data, index, written.text);
  const text = open.has(index) ? notices.get(String(index)) : undefined;
  if (text === undefined || !type.startsWith('content_block_')) return [frame];
  if (type === 'content_block_start') {
    const write = (kind: string, members: JsonRecord): Frame => madeFrame(kind, { type: kind, index, ...members });
    return [
      write('content_block_start', { content_block: textBlock('') }),
      write('content_block_delta', { delta: { type: 'text_delta', text } }),
    ];
  }
  return type === 'content_block_stop' ? [frame] : [];
}

/** All of the written arguments follow the block's start at once. */
function writeFrame(frame: Frame, data: JsonRecord, index: number, text: string): readonly Frame[] {
  const { type, delta, content_block: block } = data;
  if (type === 'content_block_start' && isRecord(block))
    return [
      madeFrame('content_block_start', { ...data, content_block: { ...block, input: {} } }),
      madeFrame('content_block_delta', {
        type: 'content_block_delta',
        index,
        delta: { type: 'input_json_delta', partial_json: text },
      }),
    ];
  return type === 'content_block_delta' && isRecord(delta) && delta['type'] === 'input_json_delta' ? [] : [frame];
}

function toCall(index: number, block: JsonRecord, given: unknown, form: AnswerCall['form']): AnswerCall {
  return { key: String(index), id: stringOr(block['id'], ''), tool: stringOr(block['name'], ''), form, given };
}

function textBlock(text: string): JsonRecord {
  return { type: 'text', text, citations: null };
}

function blocksOf(message: unknown): readonly JsonRecord[] {
  const content = isRecord(message) ? message['content'] : null;
  return Array.isArray(content) ? content.map((block) => (isRecord(block) ? block : {})) : [];
}

import type { JsonEdit } from '../../text/json/splice-json.ts';
import { spliceJson } from '../../text/json/splice-json.ts';
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
import { TERMINAL, WHOLE } from './stream-events.ts';

/** Id of the message that stands in the place of a stopped call: a request that refers to it is put right by it. */
export const NOTICE_ID = 'msg_parapet_';

/** What the provider carries out itself; any other kind of `…_call` is the caller's to carry out. */
const HOSTED = new Set(['web_search_call', 'file_search_call', 'code_interpreter_call', 'image_generation_call', 'mcp_call',
  'tool_search_call']); // prettier-ignore

/** Tool calls of `response` objects and Responses streams. */
export const responsesCalls: CallStops = {
  callsIn(body) {
    return outputOf(body).flatMap((item, index) => (isCall(item) ? [toCall(index, item)] : []));
  },

  stopEdits(body, notices) {
    return outputOf(body).flatMap((item, index): JsonEdit[] => {
      const text = isCall(item) ? notices.get(String(index)) : undefined;
      return text === undefined ? [] : [{ path: ['output', index], value: noticeItem(item, index, text) }];
    });
  },

  writeEdits(body, writes) {
    return outputOf(body).flatMap((item, index): readonly JsonEdit[] => {
      const write = item['type'] === 'function_call' ? writes.get(String(index)) : undefined;
      return write === undefined ? [] : argumentEdits(['output', index, 'arguments'], item['arguments'], write);
    });
  },

  createStream: () => new ResponsesCallStream(),

  goOn(request, answer, errors) {
    const calls = responsesCalls.callsIn(answer);
    // Only what is answered by one text can be answered here.
    const results = calls.flatMap(({ key, id, form }) => {
      const item = outputOf(answer)[Number(key)];
      const type = item?.['type'];
      if (id === '' || form === 'broken' || (type !== 'function_call' && type !== 'custom_tool_call')) return [];
      return [{ type: `${type}_output`, call_id: id, output: errors.get(key) ?? '' }];
    });
    if (results.length !== calls.length || !isRecord(answer)) return null;
    const body = JSON.parse(request) as JsonRecord;
    const { input, conversation, store } = body;
    if (body['background'] === true) return null;
    if ((conversation ?? null) !== null) return spliceJson(request, [{ path: ['input'], insert: results }]);
    if (store !== false && typeof answer['id'] === 'string') {
      const edits: JsonEdit[] = [
        { path: ['input'], insert: results },
        { path: ['previous_response_id'], insert: answer['id'] },
      ];
      return spliceJson(request, edits);
    }
    const items = [...outputOf(answer).flatMap(replayed), ...results];
    if (Array.isArray(input) && input.length > 0) return appendItems(request, 'input', input.length - 1, items);
    const asked = typeof input === 'string' ? [{ role: 'user', content: input }] : [];
    return spliceJson(request, [{ path: ['input'], insert: [...asked, ...items] }]);
  },
};

/** An output item as an input item; reasoning that the provider has not kept and not encrypted is of no use to it. */
function replayed(item: JsonRecord): readonly JsonRecord[] {
  if (item['type'] === 'reasoning') return typeof item['encrypted_content'] === 'string' ? [item] : [];
  const { id: _id, status: _status, ...rest } = item;
  return [rest];
}

interface OpenCall {
  item: JsonRecord;
  /** What deltas have said. */
  text: string;
  /** What was said of the arguments as a whole. */
  readonly whole: Set<string>;
  broken: boolean;
}

/** All calls are decided when the response has ended. */
class ResponsesCallStream implements CallStream {
  readonly #open = new Map<number, OpenCall>();
  /** The sequence number of the last event that left before the first that waits. */
  #sequence = -1;
  /** Id of the first answer: clients take no other for the same stream. */
  #id: unknown = undefined;
  #last: JsonRecord | null = null;
  #items: readonly JsonRecord[] = [];
  #before: unknown = null;
  #numbered = -1;

  ends(event: SseEvent): boolean {
    return event.data === '[DONE]' || TERMINAL.has(stringOr(dataOf(event)?.['type'], ''));
  }

  answer(): unknown {
    const output = outputOf(this.#last).slice(this.#items.length);
    return this.#last === null ? null : { ...this.#last, output };
  }

  goesOn(): void {
    this.#items = outputOf(this.#last).slice(0, Math.min(...this.#open.keys()));
    this.#before = this.#last?.['usage'] ?? null;
    this.#id ??= this.#last?.['id'];
    this.#numbered = this.#sequence;
    this.#open.clear();
  }

  joined(frame: Frame): readonly Frame[] {
    const data = frame.event === null || frame.event.data === '[DONE]' ? null : dataOf(frame.event);
    if (data === null) return [frame];
    const type = stringOr(data['type'], '');
    if (WHOLE.has(type) && !TERMINAL.has(type)) return [];
    const next: Record<string, unknown> = { ...data };
    if (typeof data['output_index'] === 'number') next['output_index'] = data['output_index'] + this.#items.length;
    if (typeof data['sequence_number'] === 'number') next['sequence_number'] = this.#numbered += 1;
    const { response } = data;
    if (isRecord(response)) {
      const output = [...this.#items, ...outputOf(response)];
      const usage = addNumbers(this.#before, response['usage']);
      next['response'] = { ...response, id: this.#id ?? response['id'], output, usage };
    }
    return [madeFrame(frame.event!.event, next)];
  }

  take(event: SseEvent): 'pass' | 'held' | 'decide' | 'broken' {
    const holds = this.#open.size > 0;
    if (event.data === '[DONE]') return holds ? 'decide' : 'pass';
    const data = dataOf(event);
    if (data === null) return holds ? 'held' : 'pass';
    const type = stringOr(data['type'], '');
    if (type === 'error' || isRecord(data['error'])) return 'broken';
    if (WHOLE.has(type)) {
      outputOf(data['response']).forEach((item, index) => {
        if (isCall(item)) this.#see(index, item, TERMINAL.has(type));
      });
      if (TERMINAL.has(type) && isRecord(data['response'])) this.#last = data['response'];
      if (TERMINAL.has(type)) return this.#open.size > 0 ? 'decide' : 'pass';
    } else this.#event(type, data);
    if (this.#open.size > 0) return 'held';
    if (typeof data['sequence_number'] === 'number') this.#sequence = data['sequence_number'];
    return 'pass';
  }

  #event(type: string, data: JsonRecord): void {
    const index = indexOf(data);
    const item = data['item'];
    if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      if (isRecord(item) && isCall(item)) this.#see(index, item, type.endsWith('done'));
      else if (this.#open.has(index)) this.#open.get(index)!.broken = true;
      return;
    }
    const open = this.#open.get(index);
    if (open === undefined) return;
    if (/^response\.(?:function_call_arguments|custom_tool_call_input)\.(?:delta|done)$/.test(type)) {
      const text = data[type.endsWith('delta') ? 'delta' : type.includes('custom') ? 'input' : 'arguments'];
      if (typeof text !== 'string') open.broken = true;
      else if (type.endsWith('delta')) open.text += text;
      else open.whole.add(text);
    }
  }

  #see(index: number, item: JsonRecord, whole: boolean): void {
    let open = this.#open.get(index);
    if (open === undefined) this.#open.set(index, (open = { item, text: '', whole: new Set(), broken: false }));
    for (const member of ['type', 'name', 'call_id', 'namespace']) {
      if (stringOr(open.item[member], '') !== stringOr(item[member], '')) open.broken = true;
    }
    if (!whole) return;
    open.item = item;
    open.whole.add(textOf(item));
  }

  calls(): readonly AnswerCall[] {
    return [...this.#open].map(([index, { item, text, whole, broken }]) => {
      // A client may take any of them.
      const said = new Set(text === '' ? whole : [...whole, text]);
      const call = toCall(index, item);
      return broken || said.size !== 1 ? { ...call, form: 'broken' } : call;
    });
  }

  rewrite(frames: readonly Frame[], notices: Notices, writes: CallWrites = new Map()): readonly Frame[] {
    let out = frames;
    if (notices.size + writes.size > 0) {
      const renumbered = new Renumbered(this.#sequence);
      const pending = new Map([...writes].map(([key, { text }]) => [key, { text, said: false }]));
      out = frames.flatMap((frame) => this.#rewrite(frame, notices, pending, renumbered));
    }
    this.#open.clear();
    return out;
  }

  #rewrite(
    frame: Frame,
    notices: Notices,
    writes: ReadonlyMap<string, PendingWrite>,
    out: Renumbered,
  ): readonly Frame[] {
    const data = frame.event === null || frame.event.data === '[DONE]' ? null : dataOf(frame.event);
    if (data === null) return [frame];
    const type = stringOr(data['type'], '');
    if (WHOLE.has(type) && isRecord(data['response'])) {
      const response = data['response'];
      const output = outputOf(response).map((item, index) => {
        const text = isCall(item) ? notices.get(String(index)) : undefined;
        return text === undefined ? written(item, writes.get(String(index))) : noticeItem(item, index, text);
      });
      return [out.write(type, { ...data, response: { ...response, output } })];
    }
    const index = indexOf(data);
    const open = this.#open.get(index);
    const write = open === undefined || !('output_index' in data) ? undefined : writes.get(String(index));
    if (write !== undefined) return writeEvent(type, data, write, out);
    const text = open === undefined ? undefined : notices.get(String(index));
    if (open === undefined || text === undefined || !('output_index' in data)) return [out.again(frame, data)];
    if (type !== 'response.output_item.done') return [];
    const item = noticeItem(open.item, index, text);
    const place = { item_id: item['id'], output_index: index, content_index: 0 };
    const part = { type: 'output_text', annotations: [], logprobs: [] };
    return [
      out.write('response.output_item.added', {
        output_index: index,
        item: { ...item, status: 'in_progress', content: [] },
      }),
      out.write('response.content_part.added', { ...place, part: { ...part, text: '' } }),
      out.write('response.output_text.delta', { ...place, delta: text, logprobs: [] }),
      out.write('response.output_text.done', { ...place, text, logprobs: [] }),
      out.write('response.content_part.done', { ...place, part: { ...part, text } }),
      out.write('response.output_item.done', { output_index: index, item }),
    ];
  }
}

/** Arguments that are written into a call, and whether its deltas have said them. */
interface PendingWrite {
  readonly text: string;
  said: boolean;
}

function written(item: JsonRecord, write: PendingWrite | undefined): JsonRecord {
  return write === undefined || item['type'] !== 'function_call' ? item : { ...item, arguments: write.text };
}

/** One event of a call into which arguments are written: the first delta says all of them. */
function writeEvent(type: string, data: JsonRecord, write: PendingWrite, out: Renumbered): readonly Frame[] {
  const { obfuscation: _padding, ...rest } = data;
  const { item } = data;
  switch (type) {
    case 'response.output_item.added':
      return [out.write(type, { ...rest, item: isRecord(item) ? { ...item, arguments: '' } : item })];
    case 'response.output_item.done':
      return [out.write(type, { ...rest, item: isRecord(item) ? written(item, write) : item })];
    case 'response.function_call_arguments.delta': {
      if (write.said) return [];
      write.said = true;
      return [out.write(type, { ...rest, delta: write.text })];
    }
    case 'response.function_call_arguments.done':
      return [out.write(type, { ...rest, arguments: write.text })];
    default:
      return [out.write(type, rest)];
  }
}

/** Numbers events on, where some are left out and others put in. */
class Renumbered {
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  write(type: string, members: JsonRecord): Frame {
    this.#last += 1;
    return madeFrame(type, { type, ...members, sequence_number: this.#last });
  }

  again(frame: Frame, data: JsonRecord): Frame {
    if (typeof data['sequence_number'] !== 'number') return frame;
    this.#last += 1;
    if (data['sequence_number'] === this.#last) return frame;
    return madeFrame(frame.event!.event, { ...data, sequence_number: this.#last });
  }
}

/** A message of the model's that says in the place of a call what became of it. */
function noticeItem(call: JsonRecord, index: number, text: string): JsonRecord {
  const id = NOTICE_ID + stringOr(call['id'] ?? call['call_id'], String(index)).replace(/^[a-z]+_/, '');
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return { id, type: 'message', status: 'completed', role: 'assistant', content };
}

function isCall(item: JsonRecord): boolean {
  const { type } = item;
  return typeof type === 'string' && type.endsWith('_call') && !HOSTED.has(type);
}

function textOf(item: JsonRecord): string {
  const given = item['type'] === 'function_call' ? item['arguments'] : item['input'];
  return typeof given === 'string' ? given : JSON.stringify(given ?? item['action'] ?? item['operation'] ?? null);
}

function toCall(index: number, item: JsonRecord): AnswerCall {
  const type = String(item['type']);
  const named = type === 'function_call' || type === 'custom_tool_call';
  return {
    key: String(index),
    id: stringOr(item['call_id'], ''),
    tool: named ? stringOr(item['name'], '') : type.slice(0, -'_call'.length),
    form: type === 'function_call' ? (typeof item['arguments'] === 'string' ? 'json' : 'object') : 'free',
    given:
      type === 'function_call' ? item['arguments'] : (item['input'] ?? item['action'] ?? item['operation'] ?? null),
  };
}

function outputOf(response: unknown): readonly JsonRecord[] {
  const output = isRecord(response) ? response['output'] : null;
  return Array.isArray(output) ? output.map((item) => (isRecord(item) ? item : {})) : [];
}

function indexOf(data: JsonRecord): number {
  return typeof data['output_index'] === 'number' ? data['output_index'] : 0;
}

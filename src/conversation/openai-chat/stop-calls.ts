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

/** The call that `function_call`, the form before `tool_calls`, makes. */
const LEGACY = 'function';
/** Reasons to end that say that there are calls. One that ran out of tokens still says so. */
const CALLED: ReadonlySet<unknown> = new Set(['tool_calls', 'function_call']);

/** Tool calls of `chat.completion` objects and `chat.completion.chunk` streams. */
export const chatCalls: CallStops = {
  callsIn(body) {
    const calls: AnswerCall[] = [];
    for (const [position, choice] of choicesOf(body)) {
      const message = isRecord(choice['message']) ? choice['message'] : {};
      listOf(message['tool_calls']).forEach((call, index) => calls.push(toCall(`${position}/${index}`, call)));
      if (isRecord(message['function_call']))
        calls.push(toCall(`${position}/${LEGACY}`, { function: message['function_call'] }));
    }
    return calls;
  },

  stopEdits(body, notices) {
    const edits: JsonEdit[] = [];
    for (const [position, choice] of choicesOf(body)) {
      const message = isRecord(choice['message']) ? choice['message'] : {};
      const calls = listOf(message['tool_calls']);
      const stopped = calls.map((_, index) => notices.get(`${position}/${index}`));
      const legacy = isRecord(message['function_call']) ? notices.get(`${position}/${LEGACY}`) : undefined;
      const texts = [...stopped, legacy].filter((text) => text !== undefined);
      if (texts.length === 0) continue;
      const path = ['choices', position, 'message'];
      const left = stopped.filter((text) => text === undefined).length;
      if (left === 0 && calls.length > 0) edits.push({ path: [...path, 'tool_calls'], remove: true });
      else
        stopped.forEach((text, index) => {
          if (text !== undefined) edits.push({ path: [...path, 'tool_calls', index], remove: true });
        });
      if (legacy !== undefined) edits.push({ path: [...path, 'function_call'], remove: true });
      edits.push({ path: [...path, 'content'], insert: withNotices(message['content'], texts) });
      const called = left > 0 || (isRecord(message['function_call']) && legacy === undefined);
      if (!called && CALLED.has(choice['finish_reason']))
        edits.push({ path: ['choices', position, 'finish_reason'], insert: 'stop' });
    }
    return edits;
  },

  writeEdits(body, writes) {
    const edits: JsonEdit[] = [];
    for (const [position, choice] of choicesOf(body)) {
      const message = isRecord(choice['message']) ? choice['message'] : {};
      const path = ['choices', position, 'message'];
      listOf(message['tool_calls']).forEach((call, index) => {
        const write = writes.get(`${position}/${index}`);
        const called = isRecord(call['function']) ? call['function'] : {};
        if (write !== undefined)
          edits.push(
            ...argumentEdits([...path, 'tool_calls', index, 'function', 'arguments'], called['arguments'], write),
          );
      });
      const legacy = writes.get(`${position}/${LEGACY}`);
      if (legacy !== undefined && isRecord(message['function_call']))
        edits.push(
          ...argumentEdits([...path, 'function_call', 'arguments'], message['function_call']['arguments'], legacy),
        );
    }
    return edits;
  },

  createStream: () => new ChatCallStream(),

  goOn(request, answer, errors) {
    const [first, second] = choicesOf(answer);
    const { messages } = JSON.parse(request) as { messages: readonly unknown[] };
    const message = first?.[1]['message'];
    if (second !== undefined || !isRecord(message) || messages.length === 0) return null;
    const calls = chatCalls.callsIn(answer);
    if (calls.some(({ id }) => id === '')) return null;
    const { content, tool_calls } = message;
    const results = calls.map(({ key, id }) => ({
      role: 'tool',
      tool_call_id: id,
      content: errors.get(key) ?? '',
    }));
    return appendItems(request, 'messages', messages.length - 1, [
      { role: 'assistant', content: content ?? null, tool_calls },
      ...results,
    ]);
  },
};

interface OpenCall {
  id: string;
  name: string;
  text: string;
  free: boolean;
  broken: boolean;
}

/** All calls of a choice are decided together, when the choice says that it has ended. */
class ChatCallStream implements CallStream {
  readonly #open = new Map<number, Map<number | typeof LEGACY, OpenCall>>();
  readonly #finished = new Set<number>();
  /** Choices that have said something. */
  readonly #spoke = new Set<number>();

  #said = '';
  #first: JsonRecord | null = null;
  #usage: unknown = null;
  #before: unknown = null;
  /** Put before the first words of a further stream. */
  #lead = '';

  ends({ data }: SseEvent): boolean {
    return data === '[DONE]';
  }

  answer(): unknown {
    const [calls, ...others] = this.#open.values();
    if (calls === undefined || others.length > 0 || calls.has(LEGACY) || this.#choices.size > 1) return null;
    const tool_calls = [...calls.values()].map(({ id, name, text, free }) =>
      free
        ? { id, type: 'custom', custom: { name, input: text } }
        : { id, type: 'function', function: { name, arguments: text } },
    );
    const content = this.#said === '' ? null : this.#said;
    return { choices: [{ index: 0, message: { role: 'assistant', content, tool_calls } }] };
  }
  readonly #choices = new Set<number>();

  goesOn(): void {
    this.#lead = this.#spoke.size > 0 ? '\n\n' : '';
    this.#before = this.#usage;
    this.#said = '';
    this.#open.clear();
    this.#finished.clear();
  }

  joined(frame: Frame): readonly Frame[] {
    const chunk = frame.event === null || frame.event.data === '[DONE]' ? null : dataOf(frame.event);
    if (chunk === null || this.#first === null || !Array.isArray(chunk['choices'])) return [frame];
    const { id, created, system_fingerprint } = this.#first;
    const choices = choicesOf(chunk).map(([, choice]) => {
      const { delta } = choice;
      if (!isRecord(delta) || typeof delta['content'] !== 'string' || delta['content'] === '') return choice;
      const content = this.#lead + delta['content'];
      this.#lead = '';
      return { ...choice, delta: { ...delta, content } };
    });
    const usage = isRecord(chunk['usage']) ? { usage: addNumbers(this.#before, chunk['usage']) } : {};
    const prints = system_fingerprint === undefined ? {} : { system_fingerprint };
    return [madeFrame(frame.event!.event, { ...chunk, id, created, ...prints, choices, ...usage })];
  }

  take(event: SseEvent): 'pass' | 'held' | 'decide' | 'broken' {
    const holds = this.#open.size > 0;
    if (event.data === '[DONE]') return holds ? 'decide' : 'pass';
    const chunk = dataOf(event);
    if (chunk === null) return holds ? 'held' : 'pass';
    if (chunk['error'] !== undefined && chunk['error'] !== null) return 'broken';
    this.#first ??= chunk;
    if (isRecord(chunk['usage'])) this.#usage = chunk['usage'];
    for (const [position, choice] of choicesOf(chunk)) this.#choice(indexOf(choice, position), choice);
    if (this.#open.size === 0) return 'pass';
    return [...this.#open.keys()].every((index) => this.#finished.has(index)) ? 'decide' : 'held';
  }

  #choice(index: number, choice: JsonRecord): void {
    this.#choices.add(index);
    // What is no delta but a whole message is read by some clients all the same.
    for (const said of [choice['delta'], choice['message']]) {
      if (!isRecord(said)) continue;
      if (typeof said['content'] === 'string' && said['content'] !== '') {
        this.#spoke.add(index);
        this.#said += said['content'];
      }
      const calls = said['tool_calls'];
      if (calls !== undefined && calls !== null && !Array.isArray(calls)) this.#call(index, 0).broken = true;
      listOf(calls).forEach((call, position) => {
        const open = this.#call(index, indexOf(call, position));
        open.id += stringOr(call['id'], '');
        const custom = isRecord(call['custom']);
        const part = custom ? call['custom'] : call['function'];
        if (custom) open.free = true;
        if (isRecord(part)) add(open, part, custom ? 'input' : 'arguments');
      });
      if (isRecord(said['function_call'])) add(this.#call(index, LEGACY), said['function_call'], 'arguments');
    }
    if (typeof choice['finish_reason'] === 'string') this.#finished.add(index);
  }

  #call(choice: number, index: number | typeof LEGACY): OpenCall {
    let calls = this.#open.get(choice);
    if (calls === undefined) this.#open.set(choice, (calls = new Map()));
    let call = calls.get(index);
    if (call === undefined)
      calls.set(index, (call = { id: '', name: '', text: '', free: false, broken: this.#finished.has(choice) }));
    return call;
  }

  calls(): readonly AnswerCall[] {
    return [...this.#open].flatMap(([choice, calls]) =>
      [...calls].map(([index, { id, name, text, free, broken }]): AnswerCall => ({
        key: `${choice}/${index}`,
        id,
        tool: name,
        form: broken ? 'broken' : free ? 'free' : 'json',
        given: text,
      })),
    );
  }

  rewrite(frames: readonly Frame[], notices: Notices, writes: CallWrites = new Map()): readonly Frame[] {
    const told = new Set<number>();
    this.#writes = new Map([...writes].map(([key, { text }]) => [key, text]));
    const out =
      notices.size + writes.size === 0 ? frames : frames.flatMap((frame) => this.#rewrite(frame, notices, told));
    this.#open.clear();
    return out;
  }
  /** Arguments that are written into calls, by their key; '' once they have been. */
  #writes = new Map<string, string>();

  #rewrite(frame: Frame, notices: Notices, told: Set<number>): readonly Frame[] {
    const { event } = frame;
    if (event === null) return [frame];
    const chunk = event.data === '[DONE]' ? null : dataOf(event);
    if (chunk === null) {
      // It ended without a word: the notices still come before the end.
      const head = this.#head ?? {};
      return event.data === '[DONE]' ? [...this.#tell([...this.#open.keys()], head, notices, told), frame] : [frame];
    }
    this.#head = headOf(chunk);
    const before: Frame[] = [];
    let changed = false;
    let says = false;
    const choices = choicesOf(chunk).map(([position, choice]) => {
      const index = indexOf(choice, position);
      const calls = this.#open.get(index);
      const touched = (at: number | typeof LEGACY): boolean =>
        notices.has(`${index}/${at}`) || this.#writes.has(`${index}/${at}`);
      if (calls === undefined || ![...calls.keys()].some(touched)) {
        says = true;
        return choice;
      }
      changed = true;
      const next = { ...choice };
      for (const member of ['delta', 'message']) {
        if (isRecord(choice[member])) next[member] = this.#withoutStopped(choice[member], index, calls, notices);
      }
      if (typeof choice['finish_reason'] === 'string') {
        before.push(...this.#tell([index], this.#head!, notices, told));
        const none = [...calls.keys()].every((at) => notices.has(`${index}/${at}`));
        if (none && CALLED.has(choice['finish_reason'])) next['finish_reason'] = 'stop';
      }
      const { delta } = next;
      says ||= typeof next['finish_reason'] === 'string' || (isRecord(delta) && Object.keys(delta).length > 0);
      return next;
    });
    if (!changed) return [frame];
    if (!says && !isRecord(chunk['usage'])) return before;
    return [...before, madeFrame(event.event, { ...chunk, choices })];
  }
  #head: JsonRecord | null = null;

  #withoutStopped(
    said: JsonRecord,
    choice: number,
    calls: ReadonlyMap<number | typeof LEGACY, OpenCall>,
    notices: Notices,
  ): JsonRecord {
    const { tool_calls, function_call, ...rest } = said;
    const left = [...calls.keys()].filter((at) => !notices.has(`${choice}/${at}`));
    const kept = listOf(tool_calls).flatMap((call, position) => {
      const at = indexOf(call, position);
      const place = left.indexOf(at);
      const written = place === -1 ? null : this.#written(call, `${choice}/${at}`, 'function');
      return written === null ? [] : [{ ...written, index: place }];
    });
    const legacy =
      function_call === undefined || notices.has(`${choice}/${LEGACY}`)
        ? null
        : this.#written({ function_call }, `${choice}/${LEGACY}`, 'function_call');
    return {
      ...rest,
      ...(kept.length === 0 ? {} : { tool_calls: kept }),
      ...legacy,
    };
  }

  /** A call's piece with the written arguments as a whole in the first that has some, and none in the others; null for nothing. */
  #written(call: JsonRecord, key: string, member: 'function' | 'function_call'): JsonRecord | null {
    const text = this.#writes.get(key);
    const part = call[member];
    if (text === undefined || !isRecord(part)) return call;
    this.#writes.set(key, '');
    const { arguments: _given, ...rest } = part;
    if (text !== '') return { ...call, [member]: { ...rest, arguments: text } };
    const left = { ...call, ...(Object.keys(rest).length === 0 ? {} : { [member]: rest }) };
    if (Object.keys(rest).length > 0) return left;
    const { [member]: _part, index: _index, ...others } = call;
    return Object.keys(others).length === 0 ? null : others;
  }

  #tell(choices: readonly number[], head: JsonRecord, notices: Notices, told: Set<number>): readonly Frame[] {
    return choices.flatMap((index) => {
      const texts = [...(this.#open.get(index)?.keys() ?? [])].flatMap((at) => notices.get(`${index}/${at}`) ?? []);
      if (texts.length === 0 || told.has(index)) return [];
      told.add(index);
      const content = (this.#spoke.has(index) ? '\n\n' : '') + texts.join('\n\n');
      return [
        madeFrame('', { ...head, choices: [{ index, delta: { content }, logprobs: null, finish_reason: null }] }),
      ];
    });
  }
}

/** What every chunk of an answer carries. */
function headOf(chunk: JsonRecord): JsonRecord {
  const { choices: _choices, usage, obfuscation: _padding, ...head } = chunk;
  return usage === undefined ? head : { ...head, usage: null };
}

function add(open: OpenCall, part: JsonRecord, member: 'arguments' | 'input'): void {
  open.name += stringOr(part['name'], '');
  const text = part[member];
  if (typeof text === 'string') open.text += text;
  else if (text !== undefined && text !== null) open.broken = true;
}

function toCall(key: string, call: JsonRecord): AnswerCall {
  const custom = isRecord(call['custom']) ? call['custom'] : null;
  const called = custom ?? (isRecord(call['function']) ? call['function'] : {});
  const given = custom === null ? called['arguments'] : called['input'];
  return {
    key,
    id: stringOr(call['id'], ''),
    tool: stringOr(called['name'], ''),
    form: custom !== null ? 'free' : typeof given === 'string' ? 'json' : 'object',
    given,
  };
}

function withNotices(content: unknown, texts: readonly string[]): unknown {
  const said = texts.join('\n\n');
  if (Array.isArray(content)) return [...(content as unknown[]), { type: 'text', text: said }];
  return typeof content === 'string' && content !== '' ? `${content}\n\n${said}` : said;
}

function choicesOf(body: unknown): readonly (readonly [number, JsonRecord])[] {
  const choices = isRecord(body) && Array.isArray(body['choices']) ? body['choices'] : [];
  return choices.flatMap((choice, position) => (isRecord(choice) ? [[position, choice] as const] : []));
}

function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.map((item) => (isRecord(item) ? item : {})) : [];
}

function indexOf(value: JsonRecord, position: number): number {
  return typeof value['index'] === 'number' ? value['index'] : position;
}

import type { ByteSource } from '../../bytes/byte-source.ts';
import { decodePickleString } from './decode-pickle-string.ts';
import { GrowingNumbers } from './growing-numbers.ts';
import { OP, protocolOf } from './opcodes.ts';
import { nestedEncoding } from './nested-encoding.ts';
import type {
  CallKind,
  NestedPickle,
  PickleAnomaly,
  PickleAnomalyKind,
  PickleGlobal,
  PickleStream,
} from './pickle-stream.ts';
import { PickleWindow } from './pickle-window.ts';
import { KIND, type PickleRun, runCommonOpcodes } from './run-common-opcodes.ts';

const { ATOM, STR, BYTES, INT, GLOBAL, MARK, RESULT, TUPLE, LIST, DICT, SET, UNKNOWN, BIG } = KIND;

/** Opcodes that fit into the window, at most. */
const WINDOW = 1 << 20;
const MAX_GLOBALS = 60_000;
const MAX_MEMO = 8_000_000;
const MAX_STACK = 4_000_000;
/** Memo entries far from the others, which cost ten times as much memory each. */
const MAX_SPARSE = 100_000;
const MAX_OBJECTS = 4_000_000;
const MAX_ANOMALIES = 200;
const MAX_NESTED = 256;
const MAX_NAME = 4096;
const MAX_INTEGER_BYTES = 100_000;
/** A structure that unfolds to more values than this, from a stream a thousand times smaller, is a bomb. */
const EXPANSION = 1e9;
/** Arrays that joblib writes between the opcodes of one stream. */
const ARRAY_WRAPPERS = /(?:^|\.)joblib\.numpy_pickle$/;

/** Thrown inside only: ends the run of one stream. */
class Stop {
  readonly status: 'truncated' | 'damaged';
  readonly reason: string;
  constructor(status: 'truncated' | 'damaged', reason: string) {
    this.status = status;
    this.reason = reason;
  }
}

/**
 * Runs one pickle stream symbolically: a stack, marks and a memo as in CPython's unpickler, with values of which only is known what
 * decides which names are imported and applied. Nothing is imported, built or executed. Time linear in the number of opcodes; bytes of
 * long strings and arrays are skipped, not read. Never throws on any input.
 * @param start byte offset of the first opcode
 * @param maxOpcodes the stream counts as damaged after so many
 * @param depth of streams inside streams (arrays of objects in joblib's files)
 */
export function runPickle(source: ByteSource, start = 0, maxOpcodes = Infinity, depth = 0): PickleStream {
  const window = new PickleWindow(source, start);
  const stack = new GrowingNumbers(1024);
  const memo = new GrowingNumbers(1024);
  const sparse = new Map<number, number>();
  const weights = new GrowingNumbers(1024);
  weights.push(1);
  const globals: PickleGlobal[] = [];
  const byName = new Map<string, number>();
  const anomalies: PickleAnomaly[] = [];
  const seenKinds = new Map<PickleAnomalyKind, number>();
  const nested: NestedPickle[] = [];
  /** Elements of tuples and dicts and arguments of calls, kept only in streams that hold joblib's arrays. */
  let kept: Map<number, readonly number[]> | null = null;
  const run: PickleRun = { stack, memo, weights, lastMark: -1, memoSize: 0, opcodes: 0 };
  let protocol = 0;
  let protocols = 0;
  let persistentIds = 0;
  let frameEnd = Infinity;
  let at = start;

  const note = (kind: PickleAnomalyKind, offset: number, detail: string): void => {
    const seen = seenKinds.get(kind) ?? 0;
    seenKinds.set(kind, seen + 1);
    if (seen < 8 && anomalies.length < MAX_ANOMALIES) anomalies.push({ kind, offset, detail });
  };
  const push = (value: number): void => {
    if (stack.length >= MAX_STACK) throw new Stop('damaged', 'more values on the stack than are followed');
    stack.push(value);
  };
  const pop = (): number => {
    if (stack.length === 0) throw new Stop('damaged', 'the stack is empty');
    const value = stack.pop();
    if (kindOf(value) === MARK) throw new Stop('damaged', 'a mark where a value is needed');
    return value;
  };
  const top = (): number => {
    if (stack.length === 0) throw new Stop('damaged', 'the stack is empty');
    return stack.at(stack.length - 1);
  };
  /** Index of the topmost mark. Marks form a chain: each holds the one below it. */
  const mark = (): number => {
    if (run.lastMark < 0) throw new Stop('damaged', 'there is no mark');
    return run.lastMark;
  };
  const unmark = (): void => {
    const below = Math.floor(stack.at(run.lastMark) / 16) - 1;
    stack.truncate(run.lastMark);
    run.lastMark = below;
  };
  const object = (kind: number, weight: number): number => {
    if (weights.length >= MAX_OBJECTS) return kind;
    weights.push(weight);
    return (weights.length - 1) * 16 + kind;
  };
  const weightOf = (value: number): number => {
    const kind = kindOf(value);
    return kind >= TUPLE && kind <= SET ? weights.at(Math.floor(value / 16)) : 1;
  };
  const add = (container: number, weight: number): void => {
    const id = Math.floor(container / 16);
    const kind = kindOf(container);
    if (id === 0 || kind < TUPLE || kind > SET) return;
    const sum = weights.at(id) + weight;
    weights.set(id, sum);
    if (sum > EXPANSION) {
      note('expansion', at, 'shared values unfold to more than a thousand million');
      weights.set(id, 1);
    }
  };
  const sumFrom = (from: number): number => {
    const values = stack.room(0);
    const each = weights.room(0);
    let sum = 1;
    for (let index = from; index < stack.length; index++) {
      const value = values[index]!;
      const kind = value & 15;
      sum += kind >= TUPLE && kind <= SET ? each[Math.floor(value / 16)]! : 1;
    }
    return sum;
  };
  const keep = (value: number, from: number): void => {
    if (kept === null || stack.length - from > 64) return;
    const id = Math.floor(value / 16);
    if (id !== 0 && kept.size < 100_000) kept.set(id, stack.slice(from));
  };
  const addGlobal = (module: string, name: string): void => {
    const key = `${module}\n${name}`;
    let index = byName.get(key);
    if (index === undefined) {
      if (globals.length >= MAX_GLOBALS) {
        note('too-many', at, 'more distinct imports than are followed');
        push(UNKNOWN);
        return;
      }
      index = globals.length;
      globals.push({ module, name, offset: at, protocol, calls: 0, callOffset: -1, built: false });
      byName.set(key, index);
      // oxlint-disable-next-line no-control-regex -- anything but printable ASCII
      if (/[^\x21-\x7e]/.test(module + name)) note('confusable-name', at, 'an imported name is not plain ASCII');
      if (name === 'NumpyArrayWrapper' && ARRAY_WRAPPERS.test(module)) kept ??= new Map();
    }
    push(index * 16 + GLOBAL);
  };
  const call = (callee: number, via: CallKind): number => {
    const kind = kindOf(callee);
    if (kind === GLOBAL) {
      const index = Math.floor(callee / 16);
      const found = globals[index]!;
      if (found.calls++ === 0) found.callOffset = at;
      return (index + 1) * 16 + RESULT;
    }
    if (kind === UNKNOWN) note('unresolved-callable', at, `${via} applies something that the file does not name`);
    else note('computed-callable', at, `${via} applies the result of an earlier step`);
    return RESULT;
  };
  const memoGet = (index: number): void => {
    const value = index < memo.length ? memo.at(index) : (sparse.get(index) ?? -1);
    if (value < 0) {
      note('missing-memo', at, 'reads a memo entry that was never written');
      push(UNKNOWN);
    } else push(value);
  };
  const memoPut = (index: number): void => {
    const value = top();
    if (index === memo.length && memo.length < MAX_MEMO) {
      memo.push(value);
      run.memoSize++;
    } else if (index < memo.length) {
      if (memo.at(index) < 0) run.memoSize++;
      memo.set(index, value);
    } else if (index < memo.length + 64 && index < MAX_MEMO) {
      while (memo.length < index) memo.push(sparse.get(memo.length) ?? -1);
      memo.push(value);
      run.memoSize++;
    } else if (sparse.size < MAX_SPARSE) {
      if (!sparse.has(index)) run.memoSize++;
      sparse.set(index, value);
    } else {
      run.memoSize++;
      note('too-many', at, 'more memo entries than are followed');
    }
  };
  const line = (limit: number): string => {
    const text = window.line(limit);
    if (text === null) throw new Stop('truncated', 'a line does not end');
    return text;
  };
  const skip = (length: number): void => {
    if (length > source.size - window.position) {
      throw new Stop('truncated', `a value of ${length} bytes goes beyond the end`);
    }
    window.skip(length);
  };
  /** A string or bytes of `length`: stands on the stack as the place of its opcode. */
  const text = (kind: number, length: number): void => {
    if (length >= 8 && nested.length < MAX_NESTED && length <= source.size - window.position) {
      const encoding = nestedEncoding(window, kind === BYTES);
      if (encoding !== null) nested.push({ offset: window.position, length, encoding });
    }
    skip(length);
    push(at * 16 + kind);
  };
  const integer = (value: number): void => push(value >= 0 && value < 2 ** 40 ? value * 16 + INT : ATOM);
  const setItem = (target: number): void => {
    const kind = kindOf(target);
    if (kind === GLOBAL) note('changes-global', at, describe(globals[Math.floor(target / 16)]!));
    else if (kind !== DICT && kind !== RESULT && kind !== UNKNOWN) {
      note('item-on-other-type', at, 'sets an item of a value that is no mapping');
    }
  };
  const append = (target: number): void => {
    const kind = kindOf(target);
    if (kind === GLOBAL) note('changes-global', at, describe(globals[Math.floor(target / 16)]!));
    else if (kind !== LIST && kind !== SET && kind !== RESULT && kind !== UNKNOWN) {
      note('item-on-other-type', at, 'appends to a value that is no list');
    }
  };
  const build = (state: number): void => {
    const target = top();
    if (kindOf(target) === GLOBAL) note('changes-global', at, describe(globals[Math.floor(target / 16)]!));
    if (kindOf(target) !== RESULT) return;
    const id = Math.floor(target / 16);
    const made = globals[(id & 0xffff) - 1];
    if (made === undefined) return;
    made.built = true;
    if (kept !== null && made.name === 'NumpyArrayWrapper' && ARRAY_WRAPPERS.test(made.module)) skipArray(state);
  };
  /** joblib's `NumpyArrayWrapper.write_array`: after its BUILD stand the array's bytes, aligned where the state says so. */
  const skipArray = (state: number): void => {
    const entries = kept?.get(Math.floor(state / 16)) ?? [];
    const member = (name: string): number | undefined => {
      for (let index = 0; index + 1 < entries.length; index += 2) {
        if (stringOf(entries[index]!) === name) return entries[index + 1];
      }
      return undefined;
    };
    const shape = kept?.get(Math.floor((member('shape') ?? 0) / 16));
    const type = dtypeOf(member('dtype'));
    if (type === null || (shape === undefined && member('shape') === undefined)) {
      throw new Stop('damaged', 'an array of joblib whose type or shape cannot be read');
    }
    if (type === 'object') return runInside();
    let bytes = type;
    for (const length of shape ?? []) bytes *= kindOf(length) === INT ? Math.floor(length / 16) : Number.NaN;
    if (!Number.isSafeInteger(bytes)) throw new Stop('damaged', 'an array of joblib whose size cannot be read');
    const alignment = member('numpy_array_alignment_bytes');
    if (alignment !== undefined && kindOf(alignment) === INT) {
      const padding = window.peek(0);
      if (padding < 0) throw new Stop('truncated', 'an array of joblib is missing');
      skip(1 + padding);
    }
    skip(bytes);
    frameEnd = Infinity;
  };
  /** An array of objects: a stream of its own stands here, with a stack and a memo of its own. */
  const runInside = (): void => {
    if (depth >= 16) throw new Stop('damaged', 'streams inside streams inside streams');
    const inner = runPickle(source, window.position, maxOpcodes - run.opcodes, depth + 1);
    run.opcodes += inner.opcodes;
    persistentIds += inner.persistentIds;
    for (const found of inner.globals) {
      const known = byName.get(`${found.module}\n${found.name}`);
      if (known === undefined) {
        byName.set(`${found.module}\n${found.name}`, globals.length);
        globals.push(found);
      } else if (found.calls > 0) {
        const own = globals[known]!;
        own.calls += found.calls;
        if (own.callOffset < 0) own.callOffset = found.callOffset;
      }
    }
    anomalies.push(...inner.anomalies.slice(0, MAX_ANOMALIES - anomalies.length));
    nested.push(...inner.nested.slice(0, MAX_NESTED - nested.length));
    window.skip(inner.end - window.position);
    frameEnd = Infinity;
    if (inner.status !== 'complete') throw new Stop(inner.status, inner.reason);
  };
  const dtypeOf = (value: number | undefined): number | 'object' | null => {
    if (value === undefined || kindOf(value) !== RESULT) return null;
    const id = Math.floor(value / 16);
    const made = globals[(id & 0xffff) - 1];
    const first = kept?.get(-Math.floor(id / 65_536))?.[0];
    if (made?.name !== 'dtype' || first === undefined) return null;
    const code = /^[<>|=]?([a-zA-Z])(\d+)$/.exec(stringOf(first) ?? '');
    if (code === null) return null;
    if (code[1] === 'O') return 'object';
    return Number(code[2]) * (code[1] === 'U' ? 4 : 1);
  };
  let keptCalls = 0;
  /** The result of a call whose arguments are remembered under the negative of a number in its payload. */
  const keepCall = (result: number, args: number): number => {
    if (kept === null || kindOf(args) !== TUPLE || keptCalls >= 100_000) return result;
    const elements = kept.get(Math.floor(args / 16));
    if (elements === undefined) return result;
    kept.set(-++keptCalls, elements);
    return result + keptCalls * 65_536 * 16;
  };
  const keepItems = (target: number, items: readonly number[]): void => {
    const id = Math.floor(target / 16);
    if (kept === null || kindOf(target) !== DICT || id === 0 || kept.size >= 100_000) return;
    const before = kept.get(id) ?? [];
    if (before.length + items.length <= 64) kept.set(id, [...before, ...items]);
  };
  const stringOf = (value: number): string | null =>
    kindOf(value) === STR ? decodePickleString(source, Math.floor(value / 16), MAX_NAME) : null;

  let status: PickleStream['status'] = 'complete';
  let reason = '';
  let result: bigint | null = null;
  try {
    loop: for (;;) {
      if (kept === null && run.opcodes + WINDOW <= maxOpcodes)
        runCommonOpcodes(window, run, { protocol, frameEnd, maxObjects: MAX_OBJECTS });
      at = window.position;
      if (at >= frameEnd) frameEnd = Infinity;
      const op = window.byte();
      if (op < 0) throw new Stop('truncated', run.opcodes === 0 ? 'there is nothing here' : 'no STOP before the end');
      if (++run.opcodes > maxOpcodes) throw new Stop('damaged', `more than ${maxOpcodes} opcodes`);
      switch (op) {
        case OP.MARK:
          push((run.lastMark + 1) * 16 + MARK);
          run.lastMark = stack.length - 1;
          break;
        case OP.STOP:
          result = integerOf(source, pop());
          break loop;
        case OP.POP:
          if (stack.length > 0 && run.lastMark === stack.length - 1) unmark();
          else pop();
          break;
        case OP.POP_MARK:
          mark();
          unmark();
          break;
        case OP.DUP:
          if (kindOf(top()) === MARK) throw new Stop('damaged', 'a mark where a value is needed');
          push(top());
          break;
        case OP.NONE:
        case OP.NEWTRUE:
        case OP.NEWFALSE:
          push(ATOM);
          break;
        case OP.FLOAT:
          line(MAX_NAME);
          push(ATOM);
          break;
        case OP.INT:
        case OP.LONG: {
          const digits = line(MAX_INTEGER_BYTES).trim();
          if (digits.length > 20_000) note('huge-integer', at, `${digits.length} digits`);
          integer(/^\d{1,12}L?$/.test(digits) ? Number.parseInt(digits, 10) : -1);
          break;
        }
        case OP.BININT:
          integer(window.int32());
          break;
        case OP.BININT1:
          push(window.need(1) * 16 + INT);
          break;
        case OP.BININT2:
          push(window.need(2) * 16 + INT);
          break;
        case OP.BINFLOAT:
          skip(8);
          push(ATOM);
          break;
        case OP.LONG1:
        case OP.LONG4: {
          const length = op === OP.LONG1 ? window.need(1) : window.int32();
          if (length < 0) throw new Stop('damaged', 'an integer of negative length');
          if (length > MAX_INTEGER_BYTES) note('huge-integer', at, `${length} bytes`);
          if (length > 5) push(at * 16 + BIG);
          else {
            let value = 0;
            for (let index = 0; index < length; index++) value += window.peek(index) * 256 ** index;
            integer(length > 0 && window.peek(length - 1) >= 128 ? -1 : value);
          }
          skip(length);
          break;
        }
        case OP.STRING:
        case OP.UNICODE: {
          const start = window.position;
          const length = window.skipLine();
          if (length < 0) throw new Stop('truncated', 'a line does not end');
          const first = window.byteAt(start + (op === OP.STRING ? 1 : 0));
          if (op === OP.STRING && length >= 8 && first === OP.GLOBAL && nested.length < MAX_NESTED) {
            nested.push({ offset: start + 1, length: length - 1, encoding: 'raw' });
          }
          push(at * 16 + STR);
          break;
        }
        case OP.SHORT_BINSTRING:
          text(STR, window.need(1));
          break;
        case OP.BINSTRING: {
          const length = window.int32();
          if (length < 0) throw new Stop('damaged', 'a string of negative length');
          text(STR, length);
          break;
        }
        case OP.SHORT_BINUNICODE:
          text(STR, window.need(1));
          break;
        case OP.BINUNICODE:
          text(STR, window.need(4));
          break;
        case OP.BINUNICODE8:
          text(STR, window.need(8));
          break;
        case OP.SHORT_BINBYTES:
          text(BYTES, window.need(1));
          break;
        case OP.BINBYTES:
          text(BYTES, window.need(4));
          break;
        case OP.BINBYTES8:
        case OP.BYTEARRAY8:
          text(BYTES, window.need(8));
          break;
        case OP.EMPTY_TUPLE:
          push(object(TUPLE, 1));
          break;
        case OP.EMPTY_LIST:
          push(object(LIST, 1));
          break;
        case OP.EMPTY_DICT:
          push(object(DICT, 1));
          break;
        case OP.EMPTY_SET:
          push(object(SET, 1));
          break;
        case OP.TUPLE1:
        case OP.TUPLE2:
        case OP.TUPLE3: {
          const count = op - OP.TUPLE1 + 1;
          const from = stack.length - count;
          if (from < 0 || run.lastMark >= from) throw new Stop('damaged', 'too few values for a tuple');
          const made = object(TUPLE, sumFrom(from));
          keep(made, from);
          stack.truncate(from);
          push(made);
          add(made, 0);
          break;
        }
        case OP.TUPLE:
        case OP.LIST:
        case OP.DICT:
        case OP.FROZENSET: {
          const from = mark();
          const kind = op === OP.TUPLE ? TUPLE : op === OP.LIST ? LIST : op === OP.DICT ? DICT : SET;
          const made = object(kind, sumFrom(from + 1));
          keep(made, from + 1);
          unmark();
          push(made);
          add(made, 0);
          break;
        }
        case OP.APPEND: {
          const item = pop();
          append(top());
          add(top(), weightOf(item));
          break;
        }
        case OP.APPENDS:
        case OP.ADDITEMS: {
          const from = mark();
          const weight = sumFrom(from + 1) - 1;
          unmark();
          append(top());
          add(top(), weight);
          break;
        }
        case OP.SETITEM: {
          const value = pop();
          const key = pop();
          const target = top();
          setItem(target);
          add(target, weightOf(value) + weightOf(key));
          if (kept !== null) keepItems(target, [key, value]);
          break;
        }
        case OP.SETITEMS: {
          const from = mark();
          const weight = sumFrom(from + 1) - 1;
          const items = kept !== null && stack.length - from <= 65 ? stack.slice(from + 1) : [];
          unmark();
          const target = top();
          setItem(target);
          add(target, weight);
          if (kept !== null) keepItems(target, items);
          break;
        }
        case OP.GLOBAL: {
          const module = line(MAX_NAME);
          addGlobal(module, line(MAX_NAME));
          break;
        }
        case OP.STACK_GLOBAL: {
          const name = stringOf(pop());
          const module = stringOf(pop());
          if (name === null || module === null) {
            note('unresolved-global', at, 'a name is put together at load time');
            push(UNKNOWN);
          } else addGlobal(module, name);
          break;
        }
        case OP.REDUCE: {
          const args = pop();
          push(keepCall(call(pop(), 'REDUCE'), args));
          break;
        }
        case OP.NEWOBJ: {
          const args = pop();
          push(keepCall(call(pop(), 'NEWOBJ'), args));
          break;
        }
        case OP.NEWOBJ_EX: {
          pop();
          pop();
          push(call(pop(), 'NEWOBJ_EX'));
          break;
        }
        case OP.INST: {
          const module = line(MAX_NAME);
          const name = line(MAX_NAME);
          mark();
          unmark();
          addGlobal(module, name);
          push(call(pop(), 'INST'));
          break;
        }
        case OP.OBJ: {
          const from = mark();
          if (from + 1 >= stack.length) throw new Stop('damaged', 'OBJ without a class');
          const callee = stack.at(from + 1);
          unmark();
          push(call(callee, 'OBJ'));
          break;
        }
        case OP.BUILD:
          build(pop());
          break;
        case OP.PERSID:
          line(MAX_NAME);
          persistentIds++;
          note('persistent-id', at, 'means what the loading program makes of it');
          push(UNKNOWN);
          break;
        case OP.BINPERSID:
          pop();
          persistentIds++;
          note('persistent-id', at, 'means what the loading program makes of it');
          push(UNKNOWN);
          break;
        case OP.EXT1:
        case OP.EXT2:
        case OP.EXT4:
          note('extension-code', at, `extension ${window.need(op === OP.EXT1 ? 1 : op === OP.EXT2 ? 2 : 4)}`);
          push(UNKNOWN);
          break;
        case OP.GET:
          memoGet(memoKey(line(MAX_NAME)));
          break;
        case OP.BINGET:
          memoGet(window.need(1));
          break;
        case OP.LONG_BINGET:
          memoGet(window.need(4));
          break;
        case OP.PUT:
          memoPut(memoKey(line(MAX_NAME)));
          break;
        case OP.BINPUT:
          memoPut(window.need(1));
          break;
        case OP.LONG_BINPUT:
          memoPut(window.need(4));
          break;
        case OP.MEMOIZE:
          memoPut(run.memoSize);
          break;
        case OP.PROTO: {
          const declared = window.need(1);
          if (declared > 5) throw new Stop('damaged', `protocol ${declared} is not known`);
          if (protocols++ > 0) note('repeated-protocol', at, 'declares a protocol twice');
          protocol = declared;
          break;
        }
        case OP.FRAME: {
          const length = window.need(8);
          if (frameEnd !== Infinity) note('frame-violation', at, 'a frame begins inside another');
          if (length > source.size - window.position) note('frame-violation', at, 'a frame goes beyond the end');
          frameEnd = window.position + length;
          continue;
        }
        case OP.NEXT_BUFFER:
          note('out-of-band-buffer', at, 'data that travels outside the file');
          push(ATOM);
          break;
        case OP.READONLY_BUFFER:
          top();
          break;
        default:
          run.opcodes--;
          throw new Stop('damaged', `0x${op.toString(16).padStart(2, '0')} is no opcode`);
      }
      if (window.position > frameEnd) {
        note('frame-violation', at, 'an opcode crosses the end of its frame');
        frameEnd = Infinity;
      }
      if (op >= OP.PROTO && op !== OP.PROTO && protocolOf(op) > protocol) {
        note('opcode-above-protocol', at, `an opcode of protocol ${protocolOf(op)} under protocol ${protocol}`);
      }
    }
  } catch (stop) {
    if (!(stop instanceof Stop)) {
      if (!(stop instanceof RangeError)) throw stop;
      status = 'truncated';
      reason = 'the file ends inside an opcode';
    } else ({ status, reason } = stop);
  }
  for (const numbers of [stack, memo, weights]) numbers.free();
  return {
    start,
    end: status === 'complete' ? window.position : at,
    status,
    reason,
    protocol,
    opcodes: run.opcodes,
    globals,
    anomalies,
    nested,
    result,
    persistentIds,
  };
}

/** The low four bits, which a double below 2^53 keeps: many times faster than `%`, which doubles do by division. */
function kindOf(value: number): number {
  return value & 15;
}

/** The integer that a value stands for, up to 16 bytes, or null. */
function integerOf(source: ByteSource, value: number): bigint | null {
  const payload = Math.floor(value / 16);
  if (kindOf(value) === INT) return BigInt(payload);
  if (kindOf(value) !== BIG) return null;
  const bytes = source.read(payload, 18);
  const length = bytes[1] ?? 0;
  if (bytes[0] !== OP.LONG1 || length > 16 || bytes.length < 2 + length) return null;
  let sum = 0n;
  for (let index = length - 1; index >= 0; index--) sum = sum * 256n + BigInt(bytes[2 + index]!);
  return BigInt.asIntN(length * 8, sum);
}

/** A memo index as Python's `int()` reads it: white space around, underscores between digits. */
function memoKey(line: string): number {
  const digits = line.trim().replace(/_/g, '');
  if (!/^\+?\d{1,15}$/.test(digits)) throw new Stop('damaged', 'a memo index that is no number');
  return Number.parseInt(digits, 10);
}

function describe(found: PickleGlobal): string {
  return `${found.module}.${found.name}`;
}

import type { GrowingNumbers } from './growing-numbers.ts';
import { OP } from './opcodes.ts';
import type { PickleWindow } from './pickle-window.ts';

/** What a run of a stream changes with every opcode. */
export interface PickleRun {
  readonly stack: GrowingNumbers;
  readonly memo: GrowingNumbers;
  readonly weights: GrowingNumbers;
  /** Index on the stack of the topmost mark, or -1. */
  lastMark: number;
  memoSize: number;
  opcodes: number;
}

/** Kinds of symbolic values; a value is `payload * 16 + kind` in one double. */
export const KIND = {
  ATOM: 0,
  STR: 1,
  BYTES: 2,
  INT: 3,
  GLOBAL: 4,
  MARK: 5,
  RESULT: 6,
  TUPLE: 7,
  LIST: 8,
  DICT: 9,
  SET: 10,
  UNKNOWN: 11,
  BIG: 12,
} as const;

const { ATOM, STR, INT, MARK, TUPLE, LIST, DICT, SET } = KIND;
/** Longest opcode with its argument that is run here: a string of 255 bytes. */
const LONGEST = 258;
/** Bytes with which a pickle, as it is or in digits, can begin inside a string (`nestedEncoding`). */
const NESTED: ReadonlySet<number> = new Set([OP.PROTO, 0x38, 0x67]);
const MAY_NEST = Uint8Array.from({ length: 256 }, (_, byte) => (NESTED.has(byte) ? 1 : 0));
/** Unfolded values, and objects, up to which nothing needs a second look. */
const LIGHT = 1e6;

/**
 * Runs the opcodes of which large pickles consist, as long as nothing about them is remarkable: values pushed, memoised and fetched, short tuples. Ends
 * before the first that is any other, or that does not lie in the window as a whole; the machine goes on there. The same steps as the machine's,
 * over its own memory in one tight loop, which is several times as fast.
 * @param frameEnd offset at which the current frame ends, or Infinity
 */
export function runCommonOpcodes(
  window: PickleWindow,
  run: PickleRun,
  {
    protocol,
    frameEnd,
    maxObjects,
  }: { readonly protocol: number; readonly frameEnd: number; readonly maxObjects: number },
): void {
  // Later opcodes under an earlier protocol are remarkable.
  if (protocol < 2) return;
  const modern = protocol >= 4;
  const { bytes, base } = window;
  let at = window.index;
  const end = Math.min(window.filled - LONGEST, frameEnd - base - LONGEST);
  const stack = run.stack.room(1);
  const memo = run.memo.room(1);
  const weights = run.weights.room(1);
  let top = run.stack.length;
  let memoized = run.memo.length;
  let objects = run.weights.length;
  let { lastMark, opcodes } = run;
  const mostValues = stack.length - 1;
  const mostMemo = run.memoSize === memoized ? memo.length - 1 : 0;
  const mostObjects = Math.min(weights.length - 1, maxObjects - 1);
  loop: while (at < end && top < mostValues) {
    const op = bytes[at]!;
    switch (op) {
      case OP.SHORT_BINUNICODE: {
        const length = bytes[at + 1]!;
        if (!modern || (length >= 8 && MAY_NEST[bytes[at + 2]!] === 1)) break loop;
        stack[top++] = (base + at) * 16 + STR;
        at += 2 + length;
        break;
      }
      case OP.MEMOIZE: {
        if (!modern || memoized >= mostMemo || top === 0) break loop;
        memo[memoized++] = stack[top - 1]!;
        at++;
        break;
      }
      case OP.BINUNICODE: {
        const length = bytes[at + 1]! + bytes[at + 2]! * 256 + bytes[at + 3]! * 65_536 + bytes[at + 4]! * 16_777_216;
        if (at + length >= end || (length >= 8 && MAY_NEST[bytes[at + 5]!] === 1)) break loop;
        stack[top++] = (base + at) * 16 + STR;
        at += 5 + length;
        break;
      }
      case OP.BINPUT:
        if (bytes[at + 1] !== memoized || memoized >= mostMemo || top === 0) break loop;
        memo[memoized++] = stack[top - 1]!;
        at += 2;
        break;
      case OP.LONG_BINPUT: {
        const index = bytes[at + 1]! + bytes[at + 2]! * 256 + bytes[at + 3]! * 65_536 + bytes[at + 4]! * 16_777_216;
        if (index !== memoized || memoized >= mostMemo || top === 0) break loop;
        memo[memoized++] = stack[top - 1]!;
        at += 5;
        break;
      }
      case OP.BINGET: {
        const index = bytes[at + 1]!;
        if (index >= memoized || memo[index]! < 0) break loop;
        stack[top++] = memo[index]!;
        at += 2;
        break;
      }
      case OP.LONG_BINGET: {
        const index = bytes[at + 1]! + bytes[at + 2]! * 256 + bytes[at + 3]! * 65_536 + bytes[at + 4]! * 16_777_216;
        if (index >= memoized || memo[index]! < 0) break loop;
        stack[top++] = memo[index]!;
        at += 5;
        break;
      }
      case OP.BININT1:
        stack[top++] = bytes[at + 1]! * 16 + INT;
        at += 2;
        break;
      case OP.BININT2:
        stack[top++] = (bytes[at + 1]! + bytes[at + 2]! * 256) * 16 + INT;
        at += 3;
        break;
      case OP.BININT: {
        const value = bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24);
        stack[top++] = value >= 0 ? value * 16 + INT : ATOM;
        at += 5;
        break;
      }
      case OP.BINFLOAT:
        stack[top++] = ATOM;
        at += 9;
        break;
      case OP.NONE:
      case OP.NEWTRUE:
      case OP.NEWFALSE:
        stack[top++] = ATOM;
        at++;
        break;
      case OP.MARK:
        stack[top] = (lastMark + 1) * 16 + MARK;
        lastMark = top++;
        at++;
        break;
      case OP.EMPTY_DICT:
      case OP.EMPTY_LIST:
      case OP.EMPTY_TUPLE:
        if (objects >= mostObjects) break loop;
        weights[objects] = 1;
        stack[top++] = objects++ * 16 + (op === OP.EMPTY_DICT ? DICT : op === OP.EMPTY_LIST ? LIST : TUPLE);
        at++;
        break;
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3: {
        const from = top - (op - OP.TUPLE1 + 1);
        if (from < 0 || lastMark >= from || objects >= mostObjects) break loop;
        let sum = 1;
        for (let index = from; index < top; index++) {
          const value = stack[index]!;
          const kind = value & 15;
          sum += kind >= TUPLE && kind <= SET ? weights[Math.floor(value / 16)]! : 1;
        }
        if (sum > LIGHT) break loop;
        weights[objects] = sum;
        stack[from] = objects++ * 16 + TUPLE;
        top = from + 1;
        at++;
        break;
      }
      default:
        break loop;
    }
    opcodes++;
  }
  window.index = at;
  run.stack.truncate(top);
  run.memoSize += memoized - run.memo.length;
  run.memo.truncate(memoized);
  run.weights.truncate(objects);
  run.lastMark = lastMark;
  run.opcodes = opcodes;
}

import type { ByteSource } from '../../bytes/byte-source.ts';
import { OP } from './opcodes.ts';
import { runPickle } from './pickle-machine.ts';
import type { PickleGlobal, PickleStream } from './pickle-stream.ts';

/** PyTorch's `MAGIC_NUMBER`: files before 1.6 begin with a pickle of it. */
export const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn;

const MAX_STREAMS = 2000;
/** Beginnings that are tried: chance makes one every 150 kB of weights, and nearly all end after a few opcodes. */
const MAX_CANDIDATES = 200_000;
/** Opcodes of all candidates. */
const MAX_SEARCH_OPCODES = 20_000_000;
/** Opcodes that a candidate may run before it is clear what it is. */
const CANDIDATE_OPCODES = 200_000;
/** Bytes after the last stream that are searched for another beginning. */
const SEARCHED = 8 * 2 ** 30;
const BLOCK = 1 << 20;

export interface PickleFile {
  /** Streams one after another from the first byte, as far as they follow each other. */
  readonly streams: readonly PickleStream[];
  /** Streams that begin somewhere in what follows, found by their first bytes: chance can make them, so only what they import counts. */
  readonly found: readonly PickleStream[];
  /** Offset where the streams end and other bytes begin; equal to the size where there are none. */
  readonly end: number;
  /** Present when not everything was looked at, and why. */
  readonly incomplete?: string;
  /** True for PyTorch's format before 1.6: after five streams come the bytes of the tensors. */
  readonly legacyTorch: boolean;
}

/**
 * All pickle streams of a file: those that follow each other (a loader may read several), and those that begin in the bytes behind
 * them or behind a damaged place. Never throws.
 */
export function readPickles(source: ByteSource): PickleFile {
  const streams: PickleStream[] = [];
  let at = 0;
  let incomplete: string | undefined;
  while (at < source.size) {
    if (streams.length >= MAX_STREAMS) {
      incomplete = `more than ${MAX_STREAMS} streams`;
      break;
    }
    if (streams.length > 0 && !beginsLikePickle(source, at)) break;
    const stream = runPickle(source, at);
    // After the first, a stream counts when it ends well or says something.
    if (streams.length > 0 && stream.status !== 'complete' && stream.globals.length === 0) break;
    streams.push(stream);
    at = stream.end;
    if (stream.status !== 'complete') break;
  }
  const end = Math.min(at, source.size);
  const legacyTorch = streams[0]?.result === TORCH_MAGIC;
  const found: PickleStream[] = [];
  if (end < source.size) {
    const searched = search(source, end, found);
    if (!searched) incomplete ??= 'too much that could be a pickle follows the last stream';
  }
  return { streams, found, end, legacyTorch, ...(incomplete === undefined ? {} : { incomplete }) };
}

function beginsLikePickle(source: ByteSource, at: number): boolean {
  const [first, second] = source.read(at, 2);
  if (first === OP.PROTO) return second !== undefined && second <= 5;
  return first !== undefined && PICKLE_STARTS.has(first);
}

/** Opcodes with which a stream can begin, besides the mark of its protocol. */
export const PICKLE_STARTS: ReadonlySet<number> = new Set<number>([
  OP.MARK,
  OP.GLOBAL,
  OP.EMPTY_DICT,
  OP.EMPTY_LIST,
  OP.EMPTY_TUPLE,
  OP.NONE,
  OP.INT,
  OP.BININT,
  OP.BININT1,
  OP.BININT2,
  OP.LONG,
  OP.STRING,
  OP.UNICODE,
  OP.BINUNICODE,
  OP.SHORT_BINSTRING,
  OP.BINSTRING,
  OP.PERSID,
  OP.FLOAT,
  OP.BINFLOAT,
  // Written by hand: opcodes of later protocols without the mark of one.
  OP.FRAME,
  OP.LONG1,
  OP.LONG4,
  OP.EXT1,
  OP.EXT2,
  OP.EXT4,
  OP.NEWTRUE,
  OP.NEWFALSE,
  OP.EMPTY_SET,
  OP.BINBYTES,
  OP.SHORT_BINBYTES,
  OP.BINBYTES8,
  OP.BYTEARRAY8,
  OP.BINUNICODE8,
  OP.SHORT_BINUNICODE,
]);

/** Looks for beginnings of streams from `from` on: a protocol mark, or a GLOBAL with two lines that are names. False when it had to give up. */
function search(source: ByteSource, from: number, found: PickleStream[]): boolean {
  const limit = Math.min(source.size, from + SEARCHED);
  let candidates = 0;
  let opcodes = 0;
  let next = from;
  for (let base = from; base < limit; base += BLOCK) {
    const block = Buffer.from(source.read(base, Math.min(BLOCK + 512, source.size - base)));
    const inside = Math.min(BLOCK, block.length);
    for (const at of beginnings(block, inside)) {
      if (base + at < next) continue;
      if (++candidates > MAX_CANDIDATES || opcodes > MAX_SEARCH_OPCODES) return false;
      const stream = runPickle(source, base + at, CANDIDATE_OPCODES);
      opcodes += stream.opcodes;
      const named = stream.globals.filter(isPlausible);
      if (named.length === 0) continue;
      found.push({ ...stream, globals: named });
      if (stream.status === 'complete') next = stream.end;
      if (found.length >= 64) return false;
    }
  }
  return limit === source.size;
}

function* beginnings(block: Buffer, limit: number): Generator<number> {
  for (let at = block.indexOf(OP.PROTO); at !== -1 && at < limit; at = block.indexOf(OP.PROTO, at + 1)) {
    const version = block[at + 1];
    const op = block[at + 2];
    if (version === undefined || version < 2 || version > 5 || op === undefined) continue;
    if (op === OP.FRAME ? (block[at + 10] ?? 1) === 0 : PICKLE_STARTS.has(op) || op === OP.SHORT_BINUNICODE) yield at;
  }
  for (let end = block.indexOf(0x0a); end !== -1 && end < limit; end = block.indexOf(0x0a, end + 1)) {
    const second = block.indexOf(0x0a, end + 1);
    if (second === -1) return;
    if (second - end > 128 || !isName(block, end + 1, second)) continue;
    let start = end;
    while (start > 0 && end - start < 128 && isNameByte(block[start - 1]!)) start--;
    // The opcode `c` or `i` is a letter like those of the name: try the first place that reads as one.
    for (let at = start; at < end - 1; at++) {
      if (block[at] === OP.GLOBAL) {
        yield at;
        break;
      }
    }
  }
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_.]*$/;
/** Letters of module and name together, from which on chance no longer makes names out of weights: `os.dup` has five. */
const LEAST_NAME = 5;

/** A name that could be imported. Others are what weights look like when they are read as a pickle. */
function isPlausible({ module, name }: PickleGlobal): boolean {
  return IDENTIFIER.test(module) && IDENTIFIER.test(name) && module.length + name.length >= LEAST_NAME;
}

function isName(block: Buffer, from: number, to: number): boolean {
  if (to <= from) return false;
  for (let at = from; at < to; at++) if (!isNameByte(block[at]!)) return false;
  return true;
}

function isNameByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte === 46
  );
}

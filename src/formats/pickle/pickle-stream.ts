/** How a callable was applied. */
export type CallKind = 'REDUCE' | 'INST' | 'OBJ' | 'NEWOBJ' | 'NEWOBJ_EX';

/** One name that a pickle imports, with what it does with it. */
export interface PickleGlobal {
  readonly module: string;
  readonly name: string;
  /** Byte offset of the opcode that imported it first, from the start of the source. */
  readonly offset: number;
  /** Protocol declared before it: below 3, Python 2 names are mapped to Python 3 ones. */
  readonly protocol: number;
  /** How often it was applied as a callable. */
  calls: number;
  /** Offset of the first application, or -1. */
  callOffset: number;
  /** The state of instances of it was set by BUILD (`__setstate__` or attributes). */
  built: boolean;
}

/** What is odd about a stream, whatever it imports. */
export type PickleAnomalyKind =
  | 'unresolved-global' // STACK_GLOBAL over values that are not constant strings
  | 'computed-callable' // the result of a call, or another value, is applied
  | 'unresolved-callable' // what is applied comes from an extension code, a persistent id or a missing memo entry
  | 'extension-code' // EXT1, EXT2, EXT4: means what the loading process has registered
  | 'persistent-id' // means what the loading program makes of it
  | 'out-of-band-buffer'
  | 'changes-global' // BUILD, SETITEM or APPEND on an imported object itself
  | 'item-on-other-type' // SETITEM or APPEND on a value that is no container
  | 'frame-violation' // an opcode crosses the end of its frame, or frames overlap: parsers disagree about what follows
  | 'repeated-protocol'
  | 'opcode-above-protocol'
  | 'confusable-name' // an imported name outside ASCII
  | 'missing-memo'
  | 'huge-integer'
  | 'expansion' // few bytes that describe an enormous structure
  | 'too-many'; // more distinct names, memo entries or values than are followed

export interface PickleAnomaly {
  readonly kind: PickleAnomalyKind;
  readonly offset: number;
  readonly detail: string;
}

/** Bytes or text inside a pickle that begin like a pickle of their own. */
export interface NestedPickle {
  readonly offset: number;
  readonly length: number;
  readonly encoding: 'raw' | 'hex' | 'base64';
}

export interface PickleStream {
  readonly start: number;
  /** Offset after the last byte that was understood. */
  readonly end: number;
  /** `complete`: ended with STOP. Otherwise why it did not; everything found before holds, because a loader executes up to there. */
  readonly status: 'complete' | 'truncated' | 'damaged';
  readonly reason: string;
  readonly protocol: number;
  readonly opcodes: number;
  readonly globals: readonly PickleGlobal[];
  readonly anomalies: readonly PickleAnomaly[];
  readonly nested: readonly NestedPickle[];
  /** The first plain integer on the stack at STOP, or null: legacy PyTorch files begin with a magic one. */
  readonly result: bigint | null;
  readonly persistentIds: number;
}

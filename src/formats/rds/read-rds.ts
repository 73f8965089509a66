import { bufferedSource } from '../../bytes/buffered-source.ts';
import type { ByteSource } from '../../bytes/byte-source.ts';

/** What of a serialised R object can run: seen, never evaluated. */
export interface RCode {
  /**
   * `promise`: an expression that R evaluates when the value is first used (CVE-2024-27322). `active-binding`: a function that is called whenever a name is
   * looked up. `closure`: a function that runs when somebody calls it. `pointer`: an address, which native code follows.
   */
  readonly kind: 'promise' | 'active-binding' | 'closure' | 'pointer';
  /** Byte offset of the item. */
  readonly offset: number;
  /** Functions that it calls by name, each once, in order. */
  readonly calls: readonly string[];
  /** Holds compiled code, of which the names are known but not the order. */
  readonly compiled: boolean;
}

export interface RData {
  readonly code: readonly RCode[];
  /** Why not all of it was read, or null. */
  readonly problem: string | null;
  /** Offset after the last byte that was understood. */
  readonly end: number;
}

/** `SEXPTYPE` and the pseudo types of R's `serialize.c`. */
const TYPE = {
  SYM: 1, LIST: 2, CLO: 3, ENV: 4, PROM: 5, LANG: 6, SPECIAL: 7, BUILTIN: 8, CHAR: 9, LGL: 10, INT: 13, REAL: 14, CPLX: 15, STR: 16, DOT: 17,
  VEC: 19, EXPR: 20, BCODE: 21, EXTPTR: 22, WEAKREF: 23, RAW: 24, S4: 25, ALTREP: 238, ATTRLIST: 239, ATTRLANG: 240, BASEENV: 241, EMPTYENV: 242,
  BCREPREF: 243, BCREPDEF: 244, PERSIST: 247, PACKAGE: 248, NAMESPACE: 249, BASENAMESPACE: 250, MISSINGARG: 251, UNBOUND: 252, GLOBALENV: 253, NIL: 254, REF: 255,
} as const; // prettier-ignore

const MAX_DEPTH = 400;
const MAX_ITEMS = 20_000_000;
const MAX_CODE = 10_000;
const MAX_CALLS = 10_000;
const MAX_NAME = 256;
const LONGEST_WORD = 64;
const ACTIVE_BINDING = 1 << 15;

class Stop extends Error {}

/** Where code is, while it is read. */
interface Inside {
  readonly calls: Set<string>;
  compiled: boolean;
}

/** The serialisation alone (`saveRDS`), or behind the mark of a workspace (`save`). */
export function isRData(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 7)).toString('latin1');
  if (/^RD[XAB][23]\n[XAB]\n?/.test(text)) return true;
  // A version follows, of two or three.
  return /^(?:X\n\0\0\0[\x02\x03]|B\n[\x02\x03]\0\0\0|A\n[23]\n)/.test(text);
}

/**
 * Reads a serialised R object (R Internals §1.8, `serialize.c`, versions 2 and 3, XDR and little-endian binary) for what can run. Values are passed
 * over, nothing is built. Never throws.
 */
export function readRData(source: ByteSource): RData {
  const walk = new RWalk(source);
  let problem: string | null = null;
  try {
    walk.run();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    problem = error.message;
  }
  return { code: walk.code, problem, end: walk.at };
}

class RWalk {
  readonly code: RCode[] = [];
  at = 0;
  readonly #source: ByteSource;
  readonly #symbols: (string | null)[] = [];
  #little = false;
  /** Written as text: everything is a word, and spaces in strings are escaped. */
  #words = false;
  #items = 0;

  constructor(source: ByteSource) {
    this.#source = bufferedSource(source);
  }

  run(): void {
    let head = Buffer.from(this.#take(5)).toString('latin1');
    if (!/^RD[XAB][23]\n$/.test(head)) this.at = 0;
    head = Buffer.from(this.#take(2)).toString('latin1');
    this.#words = head === 'A\n';
    this.#little = head === 'B\n';
    const version = this.#int();
    this.#int();
    this.#int();
    if (version === 3) this.#text(this.#int());
    else if (version !== 2) throw new Stop(`version ${version} is not known`);
    this.#item(0, null);
    if (this.#words) this.#spaces();
  }

  #take(length: number): Uint8Array {
    const bytes = this.#source.read(this.at, length);
    if (bytes.length < length) throw new Stop('the object is cut off');
    this.at += length;
    return bytes;
  }

  #skip(length: number): void {
    if (!(length >= 0 && length <= this.#source.size - this.at)) throw new Stop('a value goes beyond the end');
    this.at += length;
  }

  #word(): string {
    this.#spaces();
    const bytes = Buffer.from(this.#source.read(this.at, LONGEST_WORD).slice());
    let to = 0;
    while (to < bytes.length && bytes[to]! > 0x20) to++;
    if (to === 0) throw new Stop('the object is cut off');
    if (to === LONGEST_WORD) throw new Stop('a word that does not end');
    this.at += to;
    return bytes.toString('latin1', 0, to);
  }

  /** Passes over `count` values of `size` bytes, or of `words` words. */
  #values(count: number, size: number, words = 1): void {
    if (!this.#words) return this.#skip(count * size);
    for (let left = count * words; left > 0; left--) {
      this.#count();
      this.#word();
    }
  }

  #int(): number {
    if (this.#words) {
      const word = this.#word();
      if (word === 'NA') return -2147483648;
      if (!/^-?\d{1,10}$/.test(word)) throw new Stop('a number that is none');
      return Number(word);
    }
    const bytes = this.#take(4);
    const [a, b, c, d] = [bytes[0]!, bytes[1]!, bytes[2]!, bytes[3]!];
    return this.#little ? a | (b << 8) | (c << 16) | (d << 24) : (a << 24) | (b << 16) | (c << 8) | d;
  }

  /** Length of a vector; long ones have two words. */
  #length(): number {
    const length = this.#int();
    if (length >= 0) return length;
    if (length !== -1) throw new Stop('a negative length');
    return (this.#int() >>> 0) * 4294967296 + (this.#int() >>> 0);
  }

  #count(): void {
    if (++this.#items > MAX_ITEMS) throw new Stop(`more than ${MAX_ITEMS} values`);
  }

  /** A symbol that stands where a function is called. */
  #called(name: string | null, inside: Inside | null): void {
    if (name === null || inside === null) return;
    inside.calls.add(name);
    if (inside.calls.size > MAX_CALLS) throw new Stop(`a function with more than ${MAX_CALLS} calls`);
  }

  #add(kind: RCode['kind'], offset: number, inside: Inside): void {
    if (this.code.length >= MAX_CODE) throw new Stop(`more than ${MAX_CODE} functions`);
    this.code.push({ kind, offset, calls: [...inside.calls], compiled: inside.compiled });
  }

  /** Reads one item. Returns the name of a symbol, and what else decides about what is around it. */
  #item(depth: number, inside: Inside | null): { readonly type: number; readonly symbol: string | null } {
    if (depth > MAX_DEPTH) throw new Stop(`nested deeper than ${MAX_DEPTH} levels`);
    this.#count();
    const offset = this.at;
    const flags = this.#int();
    const type = flags & 0xff;
    const hasAttributes = (flags & 0x200) !== 0;
    const plain = { type, symbol: null };
    switch (type) {
      case TYPE.NIL:
      case TYPE.EMPTYENV:
      case TYPE.BASEENV:
      case TYPE.GLOBALENV:
      case TYPE.UNBOUND:
      case TYPE.MISSINGARG:
      case TYPE.BASENAMESPACE:
        return plain;
      case TYPE.REF: {
        const index = flags >>> 8 === 0 ? this.#int() : flags >>> 8;
        return { type, symbol: this.#symbols[index - 1] ?? null };
      }
      case TYPE.PERSIST:
      case TYPE.PACKAGE:
      case TYPE.NAMESPACE: {
        this.#int();
        for (let left = this.#length(); left > 0; left--) this.#item(depth + 1, null);
        this.#reference(null);
        return plain;
      }
      case TYPE.SYM: {
        const symbol = this.#name(depth);
        this.#reference(symbol);
        return { type, symbol };
      }
      case TYPE.ENV:
        this.#int();
        this.#reference(null);
        for (let part = 0; part < 4; part++) this.#item(depth + 1, null);
        return plain;
      case TYPE.LIST:
      case TYPE.DOT:
        this.#pairs(flags, offset, depth, inside);
        return plain;
      case TYPE.LANG: {
        if (hasAttributes) this.#item(depth + 1, null);
        if ((flags & 0x400) !== 0) this.#item(depth + 1, null);
        this.#called(this.#item(depth + 1, inside).symbol, inside);
        this.#item(depth + 1, inside);
        return plain;
      }
      case TYPE.CLO:
      case TYPE.PROM:
        this.#function(type, flags, offset, depth, inside);
        return plain;
      case TYPE.SPECIAL:
      case TYPE.BUILTIN:
        this.#called(this.#text(this.#int()), inside);
        return plain;
      case TYPE.CHAR: {
        const length = this.#int();
        if (this.#words) this.#text(length);
        else if (length > 0) this.#skip(length);
        break;
      }
      case TYPE.LGL:
      case TYPE.INT:
        this.#values(this.#length(), 4);
        break;
      case TYPE.REAL:
        this.#values(this.#length(), 8);
        break;
      case TYPE.CPLX:
        this.#values(this.#length(), 16, 2);
        break;
      case TYPE.RAW:
        this.#values(this.#length(), 1);
        break;
      case TYPE.STR:
      case TYPE.VEC:
      case TYPE.EXPR:
        for (let left = this.#length(); left > 0; left--) this.#item(depth + 1, inside);
        break;
      case TYPE.EXTPTR:
        this.#reference(null);
        this.#item(depth + 1, null);
        this.#item(depth + 1, null);
        this.#add('pointer', offset, { calls: new Set(), compiled: false });
        break;
      case TYPE.WEAKREF:
        this.#reference(null);
        break;
      case TYPE.S4:
        break;
      case TYPE.ALTREP:
        for (let part = 0; part < 3; part++) this.#item(depth + 1, inside);
        return plain;
      case TYPE.BCODE:
        this.#int();
        this.#byteCode(depth + 1, inside);
        break;
      default:
        throw new Stop(`type ${type} is not known`);
    }
    if (hasAttributes) this.#item(depth + 1, null);
    return plain;
  }

  #reference(symbol: string | null): void {
    this.#symbols.push(symbol);
  }

  #name(depth: number): string | null {
    if (depth > MAX_DEPTH) throw new Stop(`nested deeper than ${MAX_DEPTH} levels`);
    this.#count();
    if ((this.#int() & 0xff) !== TYPE.CHAR) throw new Stop('a symbol without a name');
    return this.#text(this.#int());
  }

  #text(length: number): string | null {
    if (length < 0) return null;
    if (this.#words) return length === 0 ? '' : this.#string(length);
    if (length > MAX_NAME) {
      this.#skip(length);
      return null;
    }
    return Buffer.from(this.#take(length)).toString('utf8');
  }

  /** A string of `length` bytes behind escapes; null for a long one. */
  #string(length: number): string | null {
    this.#spaces();
    let text = '';
    for (let left = length; left > 0; left--) {
      const bytes = this.#source.read(this.at, 4);
      if (bytes.length === 0) throw new Stop('the object is cut off');
      const escape = bytes[0] === 0x5c ? String.fromCharCode(...bytes.subarray(1)) : '';
      const octal = /^[0-7]{1,3}/.exec(escape)?.[0];
      this.at += octal !== undefined ? 1 + octal.length : escape !== '' ? 2 : 1;
      if (length > MAX_NAME) continue;
      text +=
        octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8))
          : escape !== ''
            ? escape[0]!
            : String.fromCharCode(bytes[0]!);
    }
    return length > MAX_NAME ? null : text;
  }

  #spaces(): void {
    for (
      let byte = this.#source.read(this.at, 1)[0];
      byte !== undefined && byte <= 0x20;
      byte = this.#source.read(this.at, 1)[0]
    )
      this.at++;
  }

  /** A list of pairs: the rest of it follows in the same way, so it is walked and not descended into. */
  #pairs(first: number, start: number, depth: number, inside: Inside | null): void {
    let flags = first;
    let offset = start;
    for (;;) {
      if ((flags & 0x200) !== 0) this.#item(depth + 1, null);
      if ((flags & 0x400) !== 0) this.#item(depth + 1, null);
      if (((flags >> 12) & ACTIVE_BINDING) !== 0) {
        const own: Inside = { calls: new Set(), compiled: false };
        this.#item(depth + 1, own);
        this.#add('active-binding', offset, own);
      } else this.#item(depth + 1, inside);
      offset = this.at;
      const next = this.#int();
      const type = next & 0xff;
      if (type !== TYPE.LIST && type !== TYPE.DOT) {
        this.at = offset;
        // Usually the end of the list.
        this.#item(depth + 1, inside);
        return;
      }
      this.#count();
      flags = next;
    }
  }

  /** Closures: environment, formals, body. Promises: environment where it is not evaluated yet, value, expression. */
  #function(type: number, flags: number, offset: number, depth: number, around: Inside | null): void {
    const inside: Inside = { calls: new Set(), compiled: false };
    if ((flags & 0x200) !== 0) this.#item(depth + 1, null);
    if ((flags & 0x400) !== 0) this.#item(depth + 1, null);
    const value = this.#item(depth + 1, type === TYPE.CLO ? inside : null);
    this.#item(depth + 1, inside);
    // A function that is made or called inside other code does what it does there.
    for (const name of inside.calls) this.#called(name, around);
    if (type === TYPE.CLO) this.#add('closure', offset, inside);
    else if (value.type === TYPE.UNBOUND) this.#add('promise', offset, inside);
  }

  #byteCode(depth: number, inside: Inside | null): void {
    if (depth > MAX_DEPTH) throw new Stop(`nested deeper than ${MAX_DEPTH} levels`);
    if (inside !== null) inside.compiled = true;
    this.#item(depth + 1, null);
    for (let left = this.#int(); left > 0; left--) {
      this.#count();
      const type = this.#int();
      if (type === TYPE.BCODE) this.#byteCode(depth + 1, inside);
      else if (isBytecodeList(type)) this.#byteCodeList(type, depth + 1, inside);
      // In the pool of constants a symbol is a variable or a function: either may be called.
      else this.#called(this.#item(depth + 1, inside).symbol, inside);
    }
  }

  #byteCodeList(first: number, depth: number, inside: Inside | null): void {
    if (depth > MAX_DEPTH) throw new Stop(`nested deeper than ${MAX_DEPTH} levels`);
    let type = first;
    for (;;) {
      this.#count();
      if (type === TYPE.BCREPREF) {
        this.#int();
        return;
      }
      if (type === TYPE.BCREPDEF) {
        this.#int();
        type = this.#int();
      }
      if (!isBytecodeList(type)) {
        this.#item(depth + 1, inside);
        return;
      }
      const call = type === TYPE.LANG || type === TYPE.ATTRLANG;
      if (type === TYPE.ATTRLANG || type === TYPE.ATTRLIST) this.#item(depth + 1, null);
      this.#item(depth + 1, null);
      const head = this.#int();
      if (isBytecodeList(head)) this.#byteCodeList(head, depth + 1, inside);
      else {
        const { symbol } = this.#item(depth + 1, inside);
        if (call) this.#called(symbol, inside);
      }
      type = this.#int();
    }
  }
}

function isBytecodeList(type: number): boolean {
  return (
    type === TYPE.LANG ||
    type === TYPE.LIST ||
    type === TYPE.ATTRLANG ||
    type === TYPE.ATTRLIST ||
    type === TYPE.BCREPDEF ||
    type === TYPE.BCREPREF
  );
}

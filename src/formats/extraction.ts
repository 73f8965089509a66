import { Fault } from '../core/fault.ts';

/** Bounds on reading one file, whatever is inside it. Exceeding one is a `Fault` `ERR_FILE_LIMIT`. */
export interface FileLimits {
  /** Bytes of the file. */
  readonly bytes: number;
  /** UTF-16 units of text taken out of it in all. */
  readonly text: number;
  /** Bytes that its compressed parts may unpack to in all. */
  readonly unpacked: number;
  /** Unpacked bytes for one packed byte, over the whole file; small files get a free mebibyte. */
  readonly ratio: number;
  /** Pages, members, chunks, elements and tags in all. */
  readonly items: number;
  /** Pages of one document. */
  readonly pages: number;
  /** Files within files, and elements within elements. */
  readonly depth: { readonly files: number; readonly elements: number };
}

export const DEFAULT_FILE_LIMITS: FileLimits = {
  bytes: 16 << 20,
  text: 1 << 20,
  unpacked: 64 << 20,
  ratio: 200,
  items: 1_000_000,
  pages: 1000,
  depth: { files: 4, elements: 256 },
};

/** Text from one part of a file. */
export interface Piece {
  /** Where in the file, such as `page=2`, `word/document.xml`, `exif`; of a file inside, behind its own name and a `/`. */
  readonly part: string;
  readonly text: string;
  /** A person who opens the file does not see it: metadata, comments of the source, white on white, `display: none`. */
  readonly hidden: boolean;
}

/** Why something was not read. */
export const GAP_REASONS = [
  'pixels', // a picture: what it shows cannot be inspected
  'audio',
  'video',
  'reference', // lies elsewhere: a URL, an id
  'encrypted',
  'damaged',
  'limit',
  'unsupported', // a format that is not read
  'timeout',
  'busy', // the readers had too much to do
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** Something of a file that was not read. */
export interface Gap {
  readonly reason: GapReason;
  /** '' for the whole file. */
  readonly part: string;
  /** What it is, in words, without content. */
  readonly what: string;
}

/** What reading a file gave. With a gap whose part is '', the pieces are what was read before it stopped. */
export interface Reading {
  /** Formats that it was read as; more than one for a file that is several things at once. Empty: none is known. */
  readonly formats: readonly string[];
  readonly pieces: readonly Piece[];
  readonly gaps: readonly Gap[];
  /** What is worth knowing beside the text: `macros`, `javascript`, `trailing data`. */
  readonly notes: readonly string[];
}

/** The file formats' way to read a file inside the one they read. */
type ReadInside = (bytes: Uint8Array, out: Extraction) => void | Promise<void>;

/** What all files inside one file share. */
interface Account {
  readonly limits: FileLimits;
  readonly readInside: ReadInside;
  text: number;
  items: number;
  unpacked: number;
  packed: number;
}

/** Parts of a file's gaps and notes that are kept; more of the same says nothing new. */
const MAX_GAPS = 64;
const MAX_NOTES = 64;
const MAX_PART = 160;
const FREE_BYTES = 1 << 20;

/** Takes in what a parser finds, and stops it at the limits. */
export class Extraction {
  readonly #account: Account;
  readonly #prefix: string;
  readonly #depth: number;
  readonly #root: { pieces: Piece[]; gaps: Gap[]; notes: Set<string>; formats: Set<string> };

  private constructor(account: Account, root: Extraction | null, prefix: string, depth: number) {
    this.#account = account;
    this.#prefix = prefix;
    this.#depth = depth;
    this.#root = root === null ? { pieces: [], gaps: [], notes: new Set(), formats: new Set() } : root.#root;
  }

  /** @param readInside reads a file inside the file; given by the registry, so that formats do not import each other. */
  static begin(limits: FileLimits, readInside: ReadInside): Extraction {
    return new Extraction({ limits, readInside, text: 0, items: 0, unpacked: 0, packed: 0 }, null, '', 0);
  }

  get limits(): FileLimits {
    return this.#account.limits;
  }

  get reading(): Reading {
    const { pieces, gaps, notes, formats } = this.#root;
    return { pieces, gaps, notes: [...notes], formats: [...formats] };
  }

  /** True while nothing of a file inside is being read. */
  get outermost(): boolean {
    return this.#depth === 0;
  }

  format(id: string): void {
    if (this.outermost) this.#root.formats.add(id);
  }

  /** @throws Fault `ERR_FILE_LIMIT` when all text together becomes too long; what fits is kept. */
  piece(part: string, text: string, hidden = false): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const account = this.#account;
    const room = account.limits.text - account.text;
    account.text += trimmed.length;
    if (room > 0) this.#root.pieces.push({ part: this.#name(part), text: trimmed.slice(0, room), hidden });
    if (trimmed.length > room) throw limitFault(`more than ${account.limits.text} characters of text`);
  }

  /** UTF-16 units that may still be taken out; parsers that build up a text stop beyond it. */
  get room(): number {
    return Math.max(0, this.#account.limits.text - this.#account.text);
  }

  gap(reason: GapReason, part: string, what: string): void {
    const { gaps } = this.#root;
    const name = this.#name(part);
    if (gaps.length < MAX_GAPS && !gaps.some((gap) => gap.part === name && gap.reason === reason)) {
      gaps.push({ reason, part: name, what });
    }
  }

  note(note: string): void {
    if (this.#root.notes.size < MAX_NOTES) this.#root.notes.add(note);
  }

  /** Counts pages, members, chunks, elements. @throws Fault `ERR_FILE_LIMIT`. */
  count(items = 1): void {
    this.#account.items += items;
    if (this.#account.items > this.#account.limits.items) throw limitFault(`more than ${this.limits.items} parts`);
  }

  /**
   * How many bytes a compressed part of `packed` bytes may unpack to.
   * @throws Fault `ERR_FILE_LIMIT` when nothing may be unpacked any more.
   */
  mayUnpack(packed: number): number {
    const { limits, unpacked } = this.#account;
    const byRatio = FREE_BYTES + (this.#account.packed + packed) * limits.ratio - unpacked;
    const most = Math.min(limits.unpacked - unpacked, byRatio);
    if (most <= 0) throw limitFault(`compressed parts unpack to more than ${limits.unpacked} bytes`);
    return most;
  }

  unpacked(packed: number, bytes: number): void {
    this.#account.packed += packed;
    this.#account.unpacked += bytes;
  }

  /**
   * Reads a file inside this one; its parts are named behind `part`. What is wrong with it is a gap of that part.
   * @throws Fault `ERR_FILE_LIMIT` when a limit of the whole is reached.
   */
  async inside(part: string, bytes: Uint8Array): Promise<void> {
    const inner = new Extraction(this.#account, this, `${this.#name(part)}/`, this.#depth + 1);
    if (this.#depth + 1 > this.limits.depth.files)
      throw limitFault(`files nested deeper than ${this.limits.depth.files}`);
    await this.#account.readInside(bytes, inner);
  }

  #name(part: string): string {
    const name = part === '' ? this.#prefix.slice(0, -1) : this.#prefix + part;
    // eslint-disable-next-line no-control-regex -- names come from the file
    return name.replace(/[\u0000-\u001f\u007f\s]+/g, '_').slice(0, MAX_PART);
  }
}

/** A bound was reached: nobody knows what the rest says. */
export function limitFault(what: string): Fault {
  return new Fault('ERR_FILE_LIMIT', `The file has ${what}.`);
}

/** The bytes are not what the format asks for. */
export function malformed(format: string, what: string, at?: number): Fault {
  const detail = at === undefined ? {} : { where: `byte ${at}` };
  return new Fault('ERR_FILE_MALFORMED', `Not a readable ${format} file: ${what}.`, detail);
}

/** Only who has the password can read it. */
export function encrypted(format: string): Fault {
  return new Fault('ERR_FILE_ENCRYPTED', `The ${format} file is encrypted.`);
}

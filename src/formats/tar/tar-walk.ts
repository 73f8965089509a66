import type { ByteSource } from '../../bytes/byte-source.ts';

export interface TarEntry {
  readonly name: string;
  /** `file`, `link` (hard), `symlink`, `directory`, or `other` (devices, fifos). */
  readonly kind: 'file' | 'link' | 'symlink' | 'directory' | 'other';
  readonly target: string;
  readonly dataOffset: number;
  readonly size: number;
  readonly mode: number;
}

export interface TarWalk {
  readonly entries: readonly TarEntry[];
  /** Why the walk ended before the end of the archive, or null. */
  readonly problem: string | null;
  /** Offset after the last block that was understood. */
  readonly end: number;
}

const BLOCK = 512;
const MAX_ENTRIES = 100_000;
/** Bytes of a long name or of extended headers. */
const MAX_HEADER = 1 << 20;

/** True where the first block is a tar header: its checksum is right (POSIX.1-1988 and later, pax, GNU). */
export function isTar(source: ByteSource): boolean {
  const head = source.read(0, BLOCK);
  return head.length === BLOCK && hasChecksum(head);
}

function hasChecksum(head: Uint8Array): boolean {
  let [unsigned, signed] = [0, 0];
  let any = false;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : head[at]!;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
    if (head[at] !== 0) any = true;
  }
  const stated = octal(head, 148, 8);
  return any && (stated === unsigned || stated === signed);
}

/** Lists the members of a tar archive. Reads headers only. Never throws. */
export function walkTar(source: ByteSource): TarWalk {
  const entries: TarEntry[] = [];
  let at = 0;
  let longName: string | null = null;
  let longLink: string | null = null;
  let pax: ReadonlyMap<string, string> = new Map();
  while (at + BLOCK <= source.size) {
    const head = source.read(at, BLOCK).slice();
    if (head.every((byte) => byte === 0)) return { entries, problem: null, end: at + BLOCK };
    if (!hasChecksum(head)) return { entries, problem: `the header at ${at} is damaged`, end: at };
    const type = String.fromCharCode(head[156]!);
    const stated = pax.get('size');
    const size = stated === undefined || type === 'x' || type === 'g' ? number(head, 124, 12) : Number(stated);
    const data = at + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0 || data + size > source.size) {
      return { entries, problem: `the member at ${at} goes beyond the end`, end: at };
    }
    const next = data + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      if (size > MAX_HEADER) return { entries, problem: `the header at ${at} is ${size} bytes long`, end: at };
      const bytes = Buffer.from(source.read(data, size));
      if (type === 'L') longName = cut(bytes.toString('utf8'));
      else if (type === 'K') longLink = cut(bytes.toString('utf8'));
      else if (type === 'x') pax = readPax(bytes);
    } else {
      if (entries.length >= MAX_ENTRIES) return { entries, problem: `more than ${MAX_ENTRIES} members`, end: at };
      const ustar = text(head, 257, 5) === 'ustar';
      const prefix = ustar ? text(head, 345, 155) : '';
      const short = text(head, 0, 100);
      entries.push({
        name: pax.get('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`),
        kind:
          type === '0' || type === '\0' || type === '7'
            ? 'file'
            : type === '1'
              ? 'link'
              : type === '2'
                ? 'symlink'
                : type === '5'
                  ? 'directory'
                  : 'other',
        target: pax.get('linkpath') ?? longLink ?? text(head, 157, 100),
        dataOffset: data,
        size,
        mode: octal(head, 100, 8),
      });
      longName = null;
      longLink = null;
      pax = new Map();
    }
    at = next;
  }
  return { entries, problem: at === source.size ? null : 'the archive is cut off', end: at };
}

function cut(value: string): string {
  const end = value.indexOf('\0');
  return end === -1 ? value : value.slice(0, end);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return cut(Buffer.from(bytes.subarray(at, at + length)).toString('utf8'));
}

function octal(bytes: Uint8Array, at: number, length: number): number {
  const digits = text(bytes, at, length).trim();
  return /^[0-7]{1,15}$/.test(digits) ? Number.parseInt(digits, 8) : digits === '' ? 0 : -1;
}

/** Octal, or GNU's base 256 where the first bit is set. */
function number(bytes: Uint8Array, at: number, length: number): number {
  if ((bytes[at]! & 0x80) === 0) return octal(bytes, at, length);
  let value = bytes[at]! & 0x7f;
  for (let index = at + 1; index < at + length; index++) value = value * 256 + bytes[index]!;
  return value;
}

/** Records `length key=value\n` (POSIX.1-2001 pax). */
function readPax(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    if (space === -1 || space - at > 10) break;
    const length = Number.parseInt(bytes.toString('latin1', at, space), 10);
    if (!(length > space - at + 1) || at + length > bytes.length) break;
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) found.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return found;
}

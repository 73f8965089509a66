import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Fault } from '../core/fault.ts';

/** Longest line, in UTF-16 units: a row is a text or a trace, not a data set. */
const MAX_LINE = 64 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
  Z_BUF_ERROR: 'it ends too early',
  Z_DATA_ERROR: 'it begins like gzip and is damaged, or is not gzip',
};

/** An object of a JSONL file. */
export interface JsonLine {
  /** From 1. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The objects of a JSONL file, one after the other, in constant memory. What is gzip is recognised by its first bytes,
 * not by its name. Blank lines are skipped.
 * @throws Fault `ERR_USAGE` with `file:line`.
 */
export async function* readJsonLines(path: string, name: string): AsyncGenerator<JsonLine> {
  let line = 0;
  for await (const content of lines(path, name)) {
    line++;
    if (content.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch (cause) {
      throw new Fault('ERR_USAGE', 'This line is not JSON.', { where: `${name}:${line}`, cause });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Fault('ERR_USAGE', 'A line must be a JSON object.', { where: `${name}:${line}` });
    }
    yield { line, value: value as Record<string, unknown> };
  }
}

async function* lines(path: string, name: string): AsyncGenerator<string> {
  // A byte order mark, which some editors put before the first line, is not part of it.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let count = 0;
  let rest = '';
  try {
    for await (const chunk of bytesOf(path)) {
      const text = rest + decode(decoder, chunk, `${name}:${count + 1}`);
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        count++;
        yield text.slice(from, end);
        from = end + 1;
      }
      rest = text.slice(from);
      if (rest.length > MAX_LINE) throw new Fault('ERR_USAGE', 'A line is longer than 64 MiB.', { where: name });
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? code;
    throw new Fault('ERR_USAGE', `The file cannot be read: ${reason}.`, { where: name, cause });
  }
  rest += decode(decoder, null, `${name}:${count + 1}`);
  if (rest !== '') yield rest;
}

/** @param bytes null at the end. @throws Fault `ERR_USAGE` when they are not UTF-8: what was not read was not looked at. */
function decode(decoder: TextDecoder, bytes: Buffer | null, where: string): string {
  try {
    return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file is not UTF-8, in this line or one of the next.', { where, cause });
  }
}

/** The file's bytes, unpacked when they are gzip (RFC 1952: they begin with 1f 8b). */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const packed = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    const source = file.createReadStream({ start: 0, autoClose: false });
    if (!packed) {
      yield* source as AsyncIterable<Buffer>;
      return;
    }
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    await file.close();
  }
}

import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { Fault } from '../core/fault.ts';

/** Longest line, in UTF-16 units: a row is a text or a trace, not a data set. */
const MAX_LINE = 64 * 1024 * 1024;

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
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of bytesOf(path)) {
      const text = rest + decoder.write(chunk);
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        yield text.slice(from, end);
        from = end + 1;
      }
      rest = text.slice(from);
      if (rest.length > MAX_LINE) throw new Fault('ERR_USAGE', 'A line is longer than 64 MiB.', { where: name });
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'Z_BUF_ERROR' ? 'it ends too early' : code;
    throw new Fault('ERR_USAGE', `The file cannot be read: ${reason}.`, { where: name, cause });
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
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

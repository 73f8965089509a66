import { StringDecoder } from 'node:string_decoder';

/** A server-sent event (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** Null for an event that says where the stream is, and nothing else. */
  readonly data: string | null;
  /** Where to go on when the stream ends here; null when the server has not said it. */
  readonly lastId: string | null;
  /** Milliseconds to wait before that; null when the server has not said it. */
  readonly retry: number | null;
}

const LF = 10;
const CR = 13;
const LONGEST_ID = 1024;

/**
 * The events of a stream. Each chunk is looked at once, however the lines lie in it.
 * @param longest units of one event, and of one line. @throws RangeError beyond it.
 */
export async function* readEvents(stream: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<ServerEvent> {
  let data: string[] = [];
  let size = 0;
  let lastId: string | null = null;
  let retry: number | null = null;
  let told: string | null = null;
  for await (const line of readLines(stream, longest)) {
    if (line === '') {
      if (data.length > 0 || lastId !== told) yield { data: data.length > 0 ? data.join('\n') : null, lastId, retry };
      told = lastId;
      data = [];
      size = 0;
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') {
      size += value.length;
      if (size > longest) throw new RangeError('an event is too long');
      data.push(value);
    } else if (field === 'id' && isId(value)) lastId = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) retry = Number(value);
  }
}

/** What may stand in a header of the request that goes on. */
function isId(value: string): boolean {
  return value.length <= LONGEST_ID && /^[\x21-\x7e][\x20-\x7e]*$/.test(value);
}

async function* readLines(stream: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  let afterCr = false;
  for await (const chunk of stream) {
    const text = decoder.write(Buffer.from(chunk));
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const second = unit === LF && afterCr;
      afterCr = unit === CR;
      if (second) {
        start = at + 1; // The line ended with the CR before it.
        continue;
      }
      if (unit !== LF && unit !== CR) continue;
      const line = parts.length === 0 ? text.slice(start, at) : parts.join('') + text.slice(start, at);
      if (line.length > longest) throw new RangeError('a line is too long');
      yield line;
      parts = [];
      length = 0;
      start = at + 1;
    }
    if (start === text.length) continue;
    parts.push(text.slice(start));
    length += text.length - start;
    if (length > longest) throw new RangeError('a line is too long');
  }
}

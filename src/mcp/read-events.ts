import { StringDecoder } from 'node:string_decoder';

/** The `data` of each server-sent event of a stream (WHATWG HTML, section 9.2). @param longest units of one event. @throws RangeError beyond it. */
export async function* readEvents(stream: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let data: string[] = [];
  let size = 0;
  for await (const chunk of stream) {
    held += decoder.write(Buffer.from(chunk));
    for (;;) {
      const end = /\r\n|\n|\r(?=[^\n])/.exec(held);
      if (end === null) break;
      const line = held.slice(0, end.index);
      held = held.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        size = 0;
        continue;
      }
      if (line !== 'data' && !line.startsWith('data:')) continue;
      const value = line.slice(5).replace(/^ /, '');
      size += value.length;
      if (size > longest) throw new RangeError('an event is too long');
      data.push(value);
    }
    if (held.length > longest) throw new RangeError('a line is too long');
  }
}

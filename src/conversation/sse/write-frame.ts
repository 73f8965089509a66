import type { SseEvent } from '../surface.ts';

/** One event as bytes for the wire: `event:` line (unless it is ''), `data:` lines, blank line. */
export function writeFrame(event: SseEvent): Uint8Array {
  return Buffer.from(frameText(event.event, event.data));
}

/**
 * One event as text. `event` '' leaves the `event:` line out, as OpenAI's chat stream does; `data` is a string as it
 * is (`[DONE]`) or a value to be written as JSON. Line breaks in a string become several `data` lines.
 */
export function frameText(event: string, data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = /[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).join('\ndata: ') : text;
  return event === '' ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`;
}

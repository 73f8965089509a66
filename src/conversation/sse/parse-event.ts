import type { SseEvent } from '../surface.ts';

/**
 * Reads one frame (the lines of one event with its blank line) by the rules of the HTML standard, section 9.2.6:
 * lines end with `\n`, `\r\n` or `\r`; one space behind the colon is dropped; `data` lines are joined by `\n`; the last
 * `event` counts; comments, `id`, `retry` and unknown fields say nothing.
 *
 * @returns null when the frame has no `data` line: no client dispatches such a frame.
 */
export function parseEvent(frame: string): SseEvent | null {
  let event = '';
  let data: string | null = null;
  let at = 0;
  while (at < frame.length) {
    let end = at;
    let next: number;
    for (;;) {
      const char = frame.charCodeAt(end);
      if (char === 0x0a || end >= frame.length) {
        next = end + 1;
        break;
      }
      if (char === 0x0d) {
        next = frame.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
        break;
      }
      end++;
    }
    if (frame.startsWith('data', at)) {
      const value = fieldValue(frame, at + 4, end);
      if (value !== null) data = data === null ? value : `${data}\n${value}`;
    } else if (frame.startsWith('event', at)) {
      event = fieldValue(frame, at + 5, end) ?? event;
    }
    at = next;
  }
  return data === null ? null : { event, data };
}

/** What follows the colon at `colon`; '' for a line that is the field's name alone, null when the name goes on. */
function fieldValue(frame: string, colon: number, end: number): string | null {
  if (colon >= end) return colon === end ? '' : null;
  if (frame.charCodeAt(colon) !== 0x3a) return null;
  return frame.slice(frame.charCodeAt(colon + 1) === 0x20 && colon + 1 < end ? colon + 2 : colon + 1, end);
}

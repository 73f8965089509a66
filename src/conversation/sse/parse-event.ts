import type { SseEvent } from '../surface.ts';

/**
 * Reads one frame (the lines of one event with its blank line) by the rules of the HTML standard, section 9.2.6:
 * lines end with `\n`, `\r\n` or `\r`; one space behind the colon is dropped; `data` lines are joined by `\n`; the last
 * `event` counts; comments, `id`, `retry` and unknown fields say nothing to a client's program and are `rest`.
 *
 * `event` is null when the frame has no `data` line: no client dispatches such a frame.
 */
export function parseEvent(frame: string): { readonly event: SseEvent | null; readonly rest: string } {
  let event = '';
  let rest = '';
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
    let value: string | null = null;
    if (frame.startsWith('data', at)) {
      value = fieldValue(frame, at + 4, end);
      if (value !== null) data = data === null ? value : `${data}\n${value}`;
    } else if (frame.startsWith('event', at)) {
      value = fieldValue(frame, at + 5, end);
      // A name that another takes the place of is not the event's, but it is there.
      if (value !== null && event !== '') rest += `${event}\n`;
      event = value ?? event;
    }
    if (value === null && end > at) rest += `${frame.slice(at, end)}\n`;
    at = next;
  }
  if (data === null) return { event: null, rest: event === '' ? rest : `${rest}${event}\n` };
  return { event: { event, data }, rest };
}

/** What follows the colon at `colon`; '' for a line that is the field's name alone, null when the name goes on. */
function fieldValue(frame: string, colon: number, end: number): string | null {
  if (colon >= end) return colon === end ? '' : null;
  if (frame.charCodeAt(colon) !== 0x3a) return null;
  return frame.slice(frame.charCodeAt(colon + 1) === 0x20 && colon + 1 < end ? colon + 2 : colon + 1, end);
}

import type { Frame } from './sse/split-frames.ts';
import { writeFrame } from './sse/write-frame.ts';
import type { SseEvent } from './surface.ts';

/** A frame that no provider sent; `data` is a value to be written as JSON, or a string as it is. */
export function madeFrame(event: string, data: unknown): Frame {
  const made: SseEvent = { event, data: typeof data === 'string' ? data : JSON.stringify(data) };
  return { bytes: writeFrame(made), event: made, rest: '', valid: true };
}

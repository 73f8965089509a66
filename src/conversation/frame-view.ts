import type { JsonRecord } from './json-shape.ts';
import { isRecord } from './json-shape.ts';
import type { JsonPath, SegmentKind } from './segment.ts';
import { SegmentCollector, isOpaque } from './segment-collector.ts';
import type { Copy, FrameView, SseEvent } from './surface.ts';

/** A frame that says nothing. */
export const NOTHING_SAID: FrameView = Object.freeze({
  known: true,
  deltas: [],
  copies: [],
  closes: [],
  lane: null,
  usage: null,
  id: null,
  model: null,
  usageOnly: false,
  terminal: false,
  error: null,
  shadows: [],
});

/** A frame whose event or JSON is not known. */
export const UNKNOWN: FrameView = Object.freeze({ ...NOTHING_SAID, known: false });

/** The JSON object that an event's data is, or null. */
export function dataOf(event: SseEvent): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(event.data);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** What a provider's error object says, on one line. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!isRecord(error)) return 'the provider reports an error';
  const parts = [error['type'], error['code'], error['message']].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  return parts.length === 0 ? 'the provider reports an error' : parts.join(': ');
}

/**
 * A frame in which the provider reports an error. Its message may quote the request or the provider's key, so all of the
 * frame is text for the rules.
 */
export function errorView(data: JsonRecord, error: unknown): FrameView {
  return {
    ...NOTHING_SAID,
    copies: copiesBelow([], data, 'error', 'text', -1),
    terminal: true,
    error: errorText(error),
    data,
  };
}

/** Everything below a value as whole texts, each on a channel of its own under `channel`. */
export function copiesBelow(
  path: JsonPath,
  value: unknown,
  channel: string,
  kind: SegmentKind,
  message: number,
): Copy[] {
  const collector = new SegmentCollector();
  collector.leaves(path, value, kind, { role: 'assistant', origin: 'model', message });
  return collector.segments.map((segment) => ({
    channel: `${channel}/${segment.id}`,
    kind,
    message,
    path: segment.path,
    text: segment.text,
  }));
}

/** Whole texts in the members of an event that its protocol does not have; words, ids and base64 say nothing. */
export function strangersIn(data: JsonRecord, path: JsonPath, known: ReadonlySet<string>, message: number): Copy[] {
  const copies: Copy[] = [];
  for (const key of Object.keys(data)) {
    if (!known.has(key) && !isOpaque(data[key]))
      copies.push(...copiesBelow([...path, key], data[key], `${message}/+`, 'text', message));
  }
  return copies;
}

/** Choices that a client may wait for without having seen them; OpenAI allows 128 in a request. */
const MAX_UNSEEN = 128;

/** Indices of the choices that still have to be ended: those seen and open, and those asked for and not seen. */
export function openChoices(asked: number, ended: ReadonlyMap<number, boolean>): number[] {
  const indices = new Set(ended.keys());
  for (let index = 0; index < Math.min(asked, MAX_UNSEEN); index++) indices.add(index);
  return [...indices].filter((index) => ended.get(index) !== true).sort((a, b) => a - b);
}

/** Seconds since 1970 in a request id (`req_` and a ULID), for answers that Parapet has to begin itself; 0 for other ids. */
export function secondsIn(requestId: string): number {
  const digits = /^req_([0-9a-hjkmnp-tv-z]{10})/.exec(requestId)?.[1];
  if (digits === undefined) return 0;
  let millis = 0;
  for (const digit of digits) millis = millis * 32 + '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit);
  return Math.floor(millis / 1000);
}

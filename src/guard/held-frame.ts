import { writeFrame } from '../conversation/sse/write-frame.ts';
import type { Frame } from '../conversation/sse/split-frames.ts';
import type { FrameView, SseEvent } from '../conversation/surface.ts';
import { type JsonPath, pathId } from '../conversation/segment.ts';
import { type JsonEdit, spliceJson } from '../text/json/splice-json.ts';
import { type Redaction, mergeRedactions, redact } from './redaction.ts';
import { type Channel, isPending, rangesIn } from './stream-channel.ts';

const NO_BYTES = new Uint8Array(0);

/** Part of a channel's text that a frame carries. */
export interface Piece {
  readonly channel: Channel;
  readonly start: number;
  readonly end: number;
  readonly path: JsonPath;
  readonly text: string;
  /** Of a repeated copy: what was found in it by itself, at the channel's offsets. */
  readonly own: readonly Redaction[];
}

/** A frame that waits until what it carries is decided. */
export interface HeldFrame {
  readonly frame: Frame;
  readonly view: FrameView;
  readonly pieces: readonly Piece[];
  readonly edits: readonly JsonEdit[];
  /** Channels that it ends: a client that has read it takes their text for whole. */
  readonly ends: readonly Channel[];
  /** The lines beside its data (comments, ids) may not leave. */
  readonly bare: boolean;
}

export function isDecided({ pieces, ends }: HeldFrame): boolean {
  for (const { channel, end } of pieces) if (channel.decided < end) return false;
  for (const channel of ends) if (channel.windowed && isPending(channel)) return false;
  return true;
}

/** The frame's own bytes where nothing changed; otherwise the same JSON with only the texts replaced. */
export function renderFrame(
  held: HeldFrame,
  channelOf: (name: string) => Channel | undefined,
): { bytes: Uint8Array; event: SseEvent | null } {
  const { bare, frame, view, pieces } = held;
  if (frame.event === null) return { bytes: bare ? NO_BYTES : frame.bytes, event: null };
  const edits: JsonEdit[] = [...held.edits];
  for (const { channel, start, end, path, text, own } of pieces) {
    if (!channel.redacted && own.length === 0) continue;
    const overlapping = rangesIn(channel, start, end);
    const ranges = own.length === 0 ? overlapping : mergeRedactions([...own, ...overlapping]);
    if (ranges.length > 0) edits.push({ path, value: redact(text, ranges, start) });
  }
  for (const { channel, path } of view.shadows) {
    if (channelOf(channel)?.redacted === true) edits.push({ path, value: null });
  }
  if (edits.length === 0 && !bare) return { bytes: frame.bytes, event: frame.event };
  const event = { event: bare ? '' : frame.event.event, data: spliceJson(frame.event.data, withoutRepeats(edits)) };
  return { bytes: writeFrame(event), event };
}

/** One edit a place: what takes a member out, or came first, counts. */
function withoutRepeats(edits: readonly JsonEdit[]): readonly JsonEdit[] {
  if (edits.length < 2) return edits;
  const places = new Map<string, JsonEdit>();
  for (const edit of edits) {
    const place = pathId(edit.path);
    if (!places.has(place) || 'remove' in edit) places.set(place, edit);
  }
  return [...places.values()];
}

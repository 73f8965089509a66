import type { JsonEdit } from '../text/json/splice-json.ts';
import type { CallWrites } from './call-writes.ts';
import type { Frame } from './sse/split-frames.ts';
import type { SseEvent, SurfaceId } from './surface.ts';
import { chatCalls } from './openai-chat/stop-calls.ts';
import { messagesCalls } from './anthropic-messages/stop-calls.ts';
import { responsesCalls } from './openai-responses/stop-calls.ts';

/** A tool call in an answer that the caller is to carry out. What the provider carries out itself is none. */
export interface AnswerCall {
  /** Its place in the answer. */
  readonly key: string;
  /** The provider's id; '' when there is none. */
  readonly id: string;
  readonly tool: string;
  /**
   * `json`: `given` is the text of the arguments. `object`: it is the arguments. `free`: it is a text or a shape of the provider's own,
   * which no schema of the caller describes. `broken`: the answer says of this call two things that are not the same.
   */
  readonly form: 'json' | 'object' | 'free' | 'broken';
  readonly given: unknown;
}

/** Texts for the reader of an answer by the `key` of the call in whose place they are put. */
export type Notices = ReadonlyMap<string, string>;

/** How the tool calls of one surface's answers are found and taken out. */
export interface CallStops {
  callsIn(body: unknown): readonly AnswerCall[];
  /** Edits that put a notice in the place of each stopped call; the answer stays well-formed and ends as one without such calls. */
  stopEdits(body: unknown, notices: Notices): readonly JsonEdit[];
  /** Edits that write into the arguments of calls; every other byte of them stays. Calls of a free form have no such places. */
  writeEdits(body: unknown, writes: CallWrites): readonly JsonEdit[];
  createStream(): CallStream;
  /**
   * The request that goes on behind an answer all of whose calls were stopped: the answer, and for each call (by its `key`) an error as
   * its result.
   * @returns null where it cannot be made.
   */
  goOn(request: string, answer: unknown, errors: Notices): string | null;
}

/**
 * Follows the tool calls of one stream.
 * `pass`: no call is open. `held`: a call is, and this event and what follows wait. `decide`: the calls are whole, and this is the
 * last event that waits. `broken`: the provider reports an error: what waits is of no use, and this event goes on.
 */
export interface CallStream {
  take(event: SseEvent): 'pass' | 'held' | 'decide' | 'broken';
  /** Calls since the last `rewrite`. */
  calls(): readonly AnswerCall[];
  /** What leaves in the place of the frames that waited; frames that no stopped or written call touches are the same. Begins anew. */
  rewrite(frames: readonly Frame[], notices: Notices, writes?: CallWrites): readonly Frame[];
  /** True for the event that ends the stream, behind which the counts of what it used are known. */
  ends(event: SseEvent): boolean;
  /** What the model has said since the last `goesOn`, as a whole answer; null when it cannot be told. */
  answer(): unknown;
  /** What waits is dropped, and a further stream goes on with this one: its frames go through `joined` before `take`. */
  goesOn(): void;
  /** A frame of the further stream as one of the same answer. */
  joined(frame: Frame): readonly Frame[];
}

/** Null for surfaces whose answers hold no tool calls. */
export function callStops(surface: SurfaceId): CallStops | null {
  switch (surface) {
    case 'openai-chat':
      return chatCalls;
    case 'openai-responses':
      return responsesCalls;
    case 'anthropic-messages':
      return messagesCalls;
    default:
      return null;
  }
}

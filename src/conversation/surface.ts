import type { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import type { Conversation } from './conversation.ts';
import type { JsonPath, Segment, SegmentKind } from './segment.ts';

export const DIALECTS = ['openai', 'anthropic'] as const;
export type Dialect = (typeof DIALECTS)[number];

export const SURFACE_IDS = [
  'openai-chat',
  'openai-responses',
  'openai-completions',
  'openai-embeddings',
  'openai-moderations',
  'anthropic-messages',
  'anthropic-count-tokens',
] as const;
export type SurfaceId = (typeof SURFACE_IDS)[number];

/** One kind of endpoint of one provider dialect: its request, its answer and its stream, read and never rebuilt. */
export interface Surface {
  readonly id: SurfaceId;
  readonly dialect: Dialect;
  /** Path below the version prefix: `/chat/completions`. */
  readonly path: string;
  /** False where no tokens are generated (embeddings, moderations, count_tokens): then `stream` is never true. */
  readonly generates: boolean;
  /**
   * Reads a request body. Lenient about what it does not know, strict about what it needs.
   * @throws Fault `ERR_REQUEST_INVALID` with the JSON path as `where`.
   */
  parseRequest(body: unknown): Conversation;
  /** Reads a whole (non-stream) answer. Never throws: what it cannot read is `null`. */
  parseResponse(body: unknown): ResponseView | null;
  /** Present where `generates`. */
  createStreamReader?(conversation: Conversation): StreamReader;
}

/** A whole answer. */
export interface ResponseView {
  /** Every text that the client will read, with its path for splicing; includes tool arguments and reasoning. */
  readonly segments: readonly Segment[];
  readonly usage: Usage | null;
  /** Provider's id of the answer (`chatcmpl-…`, `resp_…`, `msg_…`). */
  readonly id: string | null;
  readonly model: string | null;
  /** Paths of values that repeat text in another form (`logprobs`) and have to go when that choice is redacted. */
  readonly shadows: readonly { readonly message: number; readonly path: JsonPath }[];
}

/** One server-sent event as it came: `event` is '' when there was no `event:` line; `data` joins the data lines. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
}

/** A piece of text inside one frame. */
export interface Delta {
  /** Key of the channel that the text belongs to: unique per choice, item or block and kind, for example `0/text`. */
  readonly channel: string;
  readonly kind: SegmentKind;
  /** Index of the choice, output item or content block. */
  readonly message: number;
  readonly path: JsonPath;
  readonly text: string;
  /** Name of the tool, once known, on tool channels. */
  readonly tool?: string;
}

/** A repeated whole copy of a channel's text inside one frame (Responses `…done`, `response.completed`). */
export interface Copy {
  readonly channel: string;
  readonly kind: SegmentKind;
  readonly message: number;
  readonly path: JsonPath;
  readonly text: string;
}

/** What one frame of a stream says. */
export interface FrameView {
  /** False when the event's type or JSON is not known: the guard then inspects `data` as raw text. */
  readonly known: boolean;
  readonly deltas: readonly Delta[];
  readonly copies: readonly Copy[];
  /** Channels that get no further text after this frame. */
  readonly closes: readonly string[];
  /**
   * Frames of one lane keep their order among themselves; frames of different lanes are independent.
   * `null`: a barrier that keeps its place among all lanes. (Chat: one lane a choice. Responses, Messages: always null.)
   */
  readonly lane: string | null;
  readonly usage: Usage | null;
  /** Provider's id of the answer, once seen. */
  readonly id: string | null;
  readonly model: string | null;
  /** The frame is only the usage chunk that `stream_options.include_usage` adds (Chat, Completions). */
  readonly usageOnly: boolean;
  /** The last frame that carries meaning (`[DONE]`, `response.completed|failed|incomplete`, `message_stop`, an error). */
  readonly terminal: boolean;
  /** The frame reports an error of the provider. */
  readonly error: string | null;
  /** Paths to remove when the channel was redacted (`choices[0].logprobs`). */
  readonly shadows: readonly { readonly channel: string; readonly path: JsonPath }[];
  /** The frame's JSON where the reader has parsed it, so that nobody has to again. */
  readonly data?: unknown;
}

/** How Parapet ends a stream that the provider did not end. */
export type StreamEnd =
  /** Policy says block, shown as an error that SDKs throw. */
  | { readonly kind: 'error'; readonly fault: Fault }
  /** Policy says block, shown as a refusal that SDKs return (`content_filter`, `refusal`). */
  | { readonly kind: 'refusal'; readonly message: string }
  /** The reservation is spent: `length`, `max_output_tokens`, `max_tokens`. */
  | { readonly kind: 'length'; readonly usage: Usage };

/** Follows one stream of one surface. Stateful: it is shown every frame in order. */
export interface StreamReader {
  /** Called once per frame, in the order received. */
  read(event: SseEvent): FrameView;
  /**
   * Called with each frame that was really sent to the client (after hold-back), so that `end` knows
   * which blocks the client has open and which sequence number it has seen.
   */
  sent(event: SseEvent): void;
  /** SSE text (whole frames, each ended by a blank line) that ends the stream for the client, well-formed from what it has seen. */
  end(how: StreamEnd, requestId: string): string;
  /** Keep-alive that every official SDK ignores, or '' where none may be sent at this point. */
  ping(): string;
}

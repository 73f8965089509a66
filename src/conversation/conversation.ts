import type { Segment } from './segment.ts';
import type { SurfaceId } from './surface.ts';

/** A tool that the caller offers to the model. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments, as sent. */
  readonly schema: unknown;
}

/** A request body read into what rules, budgets and records need. The body itself stays the bytes that came. */
export interface Conversation {
  readonly surface: SurfaceId;
  readonly model: string;
  readonly stream: boolean;
  /** Every text in the body that a model will read, in order of position. */
  readonly segments: readonly Segment[];
  readonly tools: readonly ToolDefinition[];
  /** JSON Schema that the request demands of the answer's text (structured output), as sent; null when it demands none. */
  readonly answerSchema: unknown;
  /** Upper bound of output tokens that the request itself sets (all choices together), or null. */
  readonly maxOutputTokens: number | null;
  /** Number of choices asked for. */
  readonly choices: number;
  /** Responses: id of an earlier response or conversation whose history the provider adds. */
  readonly previous: string | null;
  /** The provider keeps this exchange, so that a later request can go on with it without repeating it. */
  readonly kept?: true;
  /** Chat: whether the caller asked for the usage chunk itself. */
  readonly usageRequested: boolean;
}

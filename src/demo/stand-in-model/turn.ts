export interface ToolCall {
  /** The provider's id of the call. */
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One thing that was said in a conversation, as the model hears it. */
export type Heard =
  | { readonly from: 'user'; readonly text: string }
  | { readonly from: 'model'; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly from: 'tool'; readonly call: string; readonly text: string };

/** A request to the model, whichever dialect it came in. */
export interface Turn {
  readonly model: string;
  readonly stream: boolean;
  readonly system: string;
  readonly heard: readonly Heard[];
  /** Names of the tools on offer. */
  readonly tools: readonly string[];
  readonly includeUsage: boolean;
}

/** What the model does next. */
export interface Move {
  readonly text: string;
  readonly calls: readonly Omit<ToolCall, 'id'>[];
}

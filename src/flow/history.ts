/** What a model was shown and what it did, in order: the only thing that decisions are made on. */
export type FlowEvent =
  /** System and developer prompts. */
  | { readonly kind: 'operator'; readonly text: string }
  /** The person's own words. */
  | { readonly kind: 'user'; readonly text: string }
  /** A text that came with the person's words but is not theirs: a file, a retrieved passage. */
  | { readonly kind: 'document'; readonly text: string; readonly name?: string }
  | { readonly kind: 'model'; readonly text: string }
  | FlowCall
  | FlowResult;

/** A tool call that the model made. */
export interface FlowCall {
  readonly kind: 'call';
  readonly id: string;
  readonly tool: string;
  /** Parsed arguments; undefined when they are no JSON object. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

/** What a tool answered. */
export interface FlowResult {
  readonly kind: 'result';
  /** Id of the call; '' when it is not known. */
  readonly id: string;
  readonly tool: string;
  readonly text: string;
  /** The answer as data, where the protocol itself carries it as data and it fits the tool's declared output schema. */
  readonly structured?: unknown;
}

/** A tool as it is offered to the model. */
export interface FlowTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly schema: unknown;
  /** JSON Schema of its results, where it declares one. */
  readonly outputSchema?: unknown;
  /** The operator says that nobody but the user, or the operator, writes what it reads. Absent: by its name. */
  readonly firstParty?: boolean;
  /** MCP's hints; they may only raise the risk, never lower it. */
  readonly annotations?: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly openWorldHint?: boolean;
  };
}

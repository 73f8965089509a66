import type { ArgumentRole } from './argument-role.ts';
import type { Level } from './confidentiality.ts';
import type { Act } from './verbs.ts';

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
  /** MCP's hints; they may only raise the risk, never lower it. */
  readonly annotations?: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  /** What the operator says about it, where its names and schemas do not say it or say it wrongly. */
  readonly declared?: DeclaredTool;
}

export interface DeclaredTool {
  readonly act?: Act;
  /** By the argument's name, or its dotted path. */
  readonly roles?: Readonly<Record<string, ArgumentRole>>;
  readonly returns?: 'text' | 'data';
  readonly firstParty?: boolean;
  /** Keys of its results that nobody else writes. */
  readonly ownFields?: readonly string[];
  /** How far what it returns may go. */
  readonly level?: Level;
  /** What it is asked goes to somebody else's service. */
  readonly outside?: boolean;
}

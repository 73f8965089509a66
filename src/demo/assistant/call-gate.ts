import type { ToolOffer } from '../bank/bank-tools.ts';
import type { ChatMessage, ChatToolCall } from './chat-message.ts';

/** One value of a call, and where it comes from. */
export interface RuledArgument {
  readonly path: string;
  readonly value: string;
  /** In words. */
  readonly from: string;
  readonly verdict: 'allow' | 'approve' | 'deny';
}

/** What became of one tool call. */
export interface Ruling {
  readonly passes: boolean;
  readonly verdict: 'allow' | 'approve' | 'deny';
  readonly rule: string;
  readonly reason: string;
  readonly args: readonly RuledArgument[];
  /** Address of the page where a person decides; null where nobody is asked. */
  readonly approval: string | null;
  /** What the model is told in place of a result. */
  readonly error: string;
}

/** Decides the tool calls of an answer before they are carried out: what stands between the model and the bank. */
export interface CallGate {
  /** @param history what the model had been shown before it made the call. */
  rule(history: readonly ChatMessage[], tools: readonly ToolOffer[], call: ChatToolCall): Promise<Ruling>;
}

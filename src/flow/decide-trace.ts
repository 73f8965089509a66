import { decide, type FlowDecision, type FlowOptions } from './decide.ts';
import { advance, EMPTY_STATE, type FlowState, ToolBook } from './flow-state.ts';
import type { FlowCall, FlowEvent, FlowTool } from './history.ts';
import { tiersOfCall } from './witness.ts';

/** The decision on each call of a recorded history, each on what had been shown before it. */
export function decideTrace(
  events: readonly FlowEvent[],
  tools: readonly FlowTool[],
  options: FlowOptions,
): readonly { readonly call: FlowCall; readonly decision: FlowDecision }[] {
  const book = new ToolBook(tools);
  let state: FlowState = EMPTY_STATE;
  const decisions: { call: FlowCall; decision: FlowDecision }[] = [];
  for (const event of events) {
    if (event.kind === 'call') decisions.push({ call: event, decision: decide(state, event, book, options) });
    state = advance(state, event, book, tiersOfCall);
  }
  return decisions;
}

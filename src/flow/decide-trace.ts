import { decide, type FlowDecision, type FlowOptions } from './decide.ts';
import { FlowCache } from './flow-cache.ts';
import type { FlowCall, FlowEvent, FlowTool } from './history.ts';

/** The decision on each call of a recorded history, each on what had been shown before it. */
export function decideTrace(
  events: readonly FlowEvent[],
  tools: readonly FlowTool[],
  options: FlowOptions,
  cache = new FlowCache(),
): readonly { readonly call: FlowCall; readonly decision: FlowDecision }[] {
  const decisions: { call: FlowCall; decision: FlowDecision }[] = [];
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'call') continue;
    const { state, book } = cache.view(events.slice(0, index), tools);
    decisions.push({ call: event, decision: decide(state, event, book, options) });
  }
  return decisions;
}

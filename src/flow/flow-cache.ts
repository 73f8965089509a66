import { advance, callKey, EMPTY_STATE, type FlowState, ToolBook } from './flow-state.ts';
import type { FlowEvent, FlowTool } from './history.ts';
import { tiersOfCall, tierOfValue } from './witness.ts';

interface Node {
  readonly state: FlowState;
  /** By everything of the event but its text, then by its text. */
  readonly next: Map<string, Map<string, Node>>;
}

interface Root {
  readonly book: ToolBook;
  readonly node: Node;
}

export interface FlowView {
  readonly state: FlowState;
  readonly book: ToolBook;
}

/**
 * Remembers histories, so that one that is sent again with one more message costs that message. Nothing is trusted because it
 * is remembered: a state is found by the whole of the events that led to it, compared unit by unit.
 */
export class FlowCache {
  readonly #limit: number;
  #roots = new Map<string, Root>();
  #units = 0;

  /** @param limit units of text that are remembered; beyond it everything is forgotten, and made again when it is asked for. */
  constructor(limit = 32 * 1024 * 1024) {
    this.#limit = limit;
  }

  /** The state that a history leads to. */
  view(events: readonly FlowEvent[], tools: readonly FlowTool[]): FlowView {
    if (this.#units > this.#limit) {
      this.#roots = new Map();
      this.#units = 0;
    }
    const root = this.#root(tools);
    let { node } = root;
    for (const event of events) node = this.#step(node, event, root.book);
    return { state: node.state, book: root.book };
  }

  #root(tools: readonly FlowTool[]): Root {
    const key = JSON.stringify(tools);
    let root = this.#roots.get(key);
    if (root === undefined) {
      root = { book: new ToolBook(tools), node: { state: EMPTY_STATE, next: new Map() } };
      this.#roots.set(key, root);
      this.#units += key.length;
    }
    return root;
  }

  #step(node: Node, event: FlowEvent, book: ToolBook): Node {
    const [head, text] = keyOf(event);
    let byText = node.next.get(head);
    if (byText === undefined) node.next.set(head, (byText = new Map()));
    let next = byText.get(text);
    if (next === undefined) {
      next = { state: advance(node.state, event, book, tiersOfCall, tierOfValue), next: new Map() };
      byText.set(text, next);
      this.#units += head.length + 3 * text.length;
    }
    return next;
  }
}

function keyOf(event: FlowEvent): readonly [string, string] {
  switch (event.kind) {
    case 'call':
      return [`call ${event.id}`, callKey(event)];
    case 'result': {
      const data = event.structured === undefined ? '' : JSON.stringify(event.structured);
      return [`result ${event.id} ${event.tool} ${data}`, event.text];
    }
    case 'document':
      return [`document ${event.name ?? ''}`, event.text];
    case 'operator':
    case 'user':
    case 'model':
      return [event.kind, event.text];
  }
}

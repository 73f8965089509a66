/** A literal to look for. ASCII case is ignored while searching; `exact` literals are compared once more when they hit. */
export interface Keyword {
  readonly literal: string;
  readonly exact: boolean;
  /** Bits that `tail` offers for every state on the way to this keyword; 0 when an unfinished keyword is of no interest. */
  readonly mark: number;
}

/**
 * Looks for many literals in one pass (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975), and says how
 * much of a text's end could still become one of them, which is what a stream must hold back.
 *
 * The automaton is one flat table over a folded alphabet: a step costs two array reads, whatever the number of keywords.
 */
export interface KeywordFilter {
  /**
   * Hits as a flat list `[keyword index, start, keyword index, start, …]`, ordered by where the keyword ends.
   * Time: linear in the text plus the hits. Returns a shared empty list when nothing hits.
   */
  hits(text: string): readonly number[];
  /**
   * Start of the longest end of `text` that is a proper beginning of a keyword, or `text.length`. `accept` is shown the
   * marks of the keywords that this end could become and where it starts, and may turn it down for a shorter one.
   */
  tail(text: string, accept: (marks: number, start: number) => boolean): number;
}

const NONE: readonly number[] = Object.freeze([]);

/** @throws RangeError when a literal is empty or not ASCII. */
export function createKeywordFilter(keywords: readonly Keyword[]): KeywordFilter {
  const classes = new Uint8Array(128);
  let classCount = 1;
  for (const { literal } of keywords) {
    if (!/^[\x20-\x7e]+$/.test(literal)) throw new RangeError('a keyword must be printable ASCII and not empty');
    for (const unit of literal.toLowerCase()) {
      const code = unit.charCodeAt(0);
      if (classes[code] === 0) classes[code] = classCount++;
    }
  }
  for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32]!;
  const width = 1 << Math.ceil(Math.log2(classCount));
  const { next, outputs, fail, depth, marks, firstAccepting } = buildAutomaton(keywords, classes, width);
  const longest = keywords.reduce((most, { literal }) => Math.max(most, literal.length), 0);

  return {
    hits(text) {
      let found: number[] | undefined;
      let row = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        row = next[row + (code < 128 ? classes[code]! : 0)]!;
        if (row < firstAccepting) continue;
        for (const index of outputs[row / width]!) {
          const { literal, exact } = keywords[index]!;
          const start = i + 1 - literal.length;
          if (exact && !text.startsWith(literal, start)) continue;
          (found ??= []).push(index, start);
        }
      }
      return found ?? NONE;
    },

    tail(text, accept) {
      let row = 0;
      // No state is deeper than the longest keyword, so no more than that much of the end matters.
      for (let i = Math.max(0, text.length - longest); i < text.length; i++) {
        const code = text.charCodeAt(i);
        row = next[row + (code < 128 ? classes[code]! : 0)]!;
      }
      for (let state = row / width; state !== 0; state = fail[state]!) {
        const start = text.length - depth[state]!;
        if (marks[state] !== 0 && accept(marks[state]!, start)) return start;
      }
      return text.length;
    },
  };
}

interface Automaton {
  /** `next[state * width + class]`, itself multiplied by `width`: the row of the state that follows. */
  readonly next: Int32Array;
  /** Rows from here on belong to states in which a keyword ends, so that one comparison tells. */
  readonly firstAccepting: number;
  /** Keywords that end in a state. */
  readonly outputs: readonly (readonly number[] | undefined)[];
  readonly fail: Int32Array;
  readonly depth: Int32Array;
  /** Marks of keywords that have the state's text as a proper beginning. */
  readonly marks: Int32Array;
}

function buildAutomaton(keywords: readonly Keyword[], classes: Uint8Array, width: number): Automaton {
  const size = 1 + keywords.reduce((sum, { literal }) => sum + literal.length, 0);
  const next = new Int32Array(size * width);
  const depth = new Int32Array(size);
  const marks = new Int32Array(size);
  const fail = new Int32Array(size);
  const outputs: (number[] | undefined)[] = [undefined];

  let states = 1;
  for (const [index, { literal, mark }] of keywords.entries()) {
    let state = 0;
    for (let i = 0; i < literal.length; i++) {
      marks[state]! |= mark;
      const cell = state * width + classes[literal.charCodeAt(i)]!;
      if (next[cell] === 0) {
        depth[states] = depth[state]! + 1;
        outputs[states] = undefined;
        next[cell] = states++;
      }
      state = next[cell]!;
    }
    (outputs[state] ??= []).push(index);
  }

  // Breadth first, so that the state a failure leads to is complete before it is copied.
  const queue: number[] = [];
  for (let c = 0; c < width; c++) if (next[c] !== 0) queue.push(next[c]!);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head]!;
    const back = fail[state]!;
    const inherited = outputs[back];
    if (inherited !== undefined) outputs[state] = [...(outputs[state] ?? []), ...inherited];
    for (let c = 0; c < width; c++) {
      const child = next[state * width + c]!;
      const detour = next[back * width + c]!;
      if (child === 0) next[state * width + c] = detour;
      else {
        fail[child] = detour;
        queue.push(child);
      }
    }
  }
  return renumber({ next, outputs, fail, depth, marks }, states, width);
}

/** Moves the states in which a keyword ends to the end, and multiplies what the table holds by its width. */
function renumber(raw: Omit<Automaton, 'firstAccepting'>, states: number, width: number): Automaton {
  const order = Array.from({ length: states }, (_, state) => state);
  order.sort((a, b) => Number(raw.outputs[a] !== undefined) - Number(raw.outputs[b] !== undefined) || a - b);
  const place = new Int32Array(states);
  for (const [index, state] of order.entries()) place[state] = index;

  const next = new Int32Array(states * width);
  for (const [index, state] of order.entries()) {
    for (let c = 0; c < width; c++) next[index * width + c] = place[raw.next[state * width + c]!]! * width;
  }
  const quiet = order.findIndex((state) => raw.outputs[state] !== undefined);
  return {
    next,
    firstAccepting: (quiet === -1 ? states : quiet) * width,
    outputs: order.map((state) => raw.outputs[state]),
    fail: Int32Array.from(order, (state) => place[raw.fail[state]!]!),
    depth: Int32Array.from(order, (state) => raw.depth[state]!),
    marks: Int32Array.from(order, (state) => raw.marks[state]!),
  };
}

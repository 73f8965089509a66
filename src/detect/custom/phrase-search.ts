import { codePointAt } from '../../text/code-point.ts';
import { foldCharacter, UNSEEN } from '../../text/fold-character.ts';
import type { Hit, Searched } from './pattern-search.ts';

export interface PhraseList {
  readonly index: number;
  readonly phrases: readonly string[];
  readonly caseSensitive: boolean;
  /** Only where no letter or digit stands directly before or behind. */
  readonly wholeWord: boolean;
  /** Also with look-alikes, digits for letters and invisible characters. */
  readonly disguised: boolean;
}

const SPACE = 0x20;
/** What people write for letters, and what is easily taken for another letter. */
const LEET: Readonly<Record<string, string>> = {
  '4': 'a', '@': 'a', '8': 'b', '3': 'e', '9': 'g', '1': 'i', '!': 'i', '|': 'i', l: 'i', '0': 'o', '5': 's', $: 's', '7': 't', '+': 't', '2': 'z',
}; // prettier-ignore
const leetCodes = new Map(Object.entries(LEET).map(([from, to]) => [from.charCodeAt(0), to.charCodeAt(0)]));

interface Node {
  readonly next: Map<number, Node>;
  readonly depth: number;
  fail: Node | null;
  /** Length of the longest phrase that ends here, in symbols; 0 for none. */
  ends: number;
  /** The nearest node on the way of failure in which a phrase ends. */
  shorter: Node | null;
}

/**
 * Looks for the phrases of one list in one pass (Aho and Corasick, CACM 18(6), 1975) over the symbols that the list's way
 * of comparing makes of a text. Every occurrence counts, also one inside another, so where the text begins changes nothing.
 */
export function createPhraseSearch(list: PhraseList): (text: string) => Searched {
  const root = buildAutomaton(list);
  const symbolOf = symbolsOf(list);
  return (text) => {
    const hits: Hit[] = [];
    let live = text.length;
    // Where the symbols of the current node's phrase stand: a phrase has few, so a ring of them is enough.
    const starts = new Int32Array(RING);
    let node = root;
    let count = 0;
    let spaced = false;
    for (let i = 0; i < text.length;) {
      let cp = text.charCodeAt(i);
      let size = 1;
      if (cp >= 0xd800 && cp <= 0xdbff) {
        cp = codePointAt(text, i);
        if (cp > 0xffff) size = 2;
      }
      const start = i;
      i += size;
      const symbol = symbolOf(cp);
      if (symbol === UNSEEN || (spaced && symbol === SPACE)) continue;
      spaced = symbol === SPACE;
      starts[count++ & (RING - 1)] = start;
      node = step(root, node, symbol);
      for (let at: Node | null = node.ends > 0 ? node : node.shorter; at !== null; at = at.shorter) {
        const from = starts[(count - at.ends) & (RING - 1)]!;
        if (list.wholeWord && isLetterBefore(text, from)) continue;
        if (list.wholeWord && i >= text.length) live = Math.min(live, from);
        if (list.wholeWord && isLetterAt(text, i)) continue;
        hits.push({ start: from, end: i, index: list.index });
        break; // the longest is the one that starts first, and covers the others
      }
    }
    if (node.depth > 0) live = Math.min(live, starts[(count - node.depth) & (RING - 1)]!);
    if (isHighSurrogate(text.charCodeAt(text.length - 1))) live = Math.min(live, text.length - 1);
    return { hits, bonds: hits, live };
  };
}

/** More than the symbols of the longest phrase, and a power of two. */
const RING = 256;

/** The symbol that a list compares a character by; white space of any kind and length is one space. */
function symbolsOf({ caseSensitive, disguised }: Pick<PhraseList, 'caseSensitive' | 'disguised'>) {
  const compute = (cp: number): number => {
    if (cp <= SPACE || cp === 0xa0 || (cp >= 0x2000 && cp <= 0x200a) || cp === 0x3000) return SPACE;
    return disguised ? undisguised(cp) : caseSensitive ? cp : lowered(cp);
  };
  const ascii = Int32Array.from({ length: 0x80 }, (_, cp) => compute(cp));
  return (cp: number): number => (cp < 0x80 ? ascii[cp]! : compute(cp));
}

function undisguised(cp: number): number {
  const folded = foldCharacter(cp);
  if (folded === UNSEEN) return UNSEEN;
  const letter = folded > UNSEEN ? folded : lowered(cp);
  return leetCodes.get(letter) ?? letter;
}

function lowered(cp: number): number {
  if (cp < 0x80) return cp >= 0x41 && cp <= 0x5a ? cp + 0x20 : cp;
  const lower = String.fromCodePoint(cp).toLowerCase();
  const first = lower.codePointAt(0)!;
  return lower.length === (first > 0xffff ? 2 : 1) ? first : cp;
}

function buildAutomaton(list: PhraseList): Node {
  const node = (depth: number): Node => ({ next: new Map(), depth, fail: null, ends: 0, shorter: null });
  const root = node(0);
  for (const phrase of list.phrases) {
    let at = root;
    for (const symbol of symbolsIn(phrase.trim(), list)) {
      let child = at.next.get(symbol);
      if (child === undefined) at.next.set(symbol, (child = node(at.depth + 1)));
      at = child;
    }
    at.ends = at.depth;
  }
  const queue: Node[] = [];
  for (const child of root.next.values()) {
    child.fail = root;
    queue.push(child);
  }
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head]!;
    at.shorter = at.fail!.ends > 0 ? at.fail : at.fail!.shorter;
    for (const [symbol, child] of at.next) {
      child.fail = step(root, at.fail!, symbol);
      queue.push(child);
    }
  }
  return root;
}

function symbolsIn(phrase: string, list: PhraseList): number[] {
  const symbolOf = symbolsOf(list);
  const symbols: number[] = [];
  for (const character of phrase) {
    const symbol = symbolOf(character.codePointAt(0)!);
    if (symbol !== UNSEEN && !(symbol === SPACE && symbols.at(-1) === SPACE)) symbols.push(symbol);
  }
  return symbols;
}

function step(root: Node, from: Node, symbol: number): Node {
  if (from === root) return root.next.get(symbol) ?? root;
  for (let at: Node | null = from; at !== null; at = at.fail) {
    const next = at.next.get(symbol);
    if (next !== undefined) return next;
  }
  return root;
}

const LETTER = /[\p{L}\p{N}]/u;

function isLetterAt(text: string, at: number): boolean {
  return at < text.length && isLetter(codePointAt(text, at));
}

function isLetterBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const unit = text.charCodeAt(at - 1);
  return isLetter(unit >= 0xdc00 && unit <= 0xdfff && at > 1 ? codePointAt(text, at - 2) : unit);
}

function isLetter(cp: number): boolean {
  if (cp < 0x80) return (cp >= 0x30 && cp <= 0x39) || ((cp | 0x20) >= 0x61 && (cp | 0x20) <= 0x7a);
  return LETTER.test(String.fromCodePoint(cp));
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

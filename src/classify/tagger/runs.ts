import { COMMON } from './lexicon.ts';
import { BREAK, CAPS, CODE, hashOf, INITIAL, MIXED, NUMBER, SMALL, TITLE, type Tokens } from './tokens.ts';
import type { Run } from './features.ts';

/** Longest run that is looked at, in units; text that goes on longer without a small word or a mark is no name. */
export const LONGEST_RUN = 160;

/** Small words inside names. */
const CONNECTORS = new Set(
  [
    'de', 'da', 'do', 'dos', 'das', 'di', 'del', 'della', 'la', 'las', 'los', 'le', 'les', 'du', 'des', 'van', 'von', 'vom', 'der', 'den', 'dem', 'ten', 'ter', 'het',
    'el', 'al', 'bin', 'ibn', 'bint', 'y', 'e', 'i', 'et', 'und', 'of', 'the', 'and', 'for', 'zu', 'zum', 'zur', 'am', 'an', 'auf', 'im', 'a', "d'", 'na', 'nad', 'pod', 'in', 'on', 'upon',
  ].map(hashOf),
); // prettier-ignore
const AMPERSAND = 38 << 8;
const MOST_CONNECTORS = 2;

/** True for a token that may be part of a name by its looks; `inside` a run that began before it. */
function mayName(kind: number, classes: number, inside: boolean): boolean {
  if (kind === TITLE || kind === CAPS || kind === INITIAL || kind === MIXED) return true;
  // Written small it has to be in a list, or to follow something that is.
  if (kind === SMALL) return (classes & COMMON) === 0 && (inside || classes !== 0);
  return kind === NUMBER || kind === CODE;
}

/** True when the token may go on with a run that began before it. */
function connects(tokens: Tokens, i: number): boolean {
  return (tokens.kind[i] === SMALL && CONNECTORS.has(tokens.hash[i]!)) || tokens.hash[i] === AMPERSAND;
}

/**
 * Calls `visit` with each maximal run of tokens that may hold a name. A run is open while more text could change it, or the
 * two tokens behind it that its features look at.
 *
 * @returns index of the first token that is not decided, at most `tokens.settled`.
 */
export function eachRun(tokens: Tokens, classes: Uint8Array, visit: (run: Run) => void): number {
  const { count, settled, kind, start, end } = tokens;
  let undecided = settled;
  for (let i = 0; i < count;) {
    if (!mayName(kind[i]!, classes[i]!, false)) {
      i++;
      continue;
    }
    let last = i;
    let onlyNumbers = true;
    let j = i;
    for (let links = 0; j < count; j++) {
      if (mayName(kind[j]!, classes[j]!, j > i && links === 0)) {
        last = j;
        links = 0;
        if (kind[j] !== NUMBER && kind[j] !== CODE) onlyNumbers = false;
      } else if (++links > MOST_CONNECTORS || !connects(tokens, j)) break;
    }
    const tooLong = end[last]! - start[i]! > LONGEST_RUN;
    const known = j < settled && (last + 2 < settled || kind[last + 1] === BREAK);
    if (!known && i < undecided && !isLost(tokens, i, Math.min(last, settled - 1))) undecided = i;
    if (!onlyNumbers && !tooLong) visit({ first: i, last });
    i = Math.max(j, last + 1);
  }
  return undecided;
}

/** True for a run whose settled part alone is too long. */
function isLost({ start, end }: Tokens, first: number, last: number): boolean {
  return last >= first && end[last]! - start[first]! > LONGEST_RUN;
}

import type { WindowSettings } from './model.ts';
import { MARK, type Tokens } from './tokens.ts';

/**
 * Where pieces begin, by token, with the number of tokens at the end: a piece closes where a sentence or line begins once it
 * has `piece[0]` tokens, and at `piece[1]` in any case.
 */
export function cutPieces(tokens: Tokens, { piece: [least, most] }: WindowSettings): Uint32Array {
  const borders = new Uint32Array(2 + Math.floor(tokens.count / least));
  let pieces = 1;
  let start = 0;
  for (let at = 1; at < tokens.count; at++) {
    const length = at - start;
    if (length >= most || (length >= least && (tokens.marks[at]! & MARK.sentenceStart) !== 0)) {
      borders[pieces++] = at;
      start = at;
    }
  }
  // A short rest belongs to the piece before it.
  if (pieces > 1 && tokens.count - start < least) pieces--;
  borders[pieces] = tokens.count;
  return borders.subarray(0, pieces + 1);
}

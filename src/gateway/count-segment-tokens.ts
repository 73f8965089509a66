import { estimateTokens } from '../text/count-tokens.ts';
import type { Segment } from '../conversation/segment.ts';

/** Estimate of the tokens of all texts. */
export function countTokens(segments: readonly Segment[]): number {
  let tokens = 0;
  for (const segment of segments) tokens += estimateTokens(segment.text);
  return tokens;
}

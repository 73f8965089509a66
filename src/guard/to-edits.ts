import type { Segment } from '../conversation/segment.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import { mergeRedactions, redact, type Redaction } from './redaction.ts';

/** What the redactions of texts change in the body that the texts stand in: one edit a segment. */
export function toEdits(
  segments: readonly Segment[],
  redactions: ReadonlyMap<Segment, readonly Redaction[]>,
): JsonEdit[] {
  if (redactions.size === 0) return [];
  const edits: JsonEdit[] = [];
  for (const segment of segments) {
    const ranges = redactions.get(segment);
    if (ranges !== undefined) edits.push({ path: segment.path, value: redact(segment.text, mergeRedactions(ranges)) });
  }
  return edits;
}

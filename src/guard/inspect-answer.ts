import type { Segment } from '../conversation/segment.ts';
import { pathId } from '../conversation/segment.ts';
import type { ResponseView } from '../conversation/surface.ts';
import { unreadStrings } from '../conversation/unread-strings.ts';
import type { DecisionLog } from './decision-log.ts';
import { inspectSegments, type Redactions } from './inspect-segments.ts';
import { mergeRedactions, redact } from './redaction.ts';
import type { Rule } from './rule.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';

export interface InspectedAnswer {
  readonly redactions: Redactions;
  /** What enforced rules want changed, one edit a place. */
  readonly edits: readonly JsonEdit[];
}

/**
 * Runs the output rules over a whole answer: over what its reader took for text, and over every other string and key,
 * because the client gets those too.
 * @param files texts that were taken out of its images and files.
 */
export async function inspectAnswer(
  rules: readonly Rule[],
  body: unknown,
  view: ResponseView,
  log: DecisionLog,
  files: readonly Segment[] = [],
): Promise<InspectedAnswer> {
  const keys = new Set<Segment>();
  const rest = unreadStrings(
    body,
    view.segments.map(({ path }) => path),
    () => false,
  ).unread.map(({ key, path, text }, index): Segment => {
    // Numbered backwards: no two of them are parts of one message.
    const message = -2 * (index + 1);
    const id = key ? `key ${pathId(path)}` : pathId(path);
    const segment: Segment = { id, path, role: 'assistant', origin: 'model', kind: 'text', text, message };
    if (key) keys.add(segment);
    return segment;
  });
  const redactions = await inspectSegments(rules, 'output', [...view.segments, ...rest, ...files], log);
  if (redactions.size === 0) return { redactions, edits: [] };

  const edits = new Map<string, JsonEdit>();
  const touched = new Set<number>();
  for (const [segment, ranges] of redactions) {
    touched.add(segment.message);
    const { path, text } = segment;
    // A key has no place of its own to put something else: its member goes, whatever else was to be done there.
    if (keys.has(segment)) edits.set(pathId(path), { path, remove: true });
    else if (!edits.has(pathId(path))) edits.set(pathId(path), { path, value: redact(text, mergeRedactions(ranges)) });
  }
  for (const { message, path } of view.shadows)
    if (touched.has(message)) edits.set(pathId(path), { path, value: null });
  return { redactions, edits: [...edits.values()] };
}

import type { Steps } from '../core/drive.ts';
import { pathId, type Segment, type SegmentKind } from '../conversation/segment.ts';
import { unreadStrings } from '../conversation/unread-strings.ts';
import { type JsonEdit, spliceJson } from '../text/json/splice-json.ts';
import { stringLeaves } from '../text/json/string-leaves.ts';
import type { DecisionLog } from './decision-log.ts';
import { inspecting } from './inspect-segments.ts';
import { redact } from './redaction.ts';
import type { Rule } from './rule.ts';

/**
 * Looks into the strings of a tool call's arguments that are written with escapes: `\u0041KIA…` is not what a rule
 * looks for in the raw text, and it is what the tool gets.
 * @returns the arguments with what enforced rules want replaced, or null when nothing has to be.
 */
export function* redactEscapedArguments(
  rules: readonly Rule[],
  place: { readonly id: string; readonly kind: SegmentKind; readonly message: number },
  text: string,
  log: DecisionLog,
): Steps<string | null> {
  if (!text.includes('\\')) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not arguments that a client could read; the raw text was inspected like any other.
    return null;
  }
  const segments: Segment[] = [];
  for (const leaf of stringLeaves(value)) {
    // What stands there as it is was seen in the raw text.
    if (text.includes(leaf.text)) continue;
    const { path } = leaf;
    segments.push({
      ...place,
      id: `${place.id}:${pathId(path)}`,
      path,
      role: 'assistant',
      origin: 'model',
      text: leaf.text,
    });
  }
  const keys = new Set<Segment>();
  for (const leaf of unreadStrings(value, [], () => false).unread) {
    if (!leaf.key || text.includes(leaf.text)) continue;
    const id = `${place.id}:key ${pathId(leaf.path)}`;
    const segment: Segment = { ...place, id, path: leaf.path, role: 'assistant', origin: 'model', text: leaf.text };
    keys.add(segment);
    segments.push(segment);
  }
  if (segments.length === 0) return null;
  const redactions = yield* inspecting(rules, 'output', segments, log);
  if (redactions.size === 0) return null;
  const edits = new Map<string, JsonEdit>();
  for (const [segment, ranges] of redactions) {
    const { path } = segment;
    edits.set(pathId(path), keys.has(segment) ? { path, remove: true } : { path, value: redact(segment.text, ranges) });
  }
  return spliceJson(text, [...edits.values()]);
}

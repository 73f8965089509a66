import type { JsonPath, SegmentKind } from '../conversation/segment.ts';
import { pathId } from '../conversation/segment.ts';
import type { ResponseView } from '../conversation/surface.ts';
import { findPlaceholders } from './find-placeholders.ts';
import { restoreEcho } from './restore-echo.ts';
import { restoreJson } from './restore-json.ts';
import { Restorer, restoreText, type Restoring } from './restorer.ts';
import { type JsonEdit, spliceJson } from '../text/json/splice-json.ts';

export interface WholeAnswer {
  readonly bytes: Buffer<ArrayBufferLike>;
  readonly body: unknown;
  readonly view: ResponseView;
}

/** A whole answer with the caller's values back in place: the same bytes wherever nothing had to change. */
export function restoreAnswer(
  restoring: Restoring | undefined,
  bytes: Buffer<ArrayBufferLike>,
  body: unknown,
  view: ResponseView,
  parse: (body: unknown) => ResponseView | null,
): WholeAnswer {
  const edits = restoring === undefined ? [] : editsOf(restoring, body, view);
  if (edits.length === 0) return { bytes, body, view };
  const text = spliceJson(bytes.toString('utf8'), edits);
  const restored: unknown = JSON.parse(text);
  return { bytes: Buffer.from(text, 'utf8'), body: restored, view: parse(restored) ?? view };
}

function editsOf(restoring: Restoring, body: unknown, view: ResponseView): readonly JsonEdit[] {
  if (restoring.vault.size === 0) return [];
  const edits = new Map<string, JsonEdit>();
  const seen = new Set<string>();
  const touched = new Set<number>();
  for (const { path, kind, message } of view.segments) {
    // A path may go on below a string, into the JSON that it holds: the string is what is rewritten.
    const { at, value } = deepest(body, path);
    const id = pathId(at);
    if (seen.has(id)) continue;
    seen.add(id);
    const restored = restoreValue(restoring, kind, value);
    if (restored === value) continue;
    edits.set(id, { path: at, value: restored });
    touched.add(message);
  }
  for (const edit of restoreEcho(restoring, body, [])) edits.set(pathId(edit.path), edit);
  for (const { message, path } of view.shadows) {
    if (touched.has(message)) edits.set(pathId(path), { path, value: null });
  }
  return [...edits.values()];
}

function restoreValue(restoring: Restoring, kind: SegmentKind, value: unknown): unknown {
  if (typeof value === 'string') return restoreText(restoring, kind, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // A segment whose place is an object holds its keys: a key cannot be edited alone, so the object is.
  if (findPlaceholders(Object.keys(value).join('\n'), restoring.vault).length === 0) return value;
  const text = restoreJson(JSON.stringify(value), (string) => new Restorer(restoring, true).push(string, true));
  return text === null ? value : JSON.parse(text);
}

function deepest(body: unknown, path: JsonPath): { readonly at: JsonPath; readonly value: unknown } {
  let value = body;
  for (const [depth, step] of path.entries()) {
    if (typeof value !== 'object' || value === null) return { at: path.slice(0, depth), value };
    value = (value as Record<string | number, unknown>)[step];
  }
  return { at: path, value };
}

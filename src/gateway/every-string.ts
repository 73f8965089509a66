import { pathId, type Segment } from '../conversation/segment.ts';
import type { ResponseView } from '../conversation/surface.ts';
import { stringLeaves } from '../text/json/string-leaves.ts';

/** A listing of provider objects: every string in it is inspected. */
export function everyString(body: unknown): ResponseView {
  const segments: Segment[] = [];
  for (const { path, text } of stringLeaves(body)) {
    segments.push({ id: pathId(path), path, role: 'assistant', origin: 'model', kind: 'text', text, message: -1 });
  }
  return { segments, usage: null, id: null, model: null, shadows: [] };
}

import type { Segment } from '../conversation/segment.ts';
import type { ResponseView } from '../conversation/surface.ts';

/** A listing of provider objects: every string in it is inspected. */
export function everyString(body: unknown): ResponseView {
  const segments: Segment[] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'string') {
      segments.push({
        id: path.join('.'),
        path,
        role: 'assistant',
        origin: 'model',
        kind: 'text',
        text: value,
        message: -1,
      });
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, [...path, index]));
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    }
  };
  walk(body, []);
  return { segments, usage: null, id: null, model: null, shadows: [] };
}

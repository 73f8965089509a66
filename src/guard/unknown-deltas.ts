import { Fault } from '../core/fault.ts';
import { pathId } from '../conversation/segment.ts';
import type { Delta, SseEvent } from '../conversation/surface.ts';
import { stringLeaves } from '../text/json/string-leaves.ts';

/** Every string in an event of an unknown kind is text of a channel of its own, so that rules see it and hold-back applies. @throws Fault `ERR_UPSTREAM_INVALID` */
export function unknownDeltas(event: SseEvent): readonly Delta[] {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    throw new Fault('ERR_UPSTREAM_INVALID', 'The provider sent a stream event whose data is not JSON.', {
      where: event.event === '' ? 'data' : `event ${event.event.slice(0, 64)}`,
    });
  }
  const deltas: Delta[] = [];
  for (const { path, text } of stringLeaves(data)) {
    deltas.push({ channel: `?${event.event}/${pathId(path)}`, kind: 'text', message: -1, path, text });
  }
  return deltas;
}

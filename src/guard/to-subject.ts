import type { Segment } from '../conversation/segment.ts';
import type { Stage } from '../core/verdict.ts';
import type { Subject } from '../detect/detector.ts';

/** What a detector is told about a segment. */
export function toSubject(stage: Stage, segment: Pick<Segment, 'role' | 'origin' | 'kind' | 'tool'>): Subject {
  const { role, origin, kind, tool } = segment;
  return tool === undefined ? { stage, role, origin, kind } : { stage, role, origin, kind, tool };
}

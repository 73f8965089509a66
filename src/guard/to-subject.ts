import type { Segment } from '../conversation/segment.ts';
import type { Stage } from '../core/verdict.ts';
import type { Subject } from '../detect/detector.ts';

/** What a detector is told about a segment. */
export function toSubject(
  stage: Stage,
  { role, origin, kind, tool, file }: Pick<Segment, 'role' | 'origin' | 'kind' | 'tool' | 'file'>,
): Subject {
  return {
    stage,
    role,
    origin,
    kind,
    ...(tool === undefined ? {} : { tool }),
    ...(file?.hidden === true ? { hidden: true } : {}),
  };
}

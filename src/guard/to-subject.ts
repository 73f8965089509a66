import type { Segment } from '../conversation/segment.ts';
import type { Stage } from '../core/verdict.ts';
import type { Subject } from '../detect/detector.ts';

/** What a detector is told about a segment. */
export function toSubject(
  stage: Stage,
  segment: Pick<Segment, 'role' | 'origin' | 'kind' | 'tool' | 'file'> & { readonly message?: number },
): Subject {
  const { role, origin, kind, tool, file, message } = segment;
  return {
    stage,
    role,
    origin,
    kind,
    ...(tool === undefined ? {} : { tool }),
    ...(stage === 'output' && message !== undefined && message < 0 ? { beside: true as const } : {}),
    ...(file?.hidden === true ? { hidden: true } : {}),
  };
}

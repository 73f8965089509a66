import type { Segment } from '../conversation/segment.ts';

/** Whether anything of it is an image or a file. */
export function hasMedia(segments: readonly Segment[]): boolean {
  return segments.some(({ kind }) => kind === 'media');
}

import type { ImageLayout } from '../../image-layout.ts';

/** Where proposals may go: the ball around the original, and the target's bounds. */
export interface Windows {
  readonly layout: ImageLayout;
  readonly eps: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Shapes of a patch, in its own coordinates from 0 to 1. */
export const PATCH_SHAPES = ['square', 'circle', 'stickers'] as const;
export type PatchShape = (typeof PATCH_SHAPES)[number];

/** Two bars across the object, as on the stop signs of Eykholt et al. 2018 (arXiv:1707.08945). */
const STICKERS = [
  { left: 0, top: 0.1, right: 1, bottom: 0.3 },
  { left: 0, top: 0.7, right: 1, bottom: 0.9 },
] as const;

/** Whether a place inside the patch's square belongs to it. */
export function inShape(shape: PatchShape, u: number, v: number): boolean {
  if (u < 0 || u >= 1 || v < 0 || v >= 1) return false;
  switch (shape) {
    case 'square':
      return true;
    case 'circle':
      return (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25;
    case 'stickers':
      return STICKERS.some((bar) => u >= bar.left && u < bar.right && v >= bar.top && v < bar.bottom);
    default:
      throw new TypeError(shape satisfies never);
  }
}

/** Share of the patch's square that the shape covers. */
export function shapeShare(shape: PatchShape): number {
  if (shape === 'square') return 1;
  if (shape === 'circle') return Math.PI / 4;
  return STICKERS.reduce((sum, bar) => sum + (bar.right - bar.left) * (bar.bottom - bar.top), 0);
}

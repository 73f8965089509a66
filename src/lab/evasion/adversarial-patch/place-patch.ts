import type { ImageLayout } from '../../image-layout.ts';
import type { Random } from '../../../math/random.ts';
import type { Box } from '../norm-ball.ts';
import { inShape, shapeShare, type PatchShape } from './patch-mask.ts';

/** A patch's values as shares of the range between the bounds: [channels, side, side]. */
export interface Patch {
  readonly shape: PatchShape;
  readonly channels: number;
  readonly side: number;
  readonly values: Float32Array;
}

/** How one picture shows the patch. */
export interface Placement {
  /** Middle of the patch, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Side of its square, in pixels. */
  readonly side: number;
  /** Radians. */
  readonly turn: number;
  /** What a patch value v becomes: v * contrast + brightness, cut to 0 and 1. */
  readonly contrast: number;
  readonly brightness: number;
}

export interface PlacementRange {
  /** Middle in shares of width and height; anywhere in the picture when null. */
  readonly center: { readonly x: number; readonly y: number } | null;
  /** How far the middle strays from a given center, as a share of the picture's side. */
  readonly shift: number;
  /** Degrees to each side. */
  readonly rotation: number;
  /** Smallest length of a side, as a share of the largest. */
  readonly smallest: number;
  readonly brightness: number;
  readonly contrast: number;
}

/** Side, in pixels, with which a shape covers a share of a picture. */
export function largestSide(shape: PatchShape, areaShare: number, layout: ImageLayout): number {
  return Math.min(
    Math.sqrt((areaShare * layout.height * layout.width) / shapeShare(shape)),
    Math.min(layout.height, layout.width),
  );
}

/** A random way to show the patch, its middle so that an unturned patch lies inside the picture. */
export function drawPlacement(range: PlacementRange, largest: number, layout: ImageLayout, random: Random): Placement {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const side = largest * between(range.smallest, 1);
  const place = (length: number, wanted: number | undefined): number => {
    const drawn =
      wanted === undefined
        ? between(side / 2, length - side / 2)
        : wanted * length + length * between(-range.shift, range.shift);
    return Math.min(Math.max(drawn, side / 2), length - side / 2);
  };
  const turn = (between(-range.rotation, range.rotation) * Math.PI) / 180;
  const brightness = between(-range.brightness, range.brightness);
  const contrast = between(1 - range.contrast, 1 + range.contrast);
  return {
    x: place(layout.width, range.center?.x),
    y: place(layout.height, range.center?.y),
    side,
    turn,
    brightness,
    contrast,
  };
}

/** One value of a picture that shows the patch: the corners of the patch's grid it mixes, with their weights. */
interface Shown {
  readonly at: number;
  readonly corners: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Pixels that show the patch. No more than `maxPixels`: pixels are few, so a patch can cover more of them than its area says, and is then
 * shown a little smaller.
 */
export function shownPixels(patch: Patch, placement: Placement, layout: ImageLayout, maxPixels: number): Shown[] {
  for (let shrink = 1; shrink > 0.01; shrink *= 0.97) {
    const shown = pixelsAt(patch, { ...placement, side: placement.side * shrink }, layout);
    if (shown.length <= maxPixels * layout.channels) return shown;
  }
  return [];
}

function pixelsAt(patch: Patch, placement: Placement, layout: ImageLayout): Shown[] {
  const { x: cx, y: cy, side, turn } = placement;
  const reach = side * Math.SQRT1_2 + 1;
  const cos = Math.cos(-turn);
  const sin = Math.sin(-turn);
  const shown: Shown[] = [];
  for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(layout.height, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(layout.width, cx + reach); x++) {
      const dx = x + 0.5 - cx;
      const dy = y + 0.5 - cy;
      const u = (cos * dx - sin * dy) / side + 0.5;
      const v = (sin * dx + cos * dy) / side + 0.5;
      if (!inShape(patch.shape, u, v)) continue;
      const gx = Math.min(Math.max(u * patch.side - 0.5, 0), patch.side - 1);
      const gy = Math.min(Math.max(v * patch.side - 0.5, 0), patch.side - 1);
      const x0 = Math.floor(gx);
      const y0 = Math.floor(gy);
      const x1 = Math.min(x0 + 1, patch.side - 1);
      const y1 = Math.min(y0 + 1, patch.side - 1);
      const weights = [
        (1 - (gx - x0)) * (1 - (gy - y0)),
        (gx - x0) * (1 - (gy - y0)),
        (1 - (gx - x0)) * (gy - y0),
        (gx - x0) * (gy - y0),
      ];
      for (let c = 0; c < layout.channels; c++) {
        const base = c * patch.side * patch.side;
        const corners = [
          base + y0 * patch.side + x0,
          base + y0 * patch.side + x1,
          base + y1 * patch.side + x0,
          base + y1 * patch.side + x1,
        ];
        shown.push({ at: layout.at(c, y, x), corners, weights });
      }
    }
  }
  return shown;
}

/** Puts the patch into a picture. */
export function showPatch(
  out: Float32Array,
  patch: Patch,
  placement: Placement,
  shown: readonly Shown[],
  box: Box,
): void {
  for (const { at, corners, weights } of shown) {
    const value = mixed(patch, corners, weights) * placement.contrast + placement.brightness;
    const share = Math.min(Math.max(value, 0), 1);
    const low = box.low[at]!;
    const high = box.high[at]!;
    out[at] = Math.min(Math.max(low + share * (high - low), low), high);
  }
}

/** Gradient by the patch's values, added to `into`, from that by the picture. A value that was cut has none. */
export function gradientByPatch(
  into: Float64Array,
  upstream: Float32Array,
  patch: Patch,
  placement: Placement,
  shown: readonly Shown[],
  box: Box,
): void {
  for (const { at, corners, weights } of shown) {
    const value = mixed(patch, corners, weights) * placement.contrast + placement.brightness;
    if (value < 0 || value > 1) continue;
    const slope = upstream[at]! * (box.high[at]! - box.low[at]!) * placement.contrast;
    corners.forEach((corner, i) => (into[corner]! += weights[i]! * slope));
  }
}

function mixed(patch: Patch, corners: readonly number[], weights: readonly number[]): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value += weights[i]! * patch.values[corners[i]!]!;
  return value;
}

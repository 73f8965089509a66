import { Fault } from '../../../core/fault.ts';

/** A rectangle of pixels: rows from `top`, columns from `left`. */
export interface Mask {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Masks such that every patch of at most `patch` pixels on a side, wherever it stands, is covered by one of them (Xiang, Mahloujifar and
 * Mittal 2022, arXiv:2108.09135, section 3.1): stride ceil((n - p + 1) / k), mask size p + stride - 1, the last mask moved back to the edge.
 * @param perAxis masks along each axis; fewer are larger
 */
export function maskSet(
  picture: { readonly height: number; readonly width: number },
  patch: { readonly height: number; readonly width: number },
  perAxis: number,
): readonly Mask[] {
  const rows = maskStarts(picture.height, patch.height, perAxis);
  const columns = maskStarts(picture.width, patch.width, perAxis);
  return rows.starts.flatMap((top) =>
    columns.starts.map((left) => ({ top, left, height: rows.size, width: columns.size })),
  );
}

function maskStarts(
  length: number,
  patch: number,
  perAxis: number,
): { readonly size: number; readonly starts: readonly number[] } {
  if (!(Number.isInteger(patch) && patch >= 1 && patch <= length && Number.isInteger(perAxis) && perAxis >= 1))
    throw new Fault('ERR_USAGE', `No masks for a patch of ${patch} on ${length} pixels, ${perAxis} an axis.`);
  const stride = Math.ceil((length - patch + 1) / perAxis);
  const size = Math.min(length, patch + stride - 1);
  const starts = new Set<number>();
  for (let at = 0; at <= length - patch; at += stride) starts.add(Math.min(at, length - size));
  return { size, starts: [...starts] };
}

/** Whether one of the masks covers the whole patch. */
export function isCovered(masks: readonly Mask[], patch: Mask): boolean {
  return masks.some(
    (mask) =>
      mask.top <= patch.top &&
      mask.left <= patch.left &&
      mask.top + mask.height >= patch.top + patch.height &&
      mask.left + mask.width >= patch.left + patch.width,
  );
}

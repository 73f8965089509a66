import type { Piece } from './split-marks.ts';

/** Characters kept on either side of a mark when a long text is shown in part. */
const AROUND = 240;

export type Shown = Piece | { readonly hidden: number };

/**
 * A long text with its unmarked stretches shortened: what is shown is what surrounds evidence. Texts up to `most`
 * characters stay whole.
 */
export function shorten(pieces: readonly Piece[], most = 4000): readonly Shown[] {
  const length = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  if (length <= most) return pieces;
  return pieces.flatMap((piece, i): Shown[] => {
    const isFirst = i === 0;
    const isLast = i === pieces.length - 1;
    // A text without any mark shows its beginning.
    const head = isFirst && !isLast ? 0 : isFirst ? most : AROUND;
    const tail = isLast ? 0 : AROUND;
    if (piece.rules.length > 0 || piece.text.length <= head + tail) return [piece];
    const hidden = piece.text.length - head - tail;
    return [
      ...(head > 0 ? [{ text: piece.text.slice(0, head), rules: [] }] : []),
      { hidden },
      ...(tail > 0 ? [{ text: piece.text.slice(-tail), rules: [] }] : []),
    ];
  });
}

import { encodePng } from '../../src/formats/png/encode-png.ts';

/** Pixels that one pixel of a sign becomes on each side, and white between two signs. */
const [ZOOM, GAP] = [4, 6];

/**
 * Signs as one PNG: a row for each list, one below the other.
 * @param rows each a list of pictures [3, side, side], values 0 to 1
 */
export function pictureSheet(rows: readonly (readonly Float32Array[])[], side: number): Uint8Array {
  const cell = side * ZOOM + GAP;
  const width = Math.max(...rows.map((row) => row.length)) * cell + GAP;
  const height = rows.length * cell + GAP;
  const data = new Uint8Array(width * height * 3).fill(255);
  rows.forEach((row, down) =>
    row.forEach((picture, across) => {
      for (let y = 0; y < side * ZOOM; y++) {
        for (let x = 0; x < side * ZOOM; x++) {
          const from = Math.floor(y / ZOOM) * side + Math.floor(x / ZOOM);
          const to = ((GAP + down * cell + y) * width + GAP + across * cell + x) * 3;
          for (let c = 0; c < 3; c++) {
            const value = picture[c * side * side + from]!;
            data[to + c] = Math.round(255 * Math.min(Math.max(value, 0), 1));
          }
        }
      }
    }),
  );
  return encodePng({ width, height, channels: 3, max: 255, data });
}

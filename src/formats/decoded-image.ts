/** Pixels of a picture: rows from the top, each pixel's channels side by side (height × width × channels). */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The value that means full intensity: 255, 65535, or what a PNM file says. */
  readonly max: number;
  readonly data: Uint8Array | Uint16Array;
}

/** Pixels that a picture may have at most. */
export const MAX_PIXELS = 1 << 26;

import type { DecodedImage } from '../../formats/decoded-image.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import type { ImageLayout } from '../../lab/image-layout.ts';

export interface PixelRange {
  readonly low: number;
  readonly high: number;
}

/** A sample as a picture. Three channels are colours; of any other number the mean is shown as grey. */
export function pictureOf(sample: Float32Array, layout: ImageLayout, { low, high }: PixelRange): DecodedImage {
  return drawn(layout, (channel, y, x) => (sample[layout.at(channel, y, x)]! - low) / (high - low));
}

/** What was changed, times `gain`, around middle grey: what is grey did not change. */
export function differenceOf(
  clean: Float32Array,
  changed: Float32Array,
  layout: ImageLayout,
  { low, high }: PixelRange,
  gain: number,
): DecodedImage {
  return drawn(layout, (channel, y, x) => {
    const at = layout.at(channel, y, x);
    return 0.5 + (gain * (changed[at]! - clean[at]!)) / (high - low);
  });
}

function drawn(
  { channels, height, width }: Pick<ImageLayout, 'channels' | 'height' | 'width'>,
  value: (channel: number, y: number, x: number) => number,
): DecodedImage {
  const colours = channels === 3 ? 3 : 1;
  const data = new Uint8Array(height * width * colours);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < colours; c++) {
        let level = 0;
        if (colours === 3) level = value(c, y, x);
        else for (let k = 0; k < channels; k++) level += value(k, y, x) / channels;
        data[(y * width + x) * colours + c] = Math.round(Math.min(Math.max(level, 0), 1) * 255);
      }
    }
  }
  return { width, height, channels: colours, max: 255, data };
}

/** An `<img>` that carries its own bytes. Small pictures are shown larger, pixel by pixel. */
export function inlined(image: DecodedImage, description: string): string {
  const shown = Math.max(96, Math.min(192, image.width * 3));
  const bytes = Buffer.from(encodePng(image)).toString('base64');
  return `<img alt="${description}" width="${shown}" height="${Math.round((shown * image.height) / image.width)}" src="data:image/png;base64,${bytes}">`;
}

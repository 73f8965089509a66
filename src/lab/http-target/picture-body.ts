import { createHash } from 'node:crypto';
import { Fault } from '../../core/fault.ts';
import { encodePng } from '../../formats/png/encode-png.ts';
import type { Box } from '../evasion/norm-ball.ts';
import { roundedToBytes } from '../evasion/perturbation-check.ts';
import { imageLayout, isPicture } from '../image-layout.ts';
import type { EndpointRequest } from './http-endpoint.ts';
import type { JsonSection } from './http-section.ts';

/** What an endpoint of pictures is sent: files of 256 levels. */
export interface PictureCodec {
  /** Samples as a file keeps them: rounded to 256 levels between the bounds. */
  round(x: Float32Array): Float32Array;
  /** One sample as a PNG. */
  png(sample: Float32Array): Uint8Array;
}

/** @throws Fault `ERR_CONFIG` where samples are no pictures of one or three channels, or have no finite bounds */
export function pictureCodec(inputShape: readonly number[], box: Box): PictureCodec {
  const layout = imageLayout(inputShape);
  if (!isPicture(layout) || (layout.channels !== 1 && layout.channels !== 3)) {
    throw new Fault('ERR_CONFIG', `Samples of [${inputShape.join(', ')}] are no pictures of one or three channels.`, {
      where: 'http.encoding',
    });
  }
  const { channels, height, width, at } = layout;
  const size = channels * height * width;
  for (let f = 0; f < size; f++) {
    if (Number.isFinite(box.high[f]! - box.low[f]!) && box.high[f]! > box.low[f]!) continue;
    throw new Fault('ERR_CONFIG', 'Pictures need finite bounds: the smallest value is black.', { where: 'bounds' });
  }
  return {
    round: (x) => roundedToBytes(x, size, box),
    png: (sample) => {
      const data = new Uint8Array(size);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < channels; c++) {
            const from = at(c, y, x);
            const share = (sample[from]! - box.low[from]!) / (box.high[from]! - box.low[from]!);
            data[(y * width + x) * channels + c] = Math.round(Math.min(Math.max(share, 0), 1) * 255);
          }
      return encodePng({ width, height, channels, max: 255, data });
    },
  };
}

/** A picture as the whole body, or as one part of a form (RFC 7578). */
export function pictureRequest(path: string, file: Uint8Array, { send, form }: JsonSection): EndpointRequest {
  if (send === 'binary') return { method: 'POST', path, headers: { 'content-type': 'image/png' }, body: file };
  const { file: name, fields } = form ?? { file: 'file', fields: {} };
  // Drawn from the content, so that the same sample gives the same bytes, and that the content cannot hold it.
  const boundary = `parapet-${createHash('sha256').update(file).update(JSON.stringify(fields)).digest('hex').slice(0, 40)}`;
  const part = (about: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${about}`;
  const before = Object.entries(fields).map(([key, value]) => `${part(`name="${key}"`)}\r\n\r\n${value}\r\n`);
  const head = `${part(`name="${name}"; filename="sample.png"`)}\r\nContent-Type: image/png\r\n\r\n`;
  return {
    method: 'POST',
    path,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(before.join('') + head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

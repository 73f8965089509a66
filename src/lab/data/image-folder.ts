import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Fault, isFault } from '../../core/fault.ts';
import type { DecodedImage } from '../../formats/decoded-image.ts';
import { decodeNetpbm, isNetpbm } from '../../formats/netpbm/decode-netpbm.ts';
import { decodePng, isPng } from '../../formats/png/decode-png.ts';
import type { LabelledData } from '../labelled-data.ts';
import { readDataBytes } from './read-bytes.ts';

const EXTENSIONS: ReadonlySet<string> = new Set(['.png', '.ppm', '.pgm', '.pnm']);
const OTHERS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff']);
const MAX_VALUES = 2 ** 30;
const MAX_FILE = 64 << 20;

/**
 * A folder with a folder of pictures for each class (PNG, PPM, PGM), all of one size. Classes are numbered in the order of their names (in
 * that of their numbers, where all names are numbers). Transparency is left out.
 * @param limit pictures in all, taken from each class in turn
 * @throws Fault `ERR_DATA` that names the file.
 */
export async function readImageFolder(folder: string, limit = Infinity): Promise<LabelledData> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const numbers = names.every((name) => /^\d{1,9}$/.test(name));
  const classNames = numbers ? names.toSorted((a, b) => Number(a) - Number(b)) : names.toSorted();
  if (classNames.length === 0) {
    throw new Fault('ERR_DATA', 'The folder has no folders of classes in it.', {
      where: folder,
      hint: 'Put the pictures of each class into a folder of its own, named after the class.',
    });
  }
  const lists: string[][] = [];
  for (const name of classNames) {
    const files = (await readdir(join(folder, name))).toSorted();
    const unread = files.find((file) => OTHERS.has(extname(file).toLowerCase()));
    if (unread !== undefined) {
      throw new Fault('ERR_DATA', `Pictures of this kind are not read: ${extname(unread)}.`, {
        where: join(folder, name, unread),
        hint: 'Convert them to PNG (JPEG decoders differ, and the numbers of an assessment should not).',
      });
    }
    lists.push(files.filter((file) => EXTENSIONS.has(extname(file).toLowerCase())));
  }
  const order: { readonly label: number; readonly file: string }[] = [];
  const longest = Math.max(...lists.map(({ length }) => length));
  for (let at = 0; at < longest && order.length < limit; at++) {
    for (const [label, files] of lists.entries()) {
      if (at < files.length && order.length < limit)
        order.push({ label, file: join(folder, classNames[label]!, files[at]!) });
    }
  }
  order.sort((a, b) => a.label - b.label || (a.file < b.file ? -1 : 1));
  if (order.length === 0) {
    throw new Fault('ERR_DATA', 'The folders of classes have no pictures in them.', {
      where: folder,
      hint: 'PNG, PPM and PGM are read.',
    });
  }
  return readAll(order, classNames);
}

async function readAll(
  order: readonly { readonly label: number; readonly file: string }[],
  classNames: readonly string[],
): Promise<LabelledData> {
  let inputs: Float32Array | null = null;
  let shape: readonly [number, number, number] = [0, 0, 0];
  for (const [index, { file }] of order.entries()) {
    const image = await readImage(file);
    const channels = image.channels >= 3 ? 3 : 1;
    if (inputs === null) {
      shape = [channels, image.height, image.width];
      const values = channels * image.height * image.width * order.length;
      if (values > MAX_VALUES)
        throw new Fault('ERR_DATA', 'The pictures have too many pixels in all.', { where: file });
      inputs = new Float32Array(values);
    }
    if (image.height !== shape[1] || image.width !== shape[2] || channels !== shape[0]) {
      throw new Fault(
        'ERR_DATA',
        `A picture has ${channels} x ${image.height} x ${image.width} values, the first one had ${shape.join(' x ')}.`,
        { where: file, hint: 'Bring all pictures to one size, and all to grey or all to colour.' },
      );
    }
    const size = shape[0] * shape[1] * shape[2];
    toPlanes(image, channels, inputs.subarray(index * size, (index + 1) * size));
  }
  return {
    inputs: inputs!,
    labels: Int32Array.from(order, ({ label }) => label),
    count: order.length,
    inputShape: shape,
    classNames,
  };
}

/** @throws Fault `ERR_DATA` */
export async function readImage(file: string): Promise<DecodedImage> {
  const bytes = await readDataBytes(file, MAX_FILE);
  try {
    if (isPng(bytes)) return decodePng(bytes);
    if (isNetpbm(bytes)) return decodeNetpbm(bytes);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault('ERR_DATA', error.message, { where: file, cause: error });
  }
  throw new Fault('ERR_DATA', 'This is no PNG, PPM or PGM picture, whatever its name says.', { where: file });
}

/** Channels side by side to planes, scaled to 0..1. */
function toPlanes(
  { width, height, channels: from, max, data }: DecodedImage,
  channels: number,
  to: Float32Array,
): void {
  const area = width * height;
  for (let at = 0; at < area; at++) {
    for (let channel = 0; channel < channels; channel++) to[channel * area + at] = data[at * from + channel]! / max;
  }
}

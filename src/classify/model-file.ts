import { crc32 } from 'node:zlib';
import { Fault } from '../core/fault.ts';
import type { LexiconRow } from './lexicon.ts';
import type { Model } from './model.ts';
import { parseHeader } from './model-header.ts';

/*
 * The file, little-endian:
 *
 *   0   4  "PCLF"
 *   4   2  version, 1
 *   6   2  0
 *   8   4  length of the header in bytes
 *   12  4  rows of the lexicon
 *   16  4  features
 *   20  4  length of the file
 *   24  4  CRC-32 (IEEE) of everything from 28 on
 *   28     header: JSON in UTF-8, `ModelHeader`
 *          lexicon: its keys as differences, ascending, each an LEB128; then a u16 a row, its concept
 *          features: their keys as differences, ascending, each an LEB128; then their weights, an i8 a head
 *
 * A key may stand in the lexicon several times (difference 0), once for each concept; a feature stands once.
 */
const MAGIC = 0x464c4350;
const VERSION = 1;
const START = 28;

/** What a file may have at most; checked before anything is allocated. */
export const MODEL_LIMITS = { bytes: 16 << 20, header: 64 << 10, lexicon: 1 << 18, features: 1 << 21 } as const;

/** The bytes of a model. The same model gives the same bytes. */
export function writeModel(model: Model): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(model.header));
  const rows = model.lexicon.toSorted((a, b) => (a.key >>> 0) - (b.key >>> 0) || a.concept - b.concept);
  const lexicon = [...differences(rows.map(({ key }) => key))];
  const features = [...differences([...model.keys])];
  const length = START + header.length + lexicon.length + rows.length * 2 + features.length + model.weights.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = START;
  const put = (part: ArrayLike<number>): void => {
    bytes.set(part, at);
    at += part.length;
  };
  put(header);
  put(lexicon);
  for (const { concept } of rows) {
    view.setUint16(at, concept, true);
    at += 2;
  }
  put(features);
  put(new Uint8Array(model.weights.buffer, model.weights.byteOffset, model.weights.length));
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, header.length, true);
  view.setUint32(12, rows.length, true);
  view.setUint32(16, model.keys.length, true);
  view.setUint32(20, length, true);
  view.setUint32(24, crc32(bytes.subarray(START)), true);
  return bytes;
}

function* differences(keys: readonly number[]): Generator<number> {
  let last = 0;
  for (const key of keys) {
    let rest = (key >>> 0) - last;
    last = key >>> 0;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) yield (rest & 0x7f) | 0x80;
    yield rest;
  }
}

/**
 * Reads a model's file, strictly.
 * @param name of the file, for messages.
 * @throws Fault `ERR_CONFIG` that says what is wrong, at which byte, and what to do.
 */
export function readModel(bytes: Uint8Array, name: string): Model {
  const wrong = (what: string, at: number): Fault =>
    new Fault('ERR_CONFIG', `${name} is no usable model: ${what}.`, {
      where: `${name}, byte ${at}`,
      hint: 'Restore the file from the package, or train it again (see its card).',
    });
  if (bytes.length < START) throw wrong(`it has ${bytes.length} bytes, its preamble alone has ${START}`, 0);
  if (bytes.length > MODEL_LIMITS.bytes) throw wrong(`it is larger than ${MODEL_LIMITS.bytes} bytes`, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw wrong('it does not begin with "PCLF"', 0);
  if (view.getUint16(4, true) !== VERSION)
    throw wrong(`it has version ${view.getUint16(4, true)}, this program reads ${VERSION}`, 4);
  if (view.getUint16(6, true) !== 0) throw wrong('two bytes that must be 0 are not', 6);
  const sizes = {
    header: view.getUint32(8, true),
    lexicon: view.getUint32(12, true),
    features: view.getUint32(16, true),
  };
  for (const [k, part] of (['header', 'lexicon', 'features'] as const).entries())
    if (sizes[part] > MODEL_LIMITS[part]) throw wrong(`its ${part} is larger than ${MODEL_LIMITS[part]}`, 8 + 4 * k);
  if (view.getUint32(20, true) !== bytes.length)
    throw wrong(`it has ${bytes.length} bytes and should have ${view.getUint32(20, true)}`, 20);
  if (view.getUint32(24, true) !== crc32(bytes.subarray(START))) throw wrong('its checksum does not fit', 24);
  let at = START;
  const need = (length: number): void => {
    if (at + length > bytes.length) throw wrong('it ends too early', at);
  };
  need(sizes.header);
  const header = parseHeader(bytes.subarray(at, at + sizes.header), (what) => wrong(what, START));
  at += sizes.header;

  const readKeys = (count: number, once: boolean): Int32Array => {
    need(count); // a byte each at least
    const keys = new Int32Array(count);
    let last = once ? -1 : 0;
    for (let k = 0; k < count; k++) {
      let difference = 0;
      let scale = 1;
      for (;;) {
        need(1);
        const byte = bytes[at++]!;
        difference += (byte & 0x7f) * scale;
        if (byte < 0x80) break;
        scale *= 0x80;
        if (scale > 2 ** 28) throw wrong('a key has more than 32 bits', at);
      }
      const key = Math.max(last, 0) + difference;
      if (key > 0xffff_ffff) throw wrong('a key has more than 32 bits', at);
      if (once && key <= last) throw wrong('its features are not in order', at);
      keys[k] = key;
      last = key;
    }
    return keys;
  };

  const words = readKeys(sizes.lexicon, false);
  need(sizes.lexicon * 2);
  const lexicon: LexiconRow[] = [];
  for (const key of words) {
    lexicon.push({ key, concept: view.getUint16(at, true) });
    at += 2;
  }
  const keys = readKeys(sizes.features, true);
  const count = sizes.features * header.heads.length;
  if (at + count !== bytes.length)
    throw wrong(`${count} bytes of weights should follow and ${bytes.length - at} do`, at);
  return { header, lexicon, keys, weights: new Int8Array(new Uint8Array(bytes.subarray(at)).buffer) };
}

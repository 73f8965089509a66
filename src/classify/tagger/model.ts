import { BUCKETS } from './features.ts';
import { Lexicon } from './lexicon.ts';

/** What a token can be part of. */
export const TAGS = ['none', 'person', 'organisation', 'location', 'address'] as const;
export type Tag = (typeof TAGS)[number];

/** Weights of a linear model over hashed features, one row of tags a bucket, and the words that it knows. */
export interface TaggerModel {
  /** `weights[bucket * TAGS.length + tag]`, times `scale` is the weight. */
  readonly weights: Int8Array;
  readonly scale: number;
  readonly lexicon: Lexicon;
}

const MAGIC = 'PTAG0001';
const HEADER = 16;

/**
 * The file of a model: magic, scale (float32) and number of words (uint32), the words (uint32 each: 24 bits of hash, 8 of
 * classes, ascending), the weights. Little endian.
 */
export function encodeTaggerModel(weights: Int8Array, scale: number, words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + words.length * 4 + weights.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  view.setFloat32(8, scale, true);
  view.setUint32(12, words.length, true);
  for (const [i, word] of words.entries()) view.setUint32(HEADER + i * 4, word, true);
  bytes.set(new Uint8Array(weights.buffer, weights.byteOffset, weights.length), HEADER + words.length * 4);
  return bytes;
}

/** @throws RangeError when the bytes are no model of this version. */
export function decodeTaggerModel(bytes: Uint8Array): TaggerModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= HEADER ? String.fromCharCode(...bytes.subarray(0, MAGIC.length)) : '';
  if (magic !== MAGIC) throw new RangeError(`not a tagger model: it begins with ${JSON.stringify(magic)}`);
  const count = view.getUint32(12, true);
  const expected = HEADER + count * 4 + BUCKETS * TAGS.length;
  if (bytes.length !== expected)
    throw new RangeError(`a tagger model of ${count} words has ${expected} bytes, this one ${bytes.length}`);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = view.getUint32(HEADER + i * 4, true);
  const weights = new Int8Array(bytes.buffer, bytes.byteOffset + HEADER + count * 4, BUCKETS * TAGS.length);
  return { weights, scale: view.getFloat32(8, true), lexicon: new Lexicon(words) };
}

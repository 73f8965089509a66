import type { JsonPath, Origin, Role, Segment, SegmentKind } from './segment.ts';
import { pathId } from './segment.ts';
import { isRecord } from './json-shape.ts';
import { readJson } from '../text/json/read-json.ts';

/** Who speaks, and in which message: what a segment needs beside its text and place. */
export interface Speaker {
  readonly role: Role;
  readonly origin: Origin;
  readonly message: number;
  readonly tool?: string;
  readonly call?: string;
}

/** Bounds for JSON inside a string; what exceeds them is inspected as the raw string. */
const NESTED = { bytes: 1 << 24, depth: 128, items: 100_000 };

/** Keys up to this length that look like an identifier are taken for names and not for text. */
const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,14}$/;
const PLAIN_KEYS = new Set([
  'additionalProperties',
  'additional_properties',
  'patternProperties',
  'unevaluatedProperties',
]);

/** Shorter numbers identify nobody. */
const SHORT_NUMBER = 6;

const NONE: ReadonlySet<string> = new Set();
const TOKEN = /^[\w+/=.:-]*$/;

/** True for what cannot be read as text: a word, an id, base64; numbers and flags too. */
export function isOpaque(value: unknown): boolean {
  return typeof value === 'string' ? TOKEN.test(value) : typeof value !== 'object' || value === null;
}

/** Gathers the texts of one body in the order in which they stand in it. */
export class SegmentCollector {
  readonly segments: Segment[] = [];
  readonly #nested: boolean;

  /** @param nested false: JSON inside strings stays one text (streams, whose pieces are of the raw string). */
  constructor({ nested = true }: { nested?: boolean } = {}) {
    this.#nested = nested;
  }

  /** One text. Empty ones say nothing and are left out. */
  text(path: JsonPath, text: unknown, kind: SegmentKind, who: Speaker): void {
    if (typeof text !== 'string') this.leaves(path, text, kind, who);
    else if (text !== '') this.segments.push({ id: pathId(path), path, kind, text, ...who });
  }

  /**
   * JSON inside a string (a tool's arguments). Where it has escapes, a secret can hide behind them, so each text in it
   * is a segment of its own, with a path that goes on below the string (`spliceJson` follows it); without escapes, or
   * when it is not JSON, the string is the text.
   */
  json(path: JsonPath, text: unknown, kind: SegmentKind, who: Speaker): void {
    if (this.#nested && typeof text === 'string' && text.includes('\\')) {
      const value = parseNested(text);
      if (value !== undefined) return this.leaves(path, value, kind, who);
    }
    this.text(path, text, kind, who);
  }

  /** What is not text: its MIME type or part type, and where it lies. */
  media(path: JsonPath, media: NonNullable<Segment['media']>, who: Speaker): void {
    this.segments.push({ id: pathId(path), path, kind: 'media', text: '', ...who, media });
  }

  /** A URL or `data:` URL of something that is not text. */
  mediaUrl(path: JsonPath, url: unknown, type: string, who: Speaker): void {
    if (typeof url !== 'string') return this.leaves(path, url, 'text', who);
    if (url === '') return;
    const match = /^data:([\w.+-]+\/[\w.+-]+)?[^,]{0,200},/i.exec(url);
    if (match === null) this.media(path, { type, url }, who);
    else this.media(path, { type: match[1] ?? 'text/plain', bytes: encodedBytes(url, match[0].length) }, who);
  }

  /** Base64 data of something that is not text. */
  mediaData(path: JsonPath, data: unknown, type: string, who: Speaker): void {
    if (typeof data !== 'string') this.leaves(path, data, 'text', who);
    else if (data.startsWith('data:')) this.mediaUrl(path, data, type, who);
    else this.media(path, { type, bytes: encodedBytes(data, 0) }, who);
  }

  /**
   * Everything below a value whose shape is free or not known: each string, each number of six characters or more, and
   * for each object whose keys are more than short names a segment with those keys, whose path is the object's.
   *
   * @param opaque names of members that hold a word of the protocol, an id or the provider's ciphertext; they are left
   * out as long as that is what they look like.
   */
  leaves(path: JsonPath, root: unknown, kind: SegmentKind, who: Speaker, opaque: ReadonlySet<string> = NONE): void {
    const open: [JsonPath, unknown][] = [[path, root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [at, value] = next;
      if (typeof value === 'string') {
        if (value !== '') this.segments.push({ id: pathId(at), path: at, kind, text: value, ...who });
      } else if (typeof value === 'number') {
        const text = String(value);
        if (text.length >= SHORT_NUMBER) this.segments.push({ id: pathId(at), path: at, kind, text, ...who });
      } else if (Array.isArray(value)) {
        for (let index = value.length - 1; index >= 0; index--) open.push([[...at, index], value[index]]);
      } else if (isRecord(value)) {
        const keys = Object.keys(value);
        const words = keys.filter(
          (key) => key !== '' && !PLAIN_KEY.test(key) && !PLAIN_KEYS.has(key) && !opaque.has(key),
        );
        if (words.length > 0) this.segments.push({ id: pathId(at), path: at, kind, text: words.join('\n'), ...who });
        for (let index = keys.length - 1; index >= 0; index--) {
          const key = keys[index]!;
          if (!(opaque.has(key) && isOpaque(value[key]))) open.push([[...at, key], value[key]]);
        }
      }
    }
  }

  /**
   * A JSON Schema: its strings, without the words that only name types and without `required` entries that repeat a
   * property's name.
   */
  schema(path: JsonPath, schema: unknown, who: Speaker): void {
    const from = this.segments.length;
    this.leaves(path, schema, 'tool-definition', who);
    const kept = this.segments.splice(from).filter((segment) => !isSchemaWord(schema, path.length, segment));
    for (const segment of kept) this.segments.push(segment);
  }
}

const SCHEMA_TYPES = new Set([
  'object',
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'null',
  'json_schema',
  'json_object',
  'text',
]);

function isSchemaWord(schema: unknown, depth: number, segment: Segment): boolean {
  const { path, text } = segment;
  const last = path.at(-1);
  const before = path.at(-2);
  if (SCHEMA_TYPES.has(text)) return last === 'type' || (before === 'type' && typeof last === 'number');
  if (before !== 'required' || typeof last !== 'number') return false;
  const owner = path
    .slice(depth, -2)
    .reduce<unknown>((node, step) => (node as Record<string | number, unknown>)[step], schema);
  const properties = isRecord(owner) ? owner['properties'] : undefined;
  return PLAIN_KEY.test(text) && isRecord(properties) && Object.hasOwn(properties, text);
}

/** An object or array that a string holds, read strictly; undefined when it is anything else. */
function parseNested(text: string): unknown {
  try {
    const value = readJson(Buffer.from(text), NESTED);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that base64 text from `from` on stands for. */
function encodedBytes(text: string, from: number): number {
  let end = text.length;
  while (end > from && text.charCodeAt(end - 1) === 0x3d) end--;
  return Math.floor(((end - from) * 3) / 4);
}

import type { ByteSource } from '../../bytes/byte-source.ts';

/** A rule of the format that a file breaks. `overflow`: a number in it would make a careless reader go out of bounds. */
export interface HeaderIssue {
  readonly issue: string;
  readonly overflow: boolean;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: number;
  readonly issues: readonly HeaderIssue[];
}

const MAX_HEADER = 100_000_000;
/** Bits of one element. */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32,
  F64: 64, I64: 64, U64: 64, C64: 64, F4: 4, F6_E2M3: 6, F6_E3M2: 6,
}; // prettier-ignore

/** True where the first bytes are a plausible header length and the beginning of an object or padding. */
export function isSafetensors(source: ByteSource): boolean {
  const head = Buffer.from(source.read(0, 9));
  if (head.length < 9) return false;
  const length = Number(head.readBigUInt64LE(0));
  return length >= 2 && length <= MAX_HEADER * 4 && head[8] === 0x7b;
}

/**
 * Checks a safetensors header against the rules of the format (README and `tensor.rs` of huggingface/safetensors): length at most 100 MB, a JSON
 * object without repeated keys, metadata of strings, tensors that fill the rest without holes or overlaps, and sizes that agree with shapes. Never throws.
 */
export function readSafetensorsHeader(source: ByteSource): SafetensorsHeader {
  const issues: HeaderIssue[] = [];
  const add = (issue: string, overflow = false): void => {
    if (issues.length < 50) issues.push({ issue, overflow });
  };
  const metadata = new Map<string, string>();
  const fail = (issue: string, overflow = false): SafetensorsHeader => {
    add(issue, overflow);
    return { metadata, tensors: 0, issues };
  };
  const head = Buffer.from(source.read(0, 8));
  if (head.length < 8) return fail('the file is shorter than a header length');
  const length = Number(head.readBigUInt64LE(0));
  if (length > MAX_HEADER) return fail(`a header of ${length} bytes`, true);
  if (8 + length > source.size) return fail('the header goes beyond the end', true);
  const text = Buffer.from(source.read(8, length)).toString('utf8');
  if (text.includes('\ufffd')) add('the header is not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return fail('the header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return fail('the header is no object');
  const entries = Object.entries(parsed);
  if (topLevelKeys(text) > entries.length) add('a key is there twice: readers choose differently');

  const ranges: { readonly name: string; readonly begin: number; readonly end: number }[] = [];
  for (const [name, value] of entries) {
    if (name === '__metadata__') {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        add('the metadata is no object');
        continue;
      }
      for (const [key, one] of Object.entries(value)) {
        if (typeof one === 'string') metadata.set(key, one);
        else add('metadata that is no string');
      }
      continue;
    }
    const tensor = value as {
      readonly dtype?: unknown;
      readonly shape?: unknown;
      readonly data_offsets?: unknown;
    } | null;
    const shape = tensor?.shape;
    const offsets = tensor?.data_offsets;
    if (
      typeof tensor !== 'object' ||
      tensor === null ||
      !Array.isArray(shape) ||
      !Array.isArray(offsets) ||
      offsets.length !== 2
    ) {
      add('a tensor without shape or offsets');
      continue;
    }
    const [begin, end] = offsets as unknown[];
    if (!isCount(begin) || !isCount(end) || begin > end) {
      add('a tensor with impossible offsets', true);
      continue;
    }
    if (!shape.every(isCount)) {
      add('a tensor with an impossible shape', true);
      continue;
    }
    const bits = typeof tensor.dtype === 'string' && Object.hasOwn(BITS, tensor.dtype) ? BITS[tensor.dtype]! : null;
    if (bits === null) add('a tensor of a type that is not known');
    else {
      const total = (shape as number[]).reduce((product, one) => product * one, bits);
      if (!Number.isSafeInteger(total)) add('a shape that overflows', true);
      else if (total % 8 !== 0) add('a tensor that does not end on a byte');
      else if (total / 8 !== end - begin) add('a tensor whose size is not that of its shape', true);
    }
    ranges.push({ name, begin, end });
  }
  const data = source.size - 8 - length;
  let expected = 0;
  for (const { begin, end } of ranges.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < expected) add('tensors overlap');
    else if (begin > expected) add('bytes that belong to no tensor');
    expected = Math.max(expected, end);
  }
  if (expected > data) add('a tensor goes beyond the end', true);
  else if (expected < data) add(`${data - expected} bytes behind the last tensor`);
  return { metadata, tensors: ranges.length, issues };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Counts the keys of the outermost object as they are written, repeated ones too. */
function topLevelKeys(text: string): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at++;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ':' && depth === 1) keys++;
  }
  return keys;
}

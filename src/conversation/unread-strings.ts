import type { JsonPath } from './segment.ts';
import { pathId } from './segment.ts';
import { isRecord } from './json-shape.ts';
import { isOpaque } from './segment-collector.ts';

/** A string that no reader took for text: a value, or (`key`) the name of a member, whose path it has then. */
export interface Unread {
  readonly path: JsonPath;
  readonly text: string;
  readonly key: boolean;
}

export interface Rest {
  readonly unread: readonly Unread[];
  /** Members of all objects together: fewer than the JSON text has when a key stands twice. */
  readonly members: number;
}

/** Shorter than anything that has to be kept secret: words of the protocol, most tokens. */
const SHORT = 8;

/** Names as APIs have them; anything longer, or with other characters, may be text. */
const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,14}$/;

/**
 * Members that hold ciphertext, sound, pictures or vectors as base64. They are left out as long as they look like it
 * and are too long to be a single key.
 */
const BLOBS = new Set(['data', 'encrypted_content', 'encrypted_index', 'encrypted_stdout', 'signature', 'result',
  'partial_image_b64', 'b64_json', 'embedding', 'fingerprint', 'delta']); // prettier-ignore
const BLOB = 256;

/** Members of a Responses object that repeat the caller's own request, as the provider got it. */
export const ECHO = new Set(['instructions', 'tools', 'tool_choice', 'metadata', 'prompt', 'text', 'reasoning', 'user', 'conversation',
  'previous_response_id', 'prompt_cache_key', 'safety_identifier', 'truncation', 'access_programs']); // prettier-ignore

/**
 * Every string and every key below `root` that is not at one of the `read` paths: what a reader does not know, and what
 * it takes for an id or a word of the protocol, reaches the client as well. Not among them: what `passes` says was
 * looked at before, base64, random padding, and what repeats the caller's request.
 */
export function unreadStrings(root: unknown, read: readonly JsonPath[], passes: (text: string) => boolean): Rest {
  const unread: Unread[] = [];
  const path: (string | number)[] = [];
  let members = 0;
  let known: ReadonlySet<string> | null = null;
  const isRead = (): boolean => (known ??= idsOf(root, read)).has(pathId(path));

  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (value.length < SHORT || passes(value) || isBlob(key, value) || isRead()) return;
      unread.push({ path: [...path], text: value, key: false });
    } else if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        if (typeof item === 'number') continue;
        path.push(index);
        walk(item, key);
        path.pop();
      }
    } else if (isRecord(value)) {
      const echoes = value['object'] === 'response';
      for (const name of Object.keys(value)) {
        members += 1;
        const item = value[name];
        if (!PLAIN_KEY.test(name) && name.length >= SHORT && !passes(name) && !isRead()) {
          unread.push({ path: [...path, name], text: name, key: true });
        }
        if (item === null || typeof item === 'number' || typeof item === 'boolean') continue;
        if (echoes && ECHO.has(name)) {
          members += countMembers(item);
          continue;
        }
        path.push(name);
        walk(item, name);
        path.pop();
      }
    }
  };
  walk(root, '');
  return { unread, members };
}

function isBlob(key: string, text: string): boolean {
  if (key === 'obfuscation') return isOpaque(text);
  return text.length >= BLOB && BLOBS.has(key) && isOpaque(text);
}

/** Ids of the places that were read; of a place inside the JSON that a string holds, the string's. */
function idsOf(root: unknown, read: readonly JsonPath[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const path of read) {
    let value = root;
    let depth = 0;
    while (depth < path.length && typeof value === 'object' && value !== null) {
      value = (value as Record<string | number, unknown>)[path[depth]!];
      depth += 1;
    }
    ids.add(pathId(depth === path.length ? path : path.slice(0, depth)));
  }
  return ids;
}

function countMembers(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countMembers(item), 0);
  if (!isRecord(value)) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + countMembers(item), 0);
}

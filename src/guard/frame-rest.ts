import type { Steps } from '../core/drive.ts';
import { Fault, isFault } from '../core/fault.ts';
import type { JsonPath, Segment } from '../conversation/segment.ts';
import { pathId } from '../conversation/segment.ts';
import type { FrameView, SseEvent } from '../conversation/surface.ts';
import { type Unread, unreadStrings } from '../conversation/unread-strings.ts';
import { findDuplicateKey } from '../text/json/find-duplicate-key.ts';
import { scanJson } from '../text/json/scan-json.ts';
import type { JsonEdit } from '../text/json/splice-json.ts';
import type { DecisionLog } from './decision-log.ts';
import { inspecting } from './inspect-segments.ts';
import { redact } from './redaction.ts';
import type { Rule } from './rule.ts';

/** Texts that were found clean are remembered up to this length, so that what every frame repeats costs one look. */
const REMEMBERED = 256;
const MOST_REMEMBERED = 4096;

/** Frames up to this length cannot be nested so deep that reading them takes long. */
const SMALL_FRAME = 4096;
const BOUNDS = { bytes: 1 << 26, depth: 256, items: 1_000_000 };

/**
 * Looks at what a stream's reader does not: strings in members that it does not know or takes for ids and words, keys,
 * and the lines of a frame beside its data. A client gets them too.
 */
export class FrameRest {
  readonly #rules: readonly Rule[];
  /** Those that are asked about words that no language has: ids, padding. */
  readonly #fast: readonly Rule[];
  readonly #log: DecisionLog;
  readonly #clean = new Set<string>();

  constructor(rules: readonly Rule[], log: DecisionLog) {
    this.#rules = rules;
    this.#fast = rules.filter(({ inspector }) => inspector.slow !== true);
    this.#log = log;
  }

  /** True when a frame's comments, ids and name may leave as they are. */
  *admits(rest: string, name: string): Steps<boolean> {
    if (rest !== '' && (yield* this.#look('comment', rest)) !== null) return false;
    return name === '' || (yield* this.#look('event', name)) === null;
  }

  /**
   * @param members how many the data has, when known: fewer in its value means that a key stands twice.
   * @returns what enforced rules want changed.
   * @throws Fault `ERR_UPSTREAM_INVALID` when a key stands twice: a client might read another text than the rules did.
   */
  *inspect(event: SseEvent, view: FrameView, members: number | null): Steps<readonly JsonEdit[]> {
    const root = view.data ?? (event.data === '[DONE]' ? null : (JSON.parse(event.data) as unknown));
    if (root === null) return [];
    const read: JsonPath[] = [];
    for (const { path } of view.deltas) read.push(path);
    for (const { path } of view.copies) read.push(path);
    const rest = unreadStrings(root, read, (text) => this.#clean.has(text));
    if (members === null ? repeatsKey(event.data, rest.members) : members !== rest.members) {
      throw new Fault(
        'ERR_UPSTREAM_INVALID',
        'The provider sent a stream event with the same key twice in one object.',
      );
    }
    const edits: JsonEdit[] = [];
    for (const unread of rest.unread) {
      const replaced = yield* this.#look(pathId(unread.path), unread.text);
      if (replaced !== null) edits.push(toEdit(unread, replaced));
    }
    return edits;
  }

  /** What an enforced rule wants in the place of a text; null when it may stay. */
  *#look(id: string, text: string): Steps<string | null> {
    if (this.#clean.has(text)) return null;
    const segment: Segment = { id, path: [], role: 'assistant', origin: 'model', kind: 'text', text, message: -1 };
    const rules = isWord(text) ? this.#fast : this.#rules;
    const ranges = (yield* inspecting(rules, 'output', [segment], this.#log)).get(segment);
    if (ranges !== undefined) return redact(text, ranges);
    if (text.length <= REMEMBERED) {
      if (this.#clean.size >= MOST_REMEMBERED) this.#clean.clear();
      this.#clean.add(text);
    }
    return null;
  }
}

/** True for what is no sentence: slow detectors read what a text says, and every frame carries several ids. */
function isWord(text: string): boolean {
  return text.length <= REMEMBERED && !/\s/.test(text);
}

/** A key has no place of its own to put something else: its member goes. */
export function toEdit({ key, path }: Unread, replaced: string): JsonEdit {
  return key ? { path, remove: true } : { path, value: replaced };
}

/**
 * Bounds how deep a frame is nested before anybody reads it.
 * @returns the number of its members, or null when they were not counted.
 * @throws Fault `ERR_UPSTREAM_INVALID`.
 */
export function boundFrame({ data }: SseEvent): number | null {
  if (data.length <= SMALL_FRAME) return null;
  try {
    return scanJson(Buffer.from(data, 'utf8'), BOUNDS);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault('ERR_UPSTREAM_INVALID', 'The provider sent a stream event that is not JSON, or nested too deep.', {
      cause: error,
    });
  }
}

/** Every member has one colon outside strings: as many colons as members leave none for a second copy. */
function repeatsKey(data: string, members: number): boolean {
  let colons = 0;
  for (let at = data.indexOf(':'); at !== -1; at = data.indexOf(':', at + 1)) colons += 1;
  return colons !== members && findDuplicateKey(data) !== -1;
}

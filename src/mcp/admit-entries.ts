import { digestOrNull } from './digest.ts';
import { inspectOffer, type OfferContext, type OfferFinding } from './inspect-offer.ts';
import type { EntryGroup, EntryKind, Pins } from './pins.ts';
import { isObject, type JsonObject } from './rpc-message.ts';

/** By what an entry is known, for each kind that a server lists beside tools. */
export const ENTRY_KEYS: Readonly<Record<EntryKind, string>> = {
  prompts: 'name',
  resources: 'uri',
  resourceTemplates: 'uriTemplate',
};

export interface HeldEntry {
  readonly key: string;
  readonly digest: string;
  readonly why: 'new' | 'changed' | 'findings';
  readonly findings: readonly OfferFinding[];
  /** It was not held like this before. */
  readonly news: boolean;
}

export interface EntryAdmission {
  /** Entries that may be shown, as the server gave them. */
  readonly admitted: readonly unknown[];
  readonly held: readonly HeldEntry[];
  /** The pins when they have changed. */
  readonly pins: Pins | null;
}

const LONGEST_KEY = 2048;
/** Entries of one kind that are pinned. */
const MOST = 5000;
/** RFC 3339, as resources say when they were changed. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Holds the prompts, resources or templates of one page against what was approved, as `admitTools` does tools. Prompts and templates
 * that come later wait for a person; resources are data that come and go, so that a new one in which nothing is found is pinned as
 * it is. Whatever was shown and differs now waits.
 * @param context `first`: entries of this kind were never listed before this listing.
 */
export function admitEntries(
  listed: readonly unknown[],
  kind: EntryKind,
  context: OfferContext & {
    readonly pins: Pins;
    readonly firstUse: 'check' | 'hold';
    readonly first: boolean;
    readonly now: string;
  },
): EntryAdmission {
  const { pins, firstUse, first, now } = context;
  const before = pins.entries[kind];
  const group: EntryGroup = before ?? { pinned: {}, held: {} };
  const pinned = new Map(Object.entries(group.pinned));
  const waiting = new Map(Object.entries(group.held));
  let changed = before === undefined;
  const admitted: unknown[] = [];
  const held: HeldEntry[] = [];
  const seen = new Set<string>();
  for (const entry of listed) {
    const key = isObject(entry) ? entry[ENTRY_KEYS[kind]] : undefined;
    if (!isObject(entry) || typeof key !== 'string' || key.length > LONGEST_KEY || seen.has(key)) continue;
    const lasting = lastingPart(entry, kind);
    const digest = digestOrNull(lasting);
    if (digest === null) continue;
    seen.add(key);
    const known = pinned.get(key);
    if (known?.digest === digest) {
      admitted.push(entry);
      if (waiting.delete(key)) changed = true; // It is again what was approved.
      continue;
    }
    const was = waiting.get(key);
    if (was?.digest === digest) {
      held.push({ key, digest, why: was.why, findings: was.findings, news: false });
      continue;
    }
    const findings = inspectOffer(entry, context);
    const why =
      known !== undefined
        ? 'changed'
        : findings.length > 0
          ? 'findings'
          : firstUse === 'check' && (first || kind === 'resources')
            ? null
            : 'new';
    if (why === null) {
      admitted.push(entry);
      if (pinned.size >= MOST) continue;
      pinned.set(key, { digest, definition: { ...lasting }, by: 'checked', at: now });
    } else {
      held.push({ key, digest, why, findings, news: true });
      if (waiting.size >= MOST && !waiting.has(key)) continue;
      const copied = findings.map((one) => ({ ...one }));
      waiting.set(key, { digest, definition: { ...lasting }, why, findings: copied, at: now });
    }
    changed = true;
  }
  if (!changed) return { admitted, held, pins: null };
  const next: EntryGroup = { pinned: Object.fromEntries(pinned), held: Object.fromEntries(waiting) };
  return { admitted, held, pins: { ...pins, entries: { ...pins.entries, [kind]: next } } };
}

/** Without what changes with the data itself and says nothing to a model: how large a resource is, and when it was changed. */
function lastingPart(entry: JsonObject, kind: EntryKind): JsonObject {
  if (kind !== 'resources') return entry;
  let lasting = entry;
  if (typeof entry['size'] === 'number') {
    const { size: _, ...rest } = lasting;
    lasting = rest;
  }
  const { annotations } = entry;
  if (
    isObject(annotations) &&
    typeof annotations['lastModified'] === 'string' &&
    INSTANT.test(annotations['lastModified'])
  ) {
    const { lastModified: _, ...rest } = annotations;
    lasting = { ...lasting, annotations: rest };
  }
  return lasting;
}

/** Why an entry may not be used, or null. Resources that were never listed (those of a template) are not known by entry. */
export function refusalOf(pins: Pins | null, kind: EntryKind, key: unknown): string | null {
  const group = pins?.entries[kind];
  if (typeof key !== 'string') return 'It has no name.';
  if (group !== undefined && Object.hasOwn(group.held, key)) return 'It has changed, or was never approved.';
  if (kind === 'resources') return null;
  return group !== undefined && Object.hasOwn(group.pinned, key) ? null : 'It is not offered, or was never approved.';
}

/** The pins once a person has approved an entry that was held. */
export function approvedEntry(pins: Pins, kind: EntryKind, key: string, now: string): Pins {
  const group = pins.entries[kind];
  const entry = group !== undefined && Object.hasOwn(group.held, key) ? group.held[key] : undefined;
  if (group === undefined || entry === undefined) return pins;
  const held = Object.fromEntries(Object.entries(group.held).filter(([name]) => name !== key));
  const pinned = {
    ...group.pinned,
    [key]: { digest: entry.digest, definition: entry.definition, by: 'approved' as const, at: now },
  };
  return { ...pins, entries: { ...pins.entries, [kind]: { pinned, held } } };
}

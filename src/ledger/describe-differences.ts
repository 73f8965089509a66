import type { FoundRecord, RecordIdentity, RememberedLeaf, Stretch } from './align-records.ts';

export interface Difference {
  readonly kind: 'entry-changed' | 'entry-removed' | 'entry-moved' | 'entry-added';
  /** Where the record was; of an added one, where it is. */
  readonly index: number;
  readonly id: string | null;
  readonly message: string;
}

/** Differences of one kind in one stretch that are listed one by one; the rest is summed up. */
const LISTED = 20;

interface Missing extends RememberedLeaf {
  /** Where it would stand, given what was removed and added before it. */
  readonly place: number;
  readonly stretch: number;
}

interface Extra extends FoundRecord, RecordIdentity {
  readonly stretch: number;
}

/**
 * Tells what happened in the stretches where a log and a memory of it differ: the same bytes elsewhere were moved, the
 * same id with other bytes was changed, and so was what stands in the place of another; what is left was removed
 * or added.
 * @param memory what remembers, for the messages: "the store".
 */
export function describeDifferences(stretches: readonly Stretch[], memory: string): readonly Difference[] {
  const missing = new Set<Missing>();
  const extra = new Set<Extra>();
  const lost = new Set<number>();
  stretches.forEach(({ found, remembered, before }, stretch) => {
    for (const record of found) {
      if (record.leaf !== null) extra.add({ ...record, stretch });
      else if (record.lost) lost.add(record.index);
    }
    for (const record of remembered) missing.add({ ...record, place: record.index + before, stretch });
  });
  // Records of a bundle that is missing as a whole are not missing one by one.
  for (const record of missing) if (lost.has(record.place)) missing.delete(record);

  const told: { readonly stretch: number; readonly difference: Difference }[] = [];
  const tell = (stretch: number, difference: Difference): void => void told.push({ stretch, difference });
  const pair = (
    keyOfMissing: (m: Missing) => string | null,
    keyOfExtra: (e: Extra) => string | null,
  ): [Missing, Extra][] => {
    const byKey = new Map<string, Extra>();
    for (const record of extra) {
      const key = keyOfExtra(record);
      if (key !== null && !byKey.has(key)) byKey.set(key, record);
    }
    const pairs: [Missing, Extra][] = [];
    for (const record of missing) {
      const key = keyOfMissing(record);
      const other = key === null ? undefined : byKey.get(key);
      if (key === null || other === undefined) continue;
      byKey.delete(key);
      missing.delete(record);
      extra.delete(other);
      pairs.push([record, other]);
    }
    return pairs;
  };

  for (const [was, is] of pair(
    (m) => m.leaf,
    (e) => e.leaf,
  )) {
    // Two alignments were as good, and this one stands where it stood.
    if (was.index === is.index) continue;
    tell(was.stretch, {
      kind: 'entry-moved',
      index: was.index,
      id: was.id ?? is.id,
      message: `The record was number ${was.index} and stands now at ${is.index}.`,
    });
  }
  for (const [was, is] of pair(
    (m) => m.id,
    (e) => e.id,
  )) {
    const moved = is.index === was.place ? '' : ` and stands now at ${is.index}`;
    tell(was.stretch, {
      kind: 'entry-changed',
      index: was.index,
      id: was.id,
      message: `The record is not the one that ${memory} remembers${moved}.`,
    });
  }
  const steady = new Set(stretches.flatMap(({ before, after }, i) => (after === null || after === before ? [i] : [])));
  for (const [was, is] of pair(
    (m) => `${m.stretch} ${m.place}`,
    (e) => (e.kept || steady.has(e.stretch) ? `${e.stretch} ${e.index}` : null),
  )) {
    const other = was.id !== null && is.id !== null ? `: ${is.id} stands in its place` : '';
    tell(was.stretch, {
      kind: 'entry-changed',
      index: was.index,
      id: was.id ?? is.id,
      message: `The record is not the one that ${memory} remembers${other}.`,
    });
  }
  for (const record of missing) {
    tell(record.stretch, {
      kind: 'entry-removed',
      index: record.index,
      id: record.id,
      message: `The record is missing: ${memory} remembers it as number ${record.index}.`,
    });
  }
  for (const record of extra) {
    if (!record.kept) continue;
    tell(record.stretch, {
      kind: 'entry-added',
      index: record.index,
      id: record.id,
      message: `The record was added: ${memory} does not know it.`,
    });
  }

  const byStretch = Map.groupBy(told, ({ stretch }) => stretch);
  return stretches.flatMap((stretch, i) => {
    const own = (byStretch.get(i) ?? []).map(({ difference }) => difference);
    return summed(withShift(own, stretch, memory));
  });
}

/** Says once for a stretch how it moved what follows. */
function withShift(own: readonly Difference[], stretch: Stretch, memory: string): readonly Difference[] {
  const { before, after, followers, index, found, remembered } = stretch;
  const shift = after === null ? 0 : after - before;
  if (shift === 0) return own;
  const places = Math.abs(shift) === 1 ? 'one place' : `${Math.abs(shift)} places`;
  const moved = `${followers === 1 ? 'The record' : `The ${followers} records`} behind ${followers === 1 ? 'stands' : 'stand'} ${places} ${shift < 0 ? 'lower' : 'higher'}.`;
  const first = own[0];
  if (first !== undefined) return [{ ...first, message: `${first.message} ${moved}` }, ...own.slice(1)];
  // Told with the other end of a move; entries that cannot be read are told with their bundle.
  if (remembered.length > 0 || found.some(({ leaf, kept }) => leaf === null || kept)) return [];
  const count = Math.abs(shift) === 1 ? 'A record' : `${Math.abs(shift)} records`;
  return [
    {
      kind: shift < 0 ? 'entry-removed' : 'entry-added',
      index,
      id: null,
      message: `${count} of a kind that ${memory} does not keep, like an administrator's action, ${Math.abs(shift) === 1 ? 'was' : 'were'} ${shift < 0 ? 'removed' : 'added'} before this place. ${moved}`,
    },
  ];
}

/** A long row of the same is told by its first ones and its end. */
function summed(differences: readonly Difference[]): readonly Difference[] {
  const byKind = Map.groupBy(differences, ({ kind }) => kind);
  return [...byKind.values()].flatMap((row) => {
    if (row.length <= LISTED + 1) return row;
    const rest = row.slice(LISTED);
    const end = rest.at(-1)!;
    return [
      ...row.slice(0, LISTED),
      { ...end, message: `The same holds of ${rest.length} records, from number ${rest[0]!.index} to this one.` },
    ];
  });
}

import { Fault } from '../../core/fault.ts';

/** Keys and indices from the root to a value. Steps below a string lead into the JSON that the string holds. */
type Path = readonly (string | number)[];

export type JsonEdit =
  /** Puts `value` in the place of the value that stands there. */
  | { readonly path: Path; readonly value: unknown }
  /** Takes an object's member or an array's element out, with one comma. */
  | { readonly path: Path; readonly remove: true }
  /** Sets a member of an object: replaces it where it stands, adds it behind the last one otherwise. */
  | { readonly path: Path; readonly insert: unknown };

interface Node {
  edit: JsonEdit | null;
  readonly below: Map<string | number, Node>;
}

/** `[start, end)` of the original text gives way to `text`. */
interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Entry {
  readonly start: number;
  readonly end: number;
  readonly removed: boolean;
}

/**
 * Edits a JSON text in place: every byte that no edit names stays as it was (spelling of numbers, white space, escapes,
 * order, unknown members). Where one edit lies inside another, the outer one counts. Time is linear in the text.
 *
 * @param text valid JSON: it must have gone through `readJson` or `JSON.parse` before.
 * @throws Fault `ERR_INTERNAL` when a path leads nowhere, names one place twice, or an edit does not fit its place;
 * `ERR_BODY_MALFORMED` when an object on the way has the same key twice, where one copy would survive.
 */
export function spliceJson(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length === 0) return text;
  const root: Node = { edit: null, below: new Map() };
  for (const edit of edits) plant(root, edit);
  const patches: Patch[] = [];
  spliceValue(text, skipBlank(text, 0), root, [], patches);

  let out = '';
  let done = 0;
  for (const patch of patches) {
    out += text.slice(done, patch.start) + patch.text;
    done = patch.end;
  }
  return out + text.slice(done);
}

function plant(root: Node, edit: JsonEdit): void {
  let node = root;
  for (const step of edit.path) {
    let next = node.below.get(step);
    if (next === undefined) {
      next = { edit: null, below: new Map() };
      node.below.set(step, next);
    }
    node = next;
  }
  if (node.edit !== null) throw misuse(edit.path, 'two edits name the same place');
  if ('remove' in edit && edit.path.length === 0) throw misuse(edit.path, 'the whole document cannot be removed');
  node.edit = edit;
}

/** Applies the edits of `node` to the value at `at`. Appends patches in order of position and returns the value's end. */
function spliceValue(text: string, at: number, node: Node, path: Path, patches: Patch[]): number {
  const edit = node.edit;
  if (edit !== null && !('remove' in edit)) {
    const end = skipValue(text, at);
    patches.push({ start: at, end, text: serialise('insert' in edit ? edit.insert : edit.value, path) });
    return end;
  }
  switch (text.charCodeAt(at)) {
    case 0x7b:
      return spliceContainer(text, at, node, path, patches, true);
    case 0x5b:
      return spliceContainer(text, at, node, path, patches, false);
    case 0x22: {
      const end = skipValue(text, at);
      const inner = spliceJson(JSON.parse(text.slice(at, end)) as string, gather(node, []));
      patches.push({ start: at, end, text: JSON.stringify(inner) });
      return end;
    }
    default:
      throw misuse(path, 'the path goes on below a value that holds nothing');
  }
}

function spliceContainer(
  text: string,
  open: number,
  node: Node,
  path: Path,
  patches: Patch[],
  isObject: boolean,
): number {
  const close = isObject ? 0x7d : 0x5d;
  const entries: Entry[] = [];
  const inner: Patch[] = [];
  const met = new Set<string | number>();
  let at = skipBlank(text, open + 1);
  while (text.charCodeAt(at) !== close) {
    const start = at;
    let step: string | number = entries.length;
    if (isObject) {
      const keyEnd = skipValue(text, at);
      step = JSON.parse(text.slice(at, keyEnd)) as string;
      at = skipBlank(text, skipBlank(text, keyEnd) + 1); // over the colon
    }
    const child = node.below.get(step);
    const removed = child?.edit !== null && child?.edit !== undefined && 'remove' in child.edit;
    if (child !== undefined) {
      if (met.has(step)) {
        throw new Fault('ERR_BODY_MALFORMED', 'An object that has to be edited holds the same key twice', {
          where: shown([...path, step]),
        });
      }
      met.add(step);
    }
    if (child === undefined || removed) {
      at = skipValue(text, at);
    } else {
      at = spliceValue(text, at, child, [...path, step], inner);
    }
    entries.push({ start, end: at, removed });
    at = skipBlank(text, at);
    if (text.charCodeAt(at) === 0x2c) at = skipBlank(text, at + 1);
    else if (text.charCodeAt(at) !== close) throw misuse(path, 'the text is not JSON');
  }

  let added = '';
  for (const [step, child] of node.below) {
    if (met.has(step)) continue;
    if (!isObject || typeof step === 'number' || child.edit === null || !('insert' in child.edit)) {
      throw misuse([...path, step], 'there is no such value');
    }
    added += `,${JSON.stringify(step)}:${serialise(child.edit.insert, [...path, step])}`;
  }
  mergeInto(patches, inner, structural(entries, open + 1, added));
  return at + 1;
}

/** Patches that take entries out with their commas and add members behind the last one that stays. */
function structural(entries: readonly Entry[], behindOpen: number, added: string): Patch[] {
  const patches: Patch[] = [];
  const lastKept = entries.findLastIndex((entry) => !entry.removed);
  if (added !== '' && lastKept === -1) patches.push({ start: behindOpen, end: behindOpen, text: added.slice(1) });
  let kept = false;
  entries.forEach((entry, index) => {
    if (!entry.removed) {
      kept = true;
      if (added !== '' && index === lastKept) patches.push({ start: entry.end, end: entry.end, text: added });
    } else if (kept) {
      patches.push({ start: entries[index - 1]!.end, end: entry.end, text: '' });
    } else {
      patches.push({ start: entry.start, end: entries[index + 1]?.start ?? entry.end, text: '' });
    }
  });
  return patches;
}

/** Appends two lists that are each in order and do not overlap; at one place the structural patch comes last. */
function mergeInto(patches: Patch[], inner: readonly Patch[], outer: readonly Patch[]): void {
  let next = 0;
  for (const patch of inner) {
    while (next < outer.length && outer[next]!.start < patch.start) patches.push(outer[next++]!);
    patches.push(patch);
  }
  while (next < outer.length) patches.push(outer[next++]!);
}

/** The edits below a node, with paths that begin there. */
function gather(node: Node, path: Path): JsonEdit[] {
  if (node.edit !== null) return [{ ...node.edit, path }];
  return [...node.below].flatMap(([step, child]) => gather(child, [...path, step]));
}

function serialise(value: unknown, path: Path): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw misuse(path, 'the new value cannot be written as JSON');
  return text;
}

function skipBlank(text: string, start: number): number {
  let at = start;
  for (let char = text.charCodeAt(at); char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09;) {
    char = text.charCodeAt(++at);
  }
  return at;
}

/** End of the value that begins at `start`; counts brackets and steps over strings, without recursion. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at++;
      while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
      if (depth === 0) return at + 1;
    } else if (char === 0x7b || char === 0x5b) {
      depth++;
    } else if (char === 0x7d || char === 0x5d) {
      if (depth === 0) return at; // the bracket that closes what a number or word stands in
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (char === 0x2c || char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09)) {
      return at;
    }
  }
  return text.length;
}

function misuse(path: Path, what: string): Fault {
  return new Fault('ERR_INTERNAL', `A JSON text cannot be edited: ${what}`, { where: shown(path) });
}

function shown(path: Path): string {
  return path.length === 0 ? 'the root' : path.map((step) => `[${JSON.stringify(step)}]`).join('');
}

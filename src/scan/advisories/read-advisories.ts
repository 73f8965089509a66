import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Fault } from '../../core/fault.ts';
import { inflateSource } from '../../formats/inflate-source.ts';
import { type Located, membersOf } from '../../formats/located/located.ts';
import { parseYaml } from '../../formats/located/yaml.ts';
import { walkZip } from '../../formats/zip/zip-walk.ts';
import { openFileSource } from '../file-source.ts';
import type { Advisory } from './advisory.ts';
import { parseOsv } from './parse-osv.ts';

/** Records of one file or folder, as they were read. */
export interface ReadAdvisories {
  readonly advisories: readonly Advisory[];
  readonly records: number;
  /** The day of the newest change, null where no record says. */
  readonly newest: string | null;
  /** Packages of which a record says something that no version can be compared with. */
  readonly unclear: number;
  /** Records that say nothing any more. */
  readonly withdrawn: number;
  /** Files that hold no record, though their names are like those of records, as the user would write them. At most ten. */
  readonly others: readonly string[];
  /** How many these are in all. */
  readonly otherCount: number;
}

const MAX_FILE = 64 << 20;
const MAX_RECORD = 16 << 20;
const MAX_DEPTH = 20;
const MAX_RECORDS = 1_000_000;
const MOST_OTHERS = 10;
const KINDS: ReadonlySet<string> = new Set(['.json', '.jsonl', '.yaml', '.yml', '.zip']);

/**
 * Advisories in the format of OSV (ossf.github.io/osv-schema) out of a file or a folder: one record or a list of them as JSON, JSON lines or YAML, or an
 * archive of them as osv.dev offers for each ecosystem. Nothing is fetched.
 * @param shown the path as the user wrote it
 * @throws Fault `ERR_USAGE` where there is none, or one that is damaged: what was meant to be compared with was not
 */
export async function readAdvisories(path: string, shown: string): Promise<ReadAdvisories> {
  const book = new Collector();
  await read(book, path, shown, 0);
  if (book.records === 0) {
    throw new Fault('ERR_USAGE', 'There are no advisories in the format of OSV.', {
      where: shown,
      hint: 'Take a folder of records, or an archive such as https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip.',
    });
  }
  return book;
}

class Collector implements ReadAdvisories {
  readonly advisories: Advisory[] = [];
  records = 0;
  newest: string | null = null;
  unclear = 0;
  withdrawn = 0;
  readonly others: string[] = [];
  otherCount = 0;

  /** @returns whether it was a record, or a list of them */
  add(value: unknown, where: string): boolean {
    const many = Array.isArray(value) ? value : (value as { readonly vulns?: unknown } | null)?.vulns;
    const values: readonly unknown[] = Array.isArray(many) ? many : [value];
    let [found, other] = [false, false];
    for (const one of values) {
      let parsed;
      try {
        parsed = parseOsv(one);
      } catch (cause) {
        const why = cause instanceof TypeError ? cause.message : 'it cannot be read';
        throw new Fault('ERR_USAGE', `An advisory is damaged: ${why}.`, { where, cause });
      }
      if (parsed === null) {
        other = true;
        continue;
      }
      found = true;
      if (++this.records > MAX_RECORDS)
        throw new Fault('ERR_USAGE', `There are more than ${MAX_RECORDS} advisories.`, { where });
      this.unclear += parsed.unclear;
      if (parsed.withdrawn) this.withdrawn++;
      for (const advisory of parsed.advisories) this.advisories.push(advisory);
      const day = parsed.modified?.slice(0, 10) ?? '';
      if (/^\d{4}-\d{2}-\d{2}$/.test(day) && (this.newest === null || day > this.newest)) this.newest = day;
    }
    if (!found || other) {
      this.otherCount++;
      if (this.others.length < MOST_OTHERS && !this.others.includes(where)) this.others.push(where);
    }
    return found;
  }
}

async function read(book: Collector, path: string, shown: string, depth: number): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) throw new Fault('ERR_USAGE', 'There is no such file or folder of advisories.', { where: shown });
  if (stats.isDirectory()) {
    if (depth > MAX_DEPTH) throw new Fault('ERR_USAGE', 'Folders of advisories lie too deep.', { where: shown });
    for (const entry of (await readdir(path, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const linked = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => null) : null;
      if (entry.isDirectory() || linked?.isDirectory() === true || KINDS.has(extname(entry.name).toLowerCase()))
        await read(book, join(path, entry.name), `${shown}/${entry.name}`, depth + 1);
    }
    return;
  }
  const kind = extname(path).toLowerCase();
  if (kind === '.zip') return readArchive(book, path, shown);
  if (stats.size > MAX_FILE)
    throw new Fault('ERR_USAGE', `A file of advisories of ${stats.size} bytes is not read.`, { where: shown });
  readText(book, await readFile(path, 'utf8'), kind, shown);
}

function readText(book: Collector, text: string, kind: string, where: string): void {
  if (kind === '.jsonl') {
    for (const [index, line] of text.split('\n').entries())
      if (line.trim() !== '') book.add(parseJson(line, `${where}:${index + 1}`), `${where}:${index + 1}`);
  } else if (kind === '.yaml' || kind === '.yml') {
    const result = parseYaml(text);
    if (!result.ok) throw new Fault('ERR_USAGE', `Advisories cannot be read as YAML: ${result.reason}.`, { where });
    book.add(spelled(result.root), where);
  } else book.add(parseJson(text, where), where);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'Advisories cannot be read as JSON.', { where, cause });
  }
}

function readArchive(book: Collector, path: string, shown: string): void {
  const source = openFileSource(path);
  try {
    const { entries, complete } = walkZip(source);
    if (!complete) throw new Fault('ERR_USAGE', 'Not all of the archive can be read.', { where: shown });
    for (const { name, directory, method, dataOffset, packed, size, hidden } of entries) {
      const kind = extname(name).toLowerCase();
      if (directory || !KINDS.has(kind)) continue;
      const where = `${shown} > ${name}`;
      if (hidden || kind === '.zip')
        throw new Fault('ERR_USAGE', `The archive holds ${hidden ? 'a hidden member' : 'another archive'}.`, {
          where,
          hint: 'Unpack it, and name the folder.',
        });
      if (size > MAX_RECORD || dataOffset < 0)
        throw new Fault('ERR_USAGE', 'A member of the archive is too large or missing.', { where });
      const bytes =
        method === 0
          ? source.read(dataOffset, Math.min(packed, MAX_RECORD))
          : method === 8
            ? unpacked(inflateSource(source, dataOffset, MAX_RECORD, size), where)
            : null;
      if (bytes === null) throw new Fault('ERR_USAGE', `A member is packed by method ${method}.`, { where });
      readText(book, Buffer.from(bytes).toString('utf8'), kind, where);
    }
  } finally {
    source.close();
  }
}

function unpacked({ bytes, end }: ReturnType<typeof inflateSource>, where: string): Uint8Array {
  if (end !== 'complete') throw new Fault('ERR_USAGE', 'A member of the archive is damaged.', { where });
  return bytes;
}

/** Scalars as they are spelled: 1.10 is no number here. Depth is the parser's. */
function spelled(node: Located): unknown {
  if (node.kind === 'scalar') return node.value === null ? null : node.text;
  if (node.kind === 'list') return node.items.map(spelled);
  return Object.fromEntries(membersOf(node).map(({ name, value }) => [name, spelled(value)]));
}

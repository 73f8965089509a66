import { type ByteSource, sliceSource } from '../../../bytes/byte-source.ts';
import { Fault } from '../../../core/fault.ts';
import { crc32 } from '../../../formats/crc-32.ts';
import { CsvReader } from '../../../formats/csv/csv-reader.ts';
import { inflateSource } from '../../../formats/inflate-source.ts';
import type { ZipEntry } from '../../../formats/zip/zip-walk.ts';
import type { MemberListing } from '../../artifact.ts';

/** Bytes of a list of files that are read: that of the largest packages has some hundred thousand rows. */
const MAX_RECORD = 32 << 20;
const LIST = { columns: 3, field: 1 << 12, row: 1 << 13 };

/**
 * What a wheel says about its files: the digests of its `RECORD` ("Recording installed projects", PyPA specifications). An archive is a wheel by its name and by what is
 * in it (the binary distribution format, PEP 427): a list of that very name and version beside `WHEEL` and `METADATA`.
 * @param file name of the archive, with or without folders
 * @returns how a member is listed, or null where the archive is no wheel, is one for any platform, or has a list that cannot be read
 */
export function wheelRecord(
  file: string,
  source: ByteSource,
  entries: readonly ZipEntry[],
): ((member: string) => MemberListing) | null {
  const parts = /^(.*)\.whl$/i
    .exec(file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1))?.[1]
    ?.split('-');
  if (parts === undefined || parts.length < 5 || parts.length > 6) return null;
  // Of a package that is the same everywhere nothing is made for one machine.
  if (parts.at(-1)!.toLowerCase() === 'any') return null;
  const lists = entries.filter(({ name }) => /^[^/\\]+\.dist-info\/RECORD$/.test(name));
  const [list] = lists;
  if (list === undefined || lists.length > 1) return null;
  const folder = list.name.slice(0, -'RECORD'.length);
  if (plainName(folder.slice(0, -'.dist-info/'.length)) !== plainName(`${parts[0]}-${parts[1]}`)) return null;
  if (!['WHEEL', 'METADATA'].every((name) => entries.some((entry) => entry.name === folder + name))) return null;
  const text = contentOf(source, list);
  const rows = text === null ? null : rowsOf(text);
  if (rows === null) return null;
  const data = `${folder.slice(0, -'.dist-info/'.length)}.data/`;
  return (member) => {
    const sha256 = rows.get(member);
    if (sha256 === undefined) return { sha256: null, isUsual: false };
    // Where scripts and meta data go, no library belongs.
    const within = member.startsWith(data) ? member.slice(data.length) : null;
    const isUsual = within === null ? !member.startsWith(folder) : /^(?:purelib|platlib)\//.test(within);
    return { sha256, isUsual };
  };
}

/** Names and versions are the same in all their spellings (PEP 503, PEP 440 as file names have them). */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '_');
}

function contentOf(source: ByteSource, { dataOffset, packed, size, method, flags, crc }: ZipEntry): string | null {
  if (dataOffset < 0 || size > MAX_RECORD || packed > MAX_RECORD || (flags & 1) !== 0) return null;
  const data = sliceSource(source, dataOffset, packed);
  if (method !== 0 && method !== 8) return null;
  const bytes = method === 0 ? data.read(0, packed).slice() : inflateSource(data, 0, MAX_RECORD, size).bytes;
  return bytes.length === size && crc32(bytes) === crc ? Buffer.from(bytes).toString('utf8') : null;
}

/** Digests by path; a path that is there twice has none that counts. */
function rowsOf(text: string): ReadonlyMap<string, string> | null {
  const rows = new Map<string, string>();
  const twice = new Set<string>();
  try {
    const reader = new CsvReader(
      ([path = '', digest = '']) => {
        if (rows.has(path)) twice.add(path);
        if (digest.startsWith('sha256=')) rows.set(path, digest.slice('sha256='.length).replace(/={1,2}$/, ''));
      },
      ',',
      LIST,
    );
    reader.push(text);
    reader.end();
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
  for (const path of twice) rows.delete(path);
  return rows;
}

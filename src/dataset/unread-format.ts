/** Formats of data that are not read, by how they begin. */
const BEGINNINGS: readonly (readonly [magic: string, at: number, name: string])[] = [
  ['ARROW1', 0, 'Arrow (Feather)'],
  ['\xff\xff\xff\xff', 0, 'an Arrow stream'],
  ['FEA1', 0, 'Feather'],
  ['ORC', 0, 'ORC'],
  ['Obj\x01', 0, 'Avro'],
  ['SQLite format 3\0', 0, 'a SQLite data base'],
  ['DUCK', 8, 'a DuckDB data base'],
  ['\xd0\xcf\x11\xe0', 0, 'an old Excel file'],
  ['\x89HDF', 0, 'HDF5'],
  ['Rar!', 0, 'a RAR archive'],
  ['7z\xbc\xaf', 0, 'a 7z archive'],
  ['BZh', 0, 'packed with bzip2'],
  ['\xfd7zXZ', 0, 'packed with xz'],
  ['\x28\xb5\x2f\xfd', 0, 'packed with zstd'],
  ['\x1f\x8b', 0, 'packed with gzip'],
  ['PK\x03\x04', 0, 'a zip archive'],
  ['PK\x05\x06', 0, 'a zip archive'],
];
/** Bytes that are looked at. */
export const UNREAD_HEAD = 32;

/** What the scanner calls files whose rows are not read, whatever they begin with. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['zip', 'a zip archive'],
  ['tar', 'a tar archive'],
  ['compressed', 'packed'],
  ['hdf5', 'HDF5'],
  ['pickle', 'a pickle'],
  ['sevenzip', 'a 7z archive'],
  ['rds', 'an R file'],
]);

/**
 * Why the rows of a file were not read, though it can hold some; null for a file that is no data.
 * @param head its first bytes
 * @param formats what the scanner took it for
 */
export function unreadFormat(head: Uint8Array, formats: readonly string[]): string | null {
  const start = Buffer.from(head.subarray(0, UNREAD_HEAD)).toString('latin1');
  const known = formats[0];
  // A model that is packed as an archive is a model.
  if (known !== undefined && !KINDS.has(known)) return null;
  const name =
    BEGINNINGS.find(([magic, at]) => start.startsWith(magic, at))?.[2] ??
    (known === undefined ? undefined : KINDS.get(known));
  if (name === undefined) return null;
  const advice = /archive|packed/.test(name) ? 'unpack it' : 'write it as Parquet, CSV or JSON Lines';
  return `it is ${name}, whose rows are not read: ${advice}`;
}

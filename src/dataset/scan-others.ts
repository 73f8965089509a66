import { scanFiles } from '../scan/scan-pool.ts';
import type { Building, Readable } from './checked-file.ts';
import { type DataFile, firstBytes } from './open-data-file.ts';
import { UNREAD_HEAD, unreadFormat } from './unread-format.ts';

/** Files beside the data that hold no rows and are read by people. */
const DOCUMENT =
  /(?:^|\/)(?:[^/]*\.(?:md|txt|rst|cff|bib|html?|toml|cfg|ini|names|info|gitignore|gitattributes)|licen[cs]e[^/]*|readme[^/]*|\.gitignore|\.gitattributes|\.DS_Store)$/i;

/** Files that could do something when they are loaded are looked at as the scanner does; text that is data does nothing. */
export async function scanOthers(
  files: readonly Building[],
  readable: readonly Readable[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const harmless = new Set(readable.filter(({ data }) => isHarmless(data)).map(({ file }) => file.shown));
  const wanted = files.filter(
    ({ task, error, formats }) => error === null && !harmless.has(task.shown) && formats[0] !== 'idx',
  );
  if (wanted.length === 0) return;
  const withRows = new Set(readable.map(({ file }) => file.shown));
  const byName = new Map(wanted.map((one) => [one.task.shown, one]));
  const tasks = wanted.map(({ task }) => task);
  for await (const result of scanFiles(tasks, { threads: 1, ...(signal === undefined ? {} : { signal }) })) {
    const building = byName.get(result.file)!;
    building.findings.push(...result.findings);
    building.gaps.push(...result.gaps);
    for (const format of result.formats) if (!building.formats.includes(format)) building.formats.push(format);
    const { path, shown } = building.task;
    if (result.error !== undefined) building.error = result.error;
    else if (!withRows.has(shown) && building.size > 0 && !isDocument(shown)) {
      // What was looked at is what it does when it is loaded, and not what its rows say.
      const reason =
        unreadFormat(firstBytes(path, UNREAD_HEAD), result.formats) ??
        (building.formats.length === 0 ? 'it is neither data that is read nor a file that the scanner knows' : null);
      if (reason !== null) building.gaps.push({ reason, where: { member: null, offset: null } });
    }
  }
}

/** Tables are nothing but rows; one JSON object can be a configuration, lines of text and members of an archive anything. */
function isHarmless({ format, document }: DataFile): boolean {
  return ['csv', 'jsonl', 'json', 'parquet', 'idx'].includes(format) && document !== true;
}

function isDocument(shown: string): boolean {
  return DOCUMENT.test(shown) || /\.(?:py|ya?ml|json)$/i.test(shown);
}

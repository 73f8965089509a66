import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { type FileVerdict, verdictOf, type Where } from '../scan/file-result.ts';
import { scanFiles, type ScanTask } from '../scan/scan-pool.ts';
import { contextOf, inOrderOfChecks, type NotRun, type Said } from './check-context.ts';
import {
  type Check,
  type CheckOptions,
  type CheckRun,
  type DataFinding,
  type InspectedFile,
  shown as visible,
  type Split,
} from './check.ts';
import { splitOf } from './columns.ts';
import { EqualInputFinder } from './equal-inputs.ts';
import { interrupted, isStore, placeOfError, reasonOf } from './fault-gap.ts';
import { inOrder, MOST_GAPS } from './in-order.ts';
import { joinLabels, labelFileName } from './join-labels.ts';
import { NearDuplicateFinder } from './near-duplicates.ts';
import { type Batch, type DataFile, firstBytes, openDataFile, type ReadOptions } from './open-data-file.ts';
import { isPictureMetadata, type PictureLabels, readPictureLabels, withLabel } from './picture-labels.ts';
import { readAgain, readShare } from './read-again.ts';
import { type Readable, RowInspector, withPicture } from './row-inspector.ts';
import { RowRefs } from './row-refs.ts';
import { RowShare } from './row-share.ts';
import { UNREAD_HEAD, unreadFormat } from './unread-format.ts';

export interface CheckDataOptions extends ReadOptions, CheckOptions {
  /** Column of the label; null: one of the usual names. */
  readonly label: string | null;
  /** The split that files belong to, by the name that results show; others go by their names. */
  readonly splits: ReadonlyMap<string, Split>;
  /** Which rows are this thread's, for checks whose rows are divided; without it, all are. */
  readonly share?: RowShare;
  /** False: files that do something when they are loaded are not given to the scanner; another run does it. */
  readonly scan?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (file: string, rows: number) => void;
}

/** What is said about one file, in the shape of the scanner's results. */
export interface DataFileResult {
  readonly file: string;
  readonly verdict: FileVerdict;
  readonly formats: readonly string[];
  readonly findings: readonly DataFinding[];
  readonly gaps: readonly { readonly reason: string; readonly where: Where }[];
  /** Bytes. */
  readonly size: number;
  /** Rows read; null for a file without rows. */
  readonly rows: number | null;
  readonly error?: string;
}

export interface DataReport {
  readonly files: readonly DataFileResult[];
  /** Checks that had nothing to do here, with the reason. */
  readonly notRun: readonly NotRun[];
}

/** What is said of some of the rows. */
export interface PartialReport extends DataReport {
  /** By check: what those found whose rows are divided among threads, and which have said nothing yet. */
  readonly parts: Readonly<Record<string, unknown>>;
}

/** One thread. */
const ALONE = new RowShare(null, false);

/** Files beside the data that hold no rows and are read by people. */
const DOCUMENT =
  /(?:^|\/)(?:[^/]*\.(?:md|txt|rst|cff|bib|html?|toml|cfg|ini|names|info|gitignore|gitattributes)|licen[cs]e[^/]*|readme[^/]*|\.gitignore|\.gitattributes|\.DS_Store)$/i;
/** Names of files that hold something, where they are what they are called. */
const NO_EMPTY = /\.(?:png|jpe?g|gif|webp|bmp|tiff?|p[bgp]m|parquet|np[yz]|json|gz)$/i;
/** Gaps of one file that are kept before they are put in order. */
const KEPT_GAPS = 10 * MOST_GAPS;
/** Rows that cannot be read and are named. */
const MOST_BAD = 20;

interface Building extends Said {
  readonly task: ScanTask;
  readonly formats: string[];
  readonly gaps: { reason: string; where: Where }[];
  size: number;
  rows: number | null;
  error: string | null;
  /** Rows that could not be read, at the first reading. */
  bad: number;
  again: boolean;
}

interface Opened extends Readable {
  readonly building: Building;
}

/**
 * Runs checks over data. Every row is read once, and once more where a check asks for it; what has to be compared is sorted on the disk. Never throws
 * for what is wrong with the data: that is a gap, and a file with a gap is not clean.
 * @returns `parts` empty without `share`
 */
export async function checkData(
  tasks: readonly ScanTask[],
  checks: readonly Check[],
  options: CheckDataOptions,
): Promise<PartialReport> {
  const files = new Map<string, Building>();
  for (const task of tasks) {
    files.set(task.shown, {
      task,
      formats: [],
      findings: [],
      gaps: [],
      size: 0,
      rows: null,
      error: null,
      bad: 0,
      again: false,
      dropped: false,
    });
  }
  const gap = (shown: string, reason: string, where: Where = { member: null, offset: null }): void => {
    const { gaps } = files.get(shown)!;
    const known = gaps.some((one) => one.reason === reason && one.where.line === where.line);
    if (!known && gaps.length < KEPT_GAPS) gaps.push({ reason, where });
  };
  const notRun: NotRun[] = [];
  const rowsOf = (shown: string): number => files.get(shown)!.rows ?? 0;
  const begun = checks.map((check) => {
    const context = contextOf(check.meta, { options, files, gap, notRun, rowsOf });
    return { check, context, run: check.begin(context) };
  });
  const runs: readonly CheckRun[] = begun.map(({ run }) => run);
  const readable = await openAll([...files.values()], options, gap);
  if (options.scan !== false) await scanOthers([...files.values()], readable, options.signal);
  for (const building of files.values()) {
    const { path, shown } = building.task;
    if (building.error !== null) continue;
    for (const run of runs) run.file?.({ path, shown, format: building.formats[0] ?? null });
  }

  const refs = new RowRefs();
  const equal = runs.some((run) => run.equalInputs !== undefined) ? new EqualInputFinder(refs) : null;
  const near = runs.some((run) => run.nearPair !== undefined)
    ? new NearDuplicateFinder(refs, options.similarity)
    : null;
  const withRow = runs.filter((run) => run.row !== undefined);
  const { share = ALONE } = options;
  const parts: Record<string, unknown> = {};
  const divided = new Set(begun.filter(({ check }) => check.conclude !== undefined).map(({ run }) => run));
  const whole = withRow.filter((run) => !divided.has(run));
  const isLater = share.later;
  try {
    const labelled = new Set<string>();
    let nextIndex = readable.length;
    // A thread that has only rows to share has nothing to read at first.
    const first = isLater && whole.length === 0 && equal === null && near === null ? [] : readable;
    for (const one of first) {
      const { shown } = one.file;
      const inspector = new RowInspector(
        one,
        options,
        (reason) => gap(shown, reason),
        () => nextIndex++,
      );
      try {
        for await (const batch of one.data.rows()) {
          if (options.signal?.aborted === true) throw interrupted();
          const looking = !isLater && share.take() ? withRow : whole;
          for (const placed of batch) {
            let row = inspector.inspect(placed);
            if (row.file.format === 'image') row = await withPicture(row, (reason) => gap(shown, reason));
            if (row.labelColumn !== null) labelled.add(shown);
            equal?.add(row);
            near?.add(row);
            for (const run of looking) {
              const pending = run.row!(row);
              if (pending !== undefined) await pending;
            }
          }
          options.onProgress?.(shown, inspector.rows);
        }
      } catch (error) {
        if (options.signal?.aborted === true || isStore(error)) throw error;
        one.whole = false;
        gap(shown, reasonOf(error, one.file.path), placeOfError(error));
      }
      const { rows } = inspector;
      const building = files.get(shown)!;
      if (building.bad > MOST_BAD) gap(shown, `${building.bad} rows in all could not be read`);
      if (rows === 0 && one.whole && building.bad === 0) gap(shown, 'it holds no rows');
      building.rows = rows;
      building.again = true;
    }
    if (options.label !== null && first.length > 0 && labelled.size === 0) {
      throw new Fault('ERR_USAGE', `No file has a column "${options.label}".`, { where: '--label' });
    }
    if (equal !== null) for (const group of equal.groups()) for (const run of runs) run.equalInputs?.(group);
    if (near !== null) for (const pair of near.pairs()) for (const run of runs) run.nearPair?.(pair);
    if (equal?.overflow === true) gap(readable[0]!.file.shown, 'equal rows have more than 1000 different labels');
    if (refs.labels.overflow) gap(readable[0]!.file.shown, 'it has more than 65535 different labels');
    const again = runs.filter((run) => run.wantsAgain?.() === true);
    if (again.length > 0) await readAgain(readable, again, options, gap);
    if (isLater) await readShare(readable, [...divided], share, options, gap);
    for (const { check, context, run } of begun) {
      if (check.conclude === undefined) run.end?.();
      else if (share === ALONE) check.conclude(context, [run.part!()]);
      else parts[check.meta.id] = run.part!();
    }
  } finally {
    for (const run of runs) run.close?.();
    equal?.close();
    near?.close();
  }
  return { files: [...files.values()].map(toResult), notRun: inOrderOfChecks(notRun), parts };
}

type Gap = (shown: string, reason: string, where?: Where) => void;

/** Opens all files that have rows; files of labels that belong to a file of pictures are read with it. */
async function openAll(files: readonly Building[], options: CheckDataOptions, gap: Gap): Promise<Opened[]> {
  const opened: { building: Building; data: DataFile }[] = [];
  for (const building of files) {
    const { path, shown } = building.task;
    const onBadRow = (fault: Fault): void => {
      if (building.again) return;
      if (building.bad++ < MOST_BAD) gap(shown, reasonOf(fault, path), placeOfError(fault));
    };
    try {
      building.size = (await stat(path)).size;
      const data = openDataFile(path, { ...options, name: shown, documents: true, onBadRow });
      if (data === null) {
        if (building.size === 0 && NO_EMPTY.test(shown)) gap(shown, 'it is empty');
        continue;
      }
      building.formats.push(data.format);
      opened.push({ building, data });
    } catch (error) {
      building.error = `it cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    }
  }
  const byName = new Map(opened.map((one) => [one.building.task.shown, one]));
  const labelled = await labelPictures(opened, options, gap);
  const joined = new Set<string>();
  const readable: Opened[] = [];
  for (const { building, data } of opened) {
    const { shown, path } = building.task;
    const name = data.format === 'idx' ? labelFileName(shown) : null;
    const labels = name === null ? undefined : byName.get(name);
    const own = labelled.get(shown);
    const collection = data.format === 'image' ? (own?.folder ?? folderOf(folderOf(shown))) : shown;
    const split = options.splits.get(shown) ?? splitOf(shown);
    const file: InspectedFile = { index: readable.length, shown, path, format: data.format, split, collection };
    const rest = { building, file, whole: true, splits: new Map<Split, InspectedFile>() };
    if (own !== undefined) readable.push({ ...rest, data: own.data });
    else if (labels === undefined || name === null) readable.push({ ...rest, data });
    else {
      joined.add(name);
      const rows = (): AsyncGenerator<Batch> => joinLabels(data, labels.data, shown);
      readable.push({ ...rest, data: { format: 'idx', rows } });
    }
  }
  return readable
    .filter(({ file }) => !joined.has(file.shown))
    .map((one, index) => ({ ...one, file: { ...one.file, index } }));
}

/** Pictures whose label stands in a file of metadata beside or above them, with it. */
async function labelPictures(
  opened: readonly { readonly building: Building; readonly data: DataFile }[],
  options: CheckDataOptions,
  gap: Gap,
): Promise<ReadonlyMap<string, { readonly data: DataFile; readonly folder: string }>> {
  const labelled = new Map<string, { data: DataFile; folder: string }>();
  const byFolder = new Map<
    string,
    { readonly shown: string; readonly labels: PictureLabels; readonly seen: Set<string> }
  >();
  if (!opened.some(({ data }) => data.format === 'image')) return labelled;
  for (const { building } of opened) {
    const { shown, path } = building.task;
    if (!isPictureMetadata(shown)) continue;
    try {
      const data = openDataFile(path, { ...options, onBadRow: () => {} })!;
      const labels = await readPictureLabels(data, options.label);
      if (labels !== null) byFolder.set(folderOf(shown), { shown, labels, seen: new Set() });
    } catch {
      // It is read once more as a file with rows, and its error told then.
    }
  }
  for (const { building, data } of opened) {
    if (data.format !== 'image') continue;
    const { shown } = building.task;
    let folder = folderOf(shown);
    while (!byFolder.has(folder) && folder !== folderOf(folder)) folder = folderOf(folder);
    const metadata = byFolder.get(folder);
    if (metadata === undefined) continue;
    const name = shown.slice(folder === '' ? 0 : folder.length + 1);
    const row = metadata.labels.rows.get(name);
    const { labelColumn } = metadata.labels;
    if (row === undefined) gap(shown, `${metadata.shown} does not name it`);
    else metadata.seen.add(name);
    if (row === undefined || labelColumn === null) continue;
    const rows = (): AsyncGenerator<Batch> => withLabel(data.rows(), labelColumn, row.label);
    labelled.set(shown, { data: { format: 'image', rows }, folder });
  }
  for (const { shown, labels, seen } of byFolder.values()) {
    const absent = [...labels.rows].filter(([name]) => !seen.has(name));
    const first = absent[0];
    if (first === undefined) continue;
    const place = first[1].line === undefined ? `row ${first[1].number}` : `line ${first[1].line}`;
    gap(
      shown,
      `${absent.length} of ${labels.rows.size} files that it names are no pictures that are there, first ${visible(first[0])} in ${place}`,
    );
  }
  return labelled;
}

function folderOf(shown: string): string {
  return shown.slice(0, Math.max(0, shown.lastIndexOf('/')));
}

/** Files that could do something when they are loaded are looked at as the scanner does; text that is data does nothing. */
async function scanOthers(
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

function toResult({ task, formats, findings, gaps, size, rows, error, dropped }: Building): DataFileResult {
  const said = inOrder(findings, gaps, dropped);
  return {
    file: task.shown,
    verdict: error !== null ? 'error' : verdictOf(said.findings, said.gaps),
    formats,
    findings: said.findings,
    gaps: said.gaps,
    size,
    rows,
    ...(error === null ? {} : { error }),
  };
}

import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { type FileVerdict, verdictOf, type Where } from '../scan/file-result.ts';
import type { ScanTask } from '../scan/scan-pool.ts';
import type { Check, CheckOptions, CheckRun, DataFinding, InspectedFile, InspectedRow, Split } from './check.ts';
import type { Building, Gap, Readable } from './checked-file.ts';
import { splitOf } from './columns.ts';
import { EqualInputFinder } from './equal-inputs.ts';
import { inOrder, MOST_FINDINGS, MOST_GAPS } from './in-order.ts';
import { joinLabels, labelFileName } from './join-labels.ts';
import { folderOf, labelPictures } from './label-pictures.ts';
import { NearDuplicateFinder } from './near-duplicates.ts';
import { type Batch, type DataFile, openDataFile, type ReadOptions } from './open-data-file.ts';
import { readPicture } from './read-picture.ts';
import { RowInspector } from './row-inspector.ts';
import { RowRefs } from './row-refs.ts';
import { scanOthers } from './scan-others.ts';

export interface CheckDataOptions extends ReadOptions, CheckOptions {
  /** Column of the label; null: one of the usual names. */
  readonly label: string | null;
  /** The split that files belong to, by the name that results show; others go by their names. */
  readonly splits: ReadonlyMap<string, Split>;
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
  readonly notRun: readonly { readonly check: string; readonly reason: string }[];
}

/** Names of files that hold something, where they are what they are called. */
const NO_EMPTY = /\.(?:png|jpe?g|gif|webp|bmp|tiff?|p[bgp]m|parquet|np[yz]|json|gz)$/i;
/** Gaps of one file that are kept before they are put in order. */
const KEPT_GAPS = 10 * MOST_GAPS;
/** Rows that cannot be read and are named. */
const MOST_BAD = 20;

/**
 * Runs checks over data. Every row is read once, and once more where a check asks for it; what has to be compared is sorted on the disk. Never throws
 * for what is wrong with the data: that is a gap, and a file with a gap is not clean.
 */
export async function checkData(
  tasks: readonly ScanTask[],
  checks: readonly Check[],
  options: CheckDataOptions,
): Promise<DataReport> {
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
  const notRun: { check: string; reason: string }[] = [];
  const runs: readonly CheckRun[] = checks.map(({ meta, begin }) => {
    // By check and not for all: what one of them says must not depend on which others run beside it.
    const counts = new Map<string, number>();
    return begin({
      options,
      report: (shown, { severity, message, where, count, rows }) => {
        const building = files.get(shown)!;
        const own = (counts.get(shown) ?? 0) + 1;
        counts.set(shown, own);
        if (own > MOST_FINDINGS) {
          building.dropped = true;
          return;
        }
        building.findings.push({
          rule: meta.id,
          severity: severity ?? meta.severity,
          message,
          where,
          ...(count === undefined ? {} : { count }),
          ...(rows === undefined ? {} : { rows }),
        });
      },
      gap,
      notRun: (reason) => void notRun.push({ check: meta.id, reason }),
    });
  });
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
  try {
    const labelled = new Set<string>();
    let nextIndex = readable.length;
    for (const one of readable) {
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
          for (const placed of batch) {
            let row = inspector.inspect(placed);
            if (row.file.format === 'image') row = await withPicture(row, (reason) => gap(shown, reason));
            if (row.labelColumn !== null) labelled.add(shown);
            equal?.add(row);
            near?.add(row);
            for (const run of withRow) {
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
    if (options.label !== null && readable.length > 0 && labelled.size === 0) {
      throw new Fault('ERR_USAGE', `No file has a column "${options.label}".`, { where: '--label' });
    }
    if (equal !== null) for (const group of equal.groups()) for (const run of runs) run.equalInputs?.(group);
    if (near !== null) for (const pair of near.pairs()) for (const run of runs) run.nearPair?.(pair);
    if (equal?.overflow === true) gap(readable[0]!.file.shown, 'equal rows have more than 1000 different labels');
    if (refs.labels.overflow) gap(readable[0]!.file.shown, 'it has more than 65535 different labels');
    const again = runs.filter((run) => run.wantsAgain?.() === true);
    if (again.length > 0) await readAgain(readable, again, options, gap);
    for (const run of runs) run.end?.();
  } finally {
    for (const run of runs) run.close?.();
    equal?.close();
    near?.close();
  }
  return { files: [...files.values()].map(toResult), notRun: notRun.toSorted((a, b) => (a.check < b.check ? -1 : 1)) };
}

/** Opens all files that have rows; files of labels that belong to a file of pictures are read with it. */
async function openAll(files: readonly Building[], options: CheckDataOptions, gap: Gap): Promise<Readable[]> {
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
  const readable: Readable[] = [];
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

/** A row of a picture with what its bytes hold: pixels in place of them where they can be decoded, and the texts of its metadata. */
async function withPicture(row: InspectedRow, gap: (reason: string) => void): Promise<InspectedRow> {
  const image = row.row['image'];
  if (!(image instanceof Uint8Array)) return row;
  const picture = await readPicture(image);
  for (const reason of picture.gaps) gap(reason);
  return {
    ...row,
    row: picture.pixels === null ? row.row : { ...row.row, image: picture.pixels },
    asides: [...row.asides, ...picture.texts],
  };
}

async function readAgain(
  readable: readonly Readable[],
  runs: readonly CheckRun[],
  options: CheckDataOptions,
  gap: (shown: string, reason: string, where?: Where) => void,
): Promise<void> {
  for (const one of readable) {
    const inspector = new RowInspector(
      one,
      options,
      () => {},
      () => one.file.index,
    );
    try {
      for await (const batch of one.data.rows()) {
        if (options.signal?.aborted === true) throw interrupted();
        for (const placed of batch) {
          let row = inspector.inspect(placed);
          if (row.file.format === 'image') row = await withPicture(row, () => {});
          for (const run of runs) run.again?.(row);
        }
      }
    } catch (error) {
      if (options.signal?.aborted === true || isStore(error)) throw error;
      if (one.whole) gap(one.file.shown, `it could not be read a second time: ${reasonOf(error, one.file.path)}`);
    }
  }
}

function interrupted(): Fault {
  return new Fault('ERR_USAGE', 'Interrupted: not all rows were looked at.');
}

/** A full disk is not the fault of the file that is read, and nothing can go on. */
function isStore(error: unknown): boolean {
  return error instanceof Fault && error.code === 'ERR_STORE';
}

/** The fault in words; where it is, without the file's own path. */
function reasonOf(error: unknown, path: string): string {
  if (error instanceof Fault) {
    const { message, where, hint } = error;
    const rest = where?.startsWith(path) === true ? where.slice(path.length).replace(/^\s*[>:]\s*/, '') : where;
    const place = rest === undefined || rest === '' || /^line \d+$/.test(rest) ? '' : ` (at ${rest})`;
    return `${message.replace(/\.$/, '')}${place}${hint === undefined ? '' : `. ${hint.replace(/\.$/, '')}`}`;
  }
  return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown')})`;
}

function placeOfError(error: unknown): Where {
  const line = error instanceof Fault ? /^line (\d{1,15})$/.exec(error.where ?? '')?.[1] : undefined;
  return { member: null, offset: null, ...(line === undefined ? {} : { line: Number(line) }) };
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

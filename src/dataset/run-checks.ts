import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { isAtLeast, SEVERITIES } from '../core/severity.ts';
import { type FileVerdict, verdictOf, type Where } from '../scan/file-result.ts';
import { scanFiles, type ScanTask } from '../scan/scan-pool.ts';
import {
  type Check,
  type CheckOptions,
  type CheckRun,
  type DataFinding,
  type InspectedFile,
  type InspectedRow,
  placeOf,
  type Split,
} from './check.ts';
import { idColumnsOf, labelColumnOf, labelText, splitOf } from './columns.ts';
import { EqualInputFinder } from './equal-inputs.ts';
import { joinLabels, labelFileName } from './join-labels.ts';
import { NearDuplicateFinder } from './near-duplicates.ts';
import { type Batch, type DataFile, openDataFile, type PlacedRow, type ReadOptions } from './open-data-file.ts';
import { RowRefs } from './row-refs.ts';
import { textsOf } from './row-texts.ts';

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

/** Files beside the data that hold no rows and are read by people. */
const DOCUMENT =
  /(?:^|\/)(?:[^/]*\.(?:md|txt|rst|cff|bib|html?|toml|cfg|ini|names|info|gitignore|gitattributes)|licen[cs]e[^/]*|readme[^/]*|\.gitignore|\.gitattributes)$/i;
/** Of one file. */
export const MOST_FINDINGS = 500;

interface Building {
  readonly task: ScanTask;
  readonly formats: string[];
  readonly findings: DataFinding[];
  readonly gaps: { reason: string; where: Where }[];
  size: number;
  rows: number | null;
  error: string | null;
}

interface Readable {
  readonly building: Building;
  readonly data: DataFile;
  readonly file: InspectedFile;
  /** False after an error: what follows it is unknown. */
  whole: boolean;
}

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
    files.set(task.shown, { task, formats: [], findings: [], gaps: [], size: 0, rows: null, error: null });
  }
  const gap = (shown: string, reason: string, where: Where = { member: null, offset: null }): void => {
    const building = files.get(shown)!;
    if (building.gaps.length < 100) building.gaps.push({ reason, where });
  };
  const notRun: { check: string; reason: string }[] = [];
  const runs: readonly CheckRun[] = checks.map(({ meta, begin }) =>
    begin({
      options,
      report: (shown, { severity, message, where, count, rows }) => {
        const { findings } = files.get(shown)!;
        if (findings.length === MOST_FINDINGS) gap(shown, `it has more than ${MOST_FINDINGS} findings`);
        if (findings.length >= MOST_FINDINGS) return;
        findings.push({
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
    }),
  );
  const readable = await openAll([...files.values()], options);
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
    for (const one of readable) {
      const { shown } = one.file;
      const inspector = new RowInspector(one.file, options.label, (reason) => gap(shown, reason));
      try {
        for await (const batch of one.data.rows()) {
          if (options.signal?.aborted === true) throw interrupted();
          for (const placed of batch) {
            const row = inspector.inspect(placed);
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
        gap(shown, reasonOf(error), placeOfError(error));
      }
      const { rows } = inspector;
      if (rows === 0 && one.whole) gap(shown, 'it holds no rows');
      files.get(shown)!.rows = rows;
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
  return { files: [...files.values()].map(toResult), notRun };
}

/** Opens all files that have rows; files of labels that belong to a file of pictures are read with it. */
async function openAll(files: readonly Building[], options: CheckDataOptions): Promise<Readable[]> {
  const opened: { building: Building; data: DataFile }[] = [];
  for (const building of files) {
    const { path } = building.task;
    try {
      building.size = (await stat(path)).size;
      const data = openDataFile(path, options);
      if (data === null) continue;
      building.formats.push(data.format);
      opened.push({ building, data });
    } catch (error) {
      building.error = `it cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    }
  }
  const byName = new Map(opened.map((one) => [one.building.task.shown, one]));
  const joined = new Set<string>();
  const readable: Readable[] = [];
  for (const { building, data } of opened) {
    const { shown, path } = building.task;
    const name = data.format === 'idx' ? labelFileName(shown) : null;
    const labels = name === null ? undefined : byName.get(name);
    const split = options.splits.get(shown) ?? splitOf(shown);
    const file: InspectedFile = { index: readable.length, shown, path, format: data.format, split };
    if (labels === undefined || name === null) readable.push({ building, data, file, whole: true });
    else {
      joined.add(name);
      const rows = (): AsyncGenerator<Batch> => joinLabels(data, labels.data, shown);
      readable.push({ building, data: { format: 'idx', rows }, file, whole: true });
    }
  }
  return readable
    .filter(({ file }) => !joined.has(file.shown))
    .map((one, index) => ({ ...one, file: { ...one.file, index } }));
}

/** Files that could do something when they are loaded are looked at as the scanner does; text that is data does nothing. */
async function scanOthers(
  files: readonly Building[],
  readable: readonly Readable[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const harmless = new Set(
    readable.filter(({ data }) => !['npy', 'npz', 'image'].includes(data.format)).map(({ file }) => file.shown),
  );
  const wanted = files.filter(
    ({ task, error, formats }) => error === null && !harmless.has(task.shown) && formats[0] !== 'idx',
  );
  if (wanted.length === 0) return;
  const byName = new Map(wanted.map((one) => [one.task.shown, one]));
  const tasks = wanted.map(({ task }) => task);
  for await (const result of scanFiles(tasks, { threads: 1, ...(signal === undefined ? {} : { signal }) })) {
    const building = byName.get(result.file)!;
    building.findings.push(...result.findings);
    building.gaps.push(...result.gaps);
    for (const format of result.formats) if (!building.formats.includes(format)) building.formats.push(format);
    if (result.error !== undefined) building.error = result.error;
    else if (building.formats.length === 0 && building.size > 0 && !isDocument(building.task.shown)) {
      building.gaps.push({
        reason: 'it is neither data that is read nor a file that the scanner knows',
        where: { member: null, offset: null },
      });
    }
  }
}

function isDocument(shown: string): boolean {
  return DOCUMENT.test(shown) || /\.(?:py|ya?ml|json)$/i.test(shown);
}

/** Makes of the rows of one file, in order, what checks get. */
class RowInspector {
  /** Rows so far. */
  rows = 0;
  readonly #file: InspectedFile;
  readonly #label: string | null;
  readonly #gap: (reason: string) => void;
  #columns: readonly string[] = [];
  #labelColumn: string | null = null;
  #idColumns: ReadonlySet<string> = new Set();
  #shallow = false;

  constructor(file: InspectedFile, label: string | null, gap: (reason: string) => void) {
    this.#file = file;
    this.#label = label;
    this.#gap = gap;
  }

  inspect({ row, line }: PlacedRow): InspectedRow {
    const number = ++this.rows;
    const columns = Object.keys(row);
    if (!sameNames(columns, this.#columns)) {
      this.#columns = columns;
      this.#labelColumn = labelColumnOf(row, this.#label);
      this.#idColumns = idColumnsOf(row);
    }
    const labelColumn = this.#labelColumn;
    const { texts, whole } = textsOf(row, labelColumn);
    if (!whole && !this.#shallow) {
      this.#shallow = true;
      this.#gap(`${placeOf({ number, line })} has more texts, or deeper ones, than are read`);
    }
    const label = labelColumn === null ? null : labelText(row[labelColumn]);
    return { file: this.#file, number, line, row, labelColumn, label, idColumns: this.#idColumns, texts };
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

async function readAgain(
  readable: readonly Readable[],
  runs: readonly CheckRun[],
  options: CheckDataOptions,
  gap: (shown: string, reason: string, where?: Where) => void,
): Promise<void> {
  for (const one of readable) {
    const inspector = new RowInspector(one.file, options.label, () => {});
    try {
      for await (const batch of one.data.rows()) {
        if (options.signal?.aborted === true) throw interrupted();
        for (const placed of batch) {
          const row = inspector.inspect(placed);
          for (const run of runs) run.again?.(row);
        }
      }
    } catch (error) {
      if (options.signal?.aborted === true || isStore(error)) throw error;
      if (one.whole) gap(one.file.shown, `it could not be read a second time: ${reasonOf(error)}`);
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

function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.line.replace(/\.$/, '');
  return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown')})`;
}

function placeOfError(error: unknown): Where {
  const line = error instanceof Fault ? /^line (\d{1,15})$/.exec(error.where ?? '')?.[1] : undefined;
  return { member: null, offset: null, ...(line === undefined ? {} : { line: Number(line) }) };
}

/** The most severe first, and of these by rule: the same order whichever thread found what. */
export function inOrder(findings: readonly DataFinding[]): readonly DataFinding[] {
  return findings.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
      (a.rule === b.rule ? 0 : a.rule < b.rule ? -1 : 1),
  );
}

function toResult({ task, formats, findings, gaps, size, rows, error }: Building): DataFileResult {
  const sorted = inOrder(findings);
  const verdict = error !== null ? 'error' : verdictOf(sorted, gaps);
  return {
    file: task.shown,
    verdict,
    formats,
    findings: sorted,
    gaps,
    size,
    rows,
    ...(error === null ? {} : { error }),
  };
}

/** True for a result that `--fail-on` counts. */
export function failsAt(result: DataFileResult, floor: DataFinding['severity']): boolean {
  return result.findings.some(({ severity }) => isAtLeast(severity, floor));
}

import type { Where } from '../scan/file-result.ts';
import type { ScanTask } from '../scan/scan-pool.ts';
import type { DataFinding, InspectedFile, Split } from './check.ts';
import type { DataFile } from './open-data-file.ts';

/** What is said of one file, while it is gathered. */
export interface Building {
  readonly task: ScanTask;
  readonly formats: string[];
  readonly findings: DataFinding[];
  readonly gaps: { reason: string; where: Where }[];
  size: number;
  rows: number | null;
  error: string | null;
  /** Rows that could not be read, at the first reading. */
  bad: number;
  again: boolean;
  /** True where a check had more findings than are kept. */
  dropped: boolean;
}

/** A file with rows. */
export interface Readable {
  readonly building: Building;
  readonly data: DataFile;
  readonly file: InspectedFile;
  /** False after an error: what follows it is unknown. */
  whole: boolean;
  /** The same file as each split that its columns speak of. */
  readonly splits: Map<Split, InspectedFile>;
}

/** Told of something that could not be looked at, by the name that results show. */
export type Gap = (shown: string, reason: string, where?: Where) => void;

import type { DataRow } from './read-data.ts';
import type { Row } from './row.ts';
import type { TrainSettings } from './train-model.ts';

/** A text of the evaluation: judged by the model of the fold that never saw its source. */
export interface Item {
  readonly text: string;
  readonly label: 0 | 1;
  readonly source: string;
  readonly language?: string | undefined;
  readonly fold: number;
}

/** A model to train. */
export interface Specification {
  readonly settings: TrainSettings;
  readonly folds: readonly (readonly string[])[];
  rows(data: readonly DataRow[]): Row[];
  /** What the folds' models are judged on. */
  items(data: readonly DataRow[]): Item[];
  /** The benign items that thresholds are fixed on. */
  benign(items: readonly Item[]): Item[];
  /** Share of those that each sensitivity may disturb. */
  readonly rates: Readonly<Record<'low' | 'balanced' | 'high', number>>;
}

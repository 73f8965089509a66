import type { FeatureSettings } from '../src/classify/features.ts';
import type { LexiconRow } from '../src/classify/lexicon.ts';
import type { Model, WindowSettings } from '../src/classify/model.ts';
import { fit, type Fitted } from './fit.ts';
import { makeInstances, type Instances } from './instances.ts';
import type { Row } from './row.ts';

export interface TrainSettings {
  readonly name: string;
  readonly description: string;
  /** Of the one head. */
  readonly label: string;
  readonly features: FeatureSettings;
  readonly windows: WindowSettings;
  readonly lexicon: readonly LexiconRow[];
  /** Words of a training window, and windows of a row at most. */
  readonly size: number;
  readonly perRow: number;
  readonly least: { readonly sources: number; readonly rows: number };
  readonly damping: number;
  readonly epochs: number;
  readonly rate: number;
  readonly penalty: number;
  readonly seed: number;
  /** Power of a source's size that it counts with: 1 each row the same, 0 each source the same. */
  readonly sourcePower: number;
  /** What positives count beside negatives. */
  readonly positives: number;
  /** How raw scores are put together, before calibration: by scale, of the whole, of the logarithm of the pieces. */
  readonly mixture: { readonly scales: readonly number[]; readonly whole: number; readonly pieces: number };
}

/** No instance counts for more than so many. */
const HEAVIEST = 6;
/** Share of the weights that are not cut off when they become bytes. */
const KEPT = 0.9995;

/** Rows as instances, to train several models on parts of them. */
export class Trainer {
  readonly #rows: readonly Row[];
  readonly #settings: TrainSettings;
  readonly #instances: Instances;
  readonly #labels: Uint8Array;

  /** @param rows those of a source one after the other. */
  constructor(rows: readonly Row[], settings: TrainSettings) {
    this.#rows = rows;
    this.#settings = settings;
    this.#instances = makeInstances(rows, settings);
    this.#labels = Uint8Array.from(this.#instances.rowOf, (row) => rows[row]!.label);
  }

  /** A model of the rows that `use` keeps, its head not calibrated: its probability is the sigmoid of the mixture. */
  train(use: (row: Row) => boolean): Model {
    const { settings } = { settings: this.#settings };
    const fitted = fit(this.#instances, this.#labels, { ...settings, weights: this.#weights(use) });
    return quantised(this.#instances, fitted, settings);
  }

  #weights(use: (row: Row) => boolean): Float64Array {
    const { rowOf } = this.#instances;
    const used = this.#rows.map(use);
    const windows = new Uint32Array(this.#rows.length);
    for (const row of rowOf) windows[row]!++;
    const group = ({ source, label }: Row): string => `${label} ${source}`;
    const sizes = new Map<string, number>();
    for (const [i, row] of this.#rows.entries()) if (used[i]) sizes.set(group(row), (sizes.get(group(row)) ?? 0) + 1);
    const weights = new Float64Array(rowOf.length);
    const totals: [number, number] = [0, 0];
    let count = 0;
    for (const [i, index] of rowOf.entries()) {
      if (!used[index]) continue;
      const row = this.#rows[index]!;
      const size = sizes.get(group(row))!;
      weights[i] = ((row.weight ?? 1) * size ** (this.#settings.sourcePower - 1)) / Math.sqrt(windows[index]!);
      totals[row.label] += weights[i]!;
      count++;
    }
    for (const [i, index] of rowOf.entries()) {
      const { label } = this.#rows[index]!;
      const share = label === 1 ? this.#settings.positives : 2 - this.#settings.positives;
      weights[i] = Math.min(HEAVIEST, (weights[i]! * count * share) / 2 / totals[label]);
    }
    return weights;
  }
}

/** A fitted model in bytes; features whose weight comes to nothing are left out. */
function quantised(instances: Instances, { prior, weights }: Fitted, settings: TrainSettings): Model {
  const sizes = Float32Array.from(weights, Math.abs).sort();
  const unit = (sizes[Math.floor(sizes.length * KEPT)] ?? 1) / 127 || 1;
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / unit))));
  const kept = Uint32Array.from(bytes.keys()).filter((i) => bytes[i] !== 0);
  const { name, description, label, features, windows, damping, mixture } = settings;
  return {
    header: {
      name,
      description,
      features,
      windows,
      damping,
      heads: [{ label, prior: rounded(prior), unit: rounded(unit), bias: 0, ...mixture, thresholds: {} }],
    },
    lexicon: settings.lexicon,
    keys: Int32Array.from(kept, (i) => instances.hashes[i]!),
    weights: Int8Array.from(kept, (i) => bytes[i]!),
  };
}

/** To nine digits, so that a file says no more than it means. */
export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

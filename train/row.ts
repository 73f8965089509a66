/** One text of the training data. */
export interface Row {
  readonly text: string;
  readonly label: 0 | 1;
  /** The data set that it comes from, or `generated:<kind>`. */
  readonly source: string;
  readonly kind: string;
  readonly language?: string | undefined;
  /** What it counts beside others of its source. */
  readonly weight?: number;
}

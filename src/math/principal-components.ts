import { columnMeans, covariance, type Matrix, matrix } from './matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** A linear model of data: mean, scale, and the directions of largest variance of what is left. */
export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** What each column is divided by after the mean is taken off: its standard deviation (n - 1), or 1 where `scale` was not asked for or the column is constant. */
  readonly scale: Float64Array;
  /** [components, columns], orthonormal rows. */
  readonly directions: Matrix;
  /** Variance along each direction, descending. */
  readonly variances: Float64Array;
  /** Variances of the directions that are left out, descending. */
  readonly residualVariances: Float64Array;
}

/** @param data [samples, columns], at least two samples. */
export function principalComponents(
  data: Matrix,
  components: number,
  { scale }: { readonly scale: boolean },
): PrincipalComponents {
  if (!(Number.isInteger(components) && components >= 1 && components <= data.columns && data.rows >= 2))
    throw new RangeError(`${components} components of a ${data.rows} by ${data.columns} matrix`);
  const mean = columnMeans(data);
  const cov = covariance(data, mean);
  const d = data.columns;
  const deviations = Float64Array.from({ length: d }, (_, j) => {
    const deviation = Math.sqrt(cov.data[j * d + j]!);
    return scale && deviation > 0 ? deviation : 1;
  });
  const scaled = cov.data.map((value, at) => value / (deviations[Math.floor(at / d)]! * deviations[at % d]!));
  const { values, vectors } = symmetricEigen(matrix(d, d, scaled));
  return {
    mean,
    scale: deviations,
    directions: matrix(components, d, vectors.data.slice(0, components * d)),
    variances: values.slice(0, components),
    residualVariances: values.slice(components),
  };
}

/** Coordinates of one row along the directions, and the squared length of what they leave over. */
export function project(
  model: PrincipalComponents,
  row: ArrayLike<number>,
): { readonly coordinates: Float64Array; readonly residual: number } {
  const { rows, columns, data } = model.directions;
  const centred = new Float64Array(columns);
  for (let j = 0; j < columns; j++) centred[j] = (row[j]! - model.mean[j]!) / model.scale[j]!;
  const coordinates = new Float64Array(rows);
  for (let k = 0; k < rows; k++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += data[k * columns + j]! * centred[j]!;
    coordinates[k] = sum;
  }
  // Taken from the vector itself, not as a difference of squares, which would cancel.
  for (let k = 0; k < rows; k++)
    for (let j = 0; j < columns; j++) centred[j]! -= coordinates[k]! * data[k * columns + j]!;
  let residual = 0;
  for (const value of centred) residual += value * value;
  return { coordinates, residual };
}

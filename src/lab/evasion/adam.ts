/** Adam's direction (Kingma and Ba 2015, Algorithm 1) for one vector: what the learning rate multiplies. */
export interface Adam {
  /** Overwrites `gradient` with the direction. */
  direct(gradient: Float64Array): void;
}

export function adam(size: number, beta1 = 0.9, beta2 = 0.999): Adam {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  let step = 0;
  return {
    direct: (gradient) => {
      step++;
      const first = 1 - beta1 ** step;
      const second = 1 - beta2 ** step;
      for (let f = 0; f < size; f++) {
        mean[f] = beta1 * mean[f]! + (1 - beta1) * gradient[f]!;
        square[f] = beta2 * square[f]! + (1 - beta2) * gradient[f]! ** 2;
        gradient[f] = mean[f]! / first / (Math.sqrt(square[f]! / second) + 1e-8);
      }
    },
  };
}

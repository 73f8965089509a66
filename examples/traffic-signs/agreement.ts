import type { LabelledData } from '../../src/lab/labelled-data.ts';

/** What comes of two models of which both must give the same answer; otherwise the sign is handed to somebody else. */
export interface Agreement {
  /** Shares of the samples. */
  readonly right: number;
  /** Both give the same wrong answer: the danger that is left. */
  readonly wrong: number;
  readonly handedOver: number;
}

export function agreementOf(first: Int32Array, second: Int32Array, data: LabelledData): Agreement {
  let [right, wrong] = [0, 0];
  for (let i = 0; i < data.count; i++) {
    if (first[i] !== second[i]) continue;
    if (first[i] === data.labels[i]) right++;
    else wrong++;
  }
  return {
    right: right / data.count,
    wrong: wrong / data.count,
    handedOver: (data.count - right - wrong) / data.count,
  };
}

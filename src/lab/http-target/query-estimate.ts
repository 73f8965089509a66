import type { HttpAccount } from './http-target.ts';

export interface QueryEstimate {
  /** Samples that are asked at most; null where the attack has no bound and no budget is set. */
  readonly most: number | null;
  /** In the price's currency; null where there is no price or no bound. */
  readonly cost: number | null;
  /** One line for people. */
  readonly line: string;
}

/**
 * What a run can cost at most: every sample is predicted clean, attacked, and predicted once more from the saved bytes.
 * @param perSample bound of the attack, where it has one
 */
export function queryEstimate(
  samples: number,
  perSample: number | undefined,
  { budget, price }: Pick<HttpAccount, 'budget' | 'price'>,
): QueryEstimate {
  const whole = perSample === undefined ? null : samples * (perSample + 2);
  const most = whole === null ? budget : budget === null ? whole : Math.min(whole, budget);
  const cost = price === null || most === null ? null : most * price.perQuery;
  const parts = [
    most === null ? 'queries: no bound (set one with --queries)' : `queries: at most ${most}`,
    ...(whole !== null && budget !== null && whole > budget
      ? [`the attack could ask ${whole}, and stops at the budget`]
      : []),
    ...(cost === null
      ? []
      : [
          `about ${cost >= 0.01 || cost === 0 ? cost.toFixed(2) : String(Number(cost.toPrecision(2)))} ${price!.currency} at most`,
        ]),
  ];
  return { most, cost, line: parts.join('; ') };
}

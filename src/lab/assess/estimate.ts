import { isHttpTarget } from '../http-target/http-target.ts';
import type { Target } from '../target.ts';
import type { AssessStep } from './assessment.ts';
import type { MeasuredCost } from './plan-assessment.ts';
import { QUERIES_A_CHECK } from './query-plan.ts';

/** Money in the currency that a target file declares. */
export interface Cost {
  readonly amount: number;
  readonly currency: string;
}

/** What an assessment will take, before it attacks: what `parapet assess --estimate --json` writes. */
export interface AssessmentEstimate {
  readonly format: 'parapet-assessment-estimate';
  readonly version: 1;
  readonly model: string;
  /** Seconds of one query (one sample of a batch), as measured. */
  readonly secondsPerQuery: number;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly samples: number;
    /** At most; null where the model is not behind HTTP. */
    readonly queries: number | null;
    readonly seconds: number;
    /** At most; null where no price is declared. */
    readonly cost: Cost | null;
  }[];
  /** In all, at most; null where the model is not behind HTTP. */
  readonly queries: number | null;
  /** What may still be asked; null: no bound. */
  readonly queriesLeft: number | null;
  readonly seconds: number;
  /** Null: no limit. */
  readonly budgetSeconds: number | null;
  readonly cost: Cost | null;
}

/** What an assessment takes besides its attacks, in samples. */
export interface BesidesAttacks {
  readonly probe: number;
  readonly clean: number;
  readonly checked: number;
}

/** Adds up a plan: queries, time and money, step by step. */
export function estimateOf(
  target: Target,
  plan: readonly AssessStep[],
  { forward }: MeasuredCost,
  besides: BesidesAttacks,
  budgetSeconds: number | null,
): AssessmentEstimate {
  const account = isHttpTarget(target) ? target.account : null;
  const cost = (queries: number | null): Cost | null =>
    account === null || account.price === null || queries === null
      ? null
      : { amount: queries * account.price.perQuery, currency: account.price.currency };
  const asked = (queries: number | null): { queries: number | null; cost: Cost | null } => {
    const own = account === null ? null : queries;
    return { queries: own, cost: cost(own) };
  };
  const { probe, clean, checked } = besides;
  const passes = checked * QUERIES_A_CHECK;
  const steps: AssessmentEstimate['steps'] = [
    {
      id: 'clean-accuracy',
      title: 'Clean accuracy',
      samples: clean,
      seconds: (clean + probe) * forward,
      ...asked(clean + probe),
    },
    ...plan.map(({ id, title, expectedSamples, queries, expectedSeconds }) => ({
      id,
      title,
      samples: expectedSamples,
      seconds: expectedSeconds,
      ...asked(queries),
    })),
    ...(checked === 0
      ? []
      : [{ id: 'self-checks', title: 'Self-checks', samples: checked, seconds: passes * forward, ...asked(passes) }]),
  ];
  const bounded = account !== null && steps.every(({ queries }) => queries !== null);
  const left = account?.left() ?? null;
  const sum = bounded ? steps.reduce((total, { queries }) => total + queries!, 0) : null;
  const most = sum === null ? left : left === null ? sum : Math.min(sum, left);
  return {
    format: 'parapet-assessment-estimate',
    version: 1,
    model: target.name,
    secondsPerQuery: forward,
    steps,
    queries: account === null ? null : most,
    queriesLeft: left,
    seconds: steps.reduce((total, { seconds }) => total + seconds, 0),
    budgetSeconds,
    cost: account === null ? null : cost(most),
  };
}

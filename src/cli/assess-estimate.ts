import type { AssessmentEstimate, Cost } from '../lab/assess/estimate.ts';
import { formatTable } from './format-table.ts';

/** An estimate for people: a row a step, and what it comes to. */
export function estimateText(found: AssessmentEstimate): string {
  const remote = found.queries !== null;
  const rows = found.steps.map(({ id, samples, queries, seconds, cost }) => [
    id,
    String(samples),
    ...(remote ? [queries === null ? 'no bound' : String(queries)] : []),
    time(seconds),
    ...(found.cost === null ? [] : [cost === null ? '' : money(cost)]),
  ]);
  const head = [
    'step',
    'samples',
    ...(remote ? ['queries at most'] : []),
    'time at most',
    ...(found.cost === null ? [] : ['cost at most']),
  ];
  return `${formatTable(head, rows)}\n${totals(found)}`;
}

function totals({ secondsPerQuery, queries, queriesLeft, seconds, budgetSeconds, cost }: AssessmentEstimate): string {
  const budget = budgetSeconds === null ? 'no limit of time' : `budget ${time(budgetSeconds)}`;
  if (queries === null) return `about ${time(seconds)}, ${budget}`;
  const bound = queriesLeft === null ? 'no bound is set (--queries)' : `${queriesLeft} may be asked`;
  return [
    `queries: at most ${queries}; ${bound}`,
    `measured: ${Number(secondsPerQuery.toPrecision(3))} s a query; about ${time(seconds)} at most, ${budget}`,
    ...(cost === null ? [] : [`cost: about ${money(cost)} at most`]),
  ].join('\n');
}

export function money({ amount, currency }: Cost): string {
  return `${amount >= 0.01 || amount === 0 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)))} ${currency}`;
}

function time(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

import type { SimulationReport } from '../../../src/gateway/admin/api.ts';

type Reason = keyof SimulationReport['notReplayed'];

const WHY: Readonly<Record<Reason, string>> = {
  'not-kept': 'texts were not kept (evidence.content: none)',
  deleted: 'texts were kept and their retention is over',
  masked: 'what was found was masked before it was kept (evidence.content: redacted)',
  altered: 'kept texts are not those that were recorded',
  'not-read': 'refused before any rule read it, or without texts',
};

/** Why exchanges were not replayed, the commonest reason first. */
export function whyNotReplayed(report: SimulationReport): readonly { readonly count: number; readonly why: string }[] {
  return (Object.entries(report.notReplayed) as [Reason, number][])
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ count, why: WHY[reason] ?? reason }));
}

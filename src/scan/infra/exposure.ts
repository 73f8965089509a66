import { type Severity, SEVERITIES } from '../../core/severity.ts';
import { show } from '../agents/show.ts';
import type { Judgement } from '../rule.ts';
import { reachOf, spotOf, type Workload } from './workload.ts';

/** What is published keeps its severity; what only neighbours reach weighs one step less in a cluster and is low in a compose network. */
function weighed(base: Severity, workload: Workload, reach: ReturnType<typeof reachOf>): Severity {
  if (reach === 'published') return base;
  const lower = SEVERITIES[Math.max(SEVERITIES.indexOf('low'), SEVERITIES.indexOf(base) - 1)]!;
  return reach === 'internal' && workload.from !== 'compose' ? lower : 'low';
}

/**
 * A service that lets in whoever reaches it, weighed by who that is. Nothing where only the host itself does.
 * @param says follows the workload's name: `has no API key`
 */
export function openTo(
  workload: Workload,
  base: Severity,
  says: string,
  ...ports: readonly number[]
): Judgement | null {
  const reach = reachOf(workload, ...ports);
  if (reach === 'loopback') return null;
  const whom =
    reach === 'published'
      ? 'and is published'
      : reach === 'internal' && workload.from !== 'compose'
        ? 'and is open to the whole cluster'
        : 'for whoever reaches it';
  return {
    at: spotOf(workload, ...ports),
    severity: weighed(base, workload, reach),
    message: `${titled(workload)} ${says}, ${whom}.`,
  };
}

/** `The service "vllm"`, `The image`. */
export function titled(workload: Workload): string {
  const what = { compose: 'service', kubernetes: 'container', helm: 'value', dockerfile: 'image on', env: 'file' }[
    workload.from
  ];
  return `The ${what} ${show(workload.name)}`;
}

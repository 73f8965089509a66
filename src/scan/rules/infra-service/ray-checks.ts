import { show } from '../../agents/show.ts';
import { leavesOf, type LocatedLeaf, type LocatedScalar } from '../../../formats/located/located.ts';
import { openTo } from '../../infra/exposure.ts';
import { commandLine, isEverywhere, isImage, option, reachOf, variable, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const isRay = (one: Workload): boolean =>
  /\bray start\b/.test(commandLine(one)) ||
  (isImage(one, /(?:^|\/)(?:ray|ray-ml|ray-llm)$/) && /ray/.test(commandLine(one) || 'ray'));

/** Clusters of Ray. */
export const RAY_CHECKS: readonly Check[] = [
  {
    id: 'ray-dashboard-open',
    title: 'Ray dashboard that everybody reaches',
    severity: 'critical',
    meaning: "Ray's dashboard and job API run programs for whoever reaches them; there is no login in front of them.",
    fix: 'Bind the dashboard to 127.0.0.1, keep ports 8265, 10001 and 6379 inside the cluster, and set RAY_AUTH_MODE=token on Ray 2.52 and later.',
    references: ['CVE-2023-48022', 'CVE-2025-62593', 'https://docs.ray.io/en/latest/ray-security/index.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isRay(workload)) return null;
        const host = option(workload, '--dashboard-host');
        const reach = reachOf(workload, 8265, 10001, 6379);
        if (host !== null && isEverywhere(host.text)) {
          const found = openTo(workload, 'critical', 'starts the Ray dashboard on all addresses', 8265, 10001, 6379);
          return found === null ? null : { ...found, at: host.at };
        }
        return reach === 'published'
          ? openTo(workload, 'critical', 'publishes ports of Ray, whose job API has no login', 8265, 10001, 6379)
          : null;
      },
      'infra-objects': ({ objects, lines }) =>
        objects
          .filter(({ kind }) => /^Ray(?:Cluster|Service|Job|CronJob)$/.test(kind))
          .flatMap(({ root, name }): Judgement[] => {
            const leaves = [...leavesOf(root)];
            const last = (path: string): LocatedScalar | undefined =>
              leaves.find((one) => one.path.endsWith(`.headGroupSpec.${path}`))?.node;
            const type = last('serviceType') ?? last('headService.spec.type');
            if (type !== undefined && /^(?:LoadBalancer|NodePort)$/.test(type.text)) {
              const message = `The Ray cluster ${show(name)} publishes its head by a ${type.text}.`;
              return [{ at: lines.place(type.start), message }];
            }
            const host = last('rayStartParams.dashboard-host');
            if (host === undefined || !isEverywhere(host.text) || asksForToken(leaves)) return [];
            const message = `The Ray cluster ${show(name)} starts its dashboard on all addresses, open to the whole cluster.`;
            return [{ at: lines.place(host.start), severity: 'high', message }];
          }),
    },
  },
  {
    id: 'ray-token-auth-off',
    title: 'Ray without token authentication',
    severity: 'medium',
    meaning: 'Since 2.52 Ray can ask callers for a token, and does not unless it is told to.',
    fix: 'Set RAY_AUTH_MODE=token and give RAY_AUTH_TOKEN from a secret.',
    references: ['CVE-2025-34351', 'https://docs.ray.io/en/latest/ray-security/token-auth.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isRay(workload)) return null;
        const mode = variable(workload, 'RAY_AUTH_MODE');
        if (mode === null ? workload.moreEnv && workload.from !== 'dockerfile' : mode.text === 'token') return null;
        return openTo(workload, 'medium', 'runs Ray without RAY_AUTH_MODE=token', 8265, 10001, 6379);
      },
    },
  },
];

/** Ray's token authentication, by KubeRay's `authOptions` or by the variable. */
function asksForToken(leaves: readonly LocatedLeaf[]): boolean {
  return leaves.some(
    ({ path, node }, index) =>
      (path.endsWith('.authOptions.mode') && node.text === 'token') ||
      (node.text === 'RAY_AUTH_MODE' && leaves[index + 1]?.node.text === 'token'),
  );
}

import { asObject, asVersion, has, objectOf, type Probe, versionAt } from './probe.ts';
import { hasMetric } from './serving-probes.ts';

/** What services run on and are watched with. */
export const PLATFORM_PROBES: readonly Probe[] = [
  {
    rule: 'container-engine-open',
    service: 'Docker',
    path: '/version',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'ApiVersion', 'MinAPIVersion', 'Version')
        ? { open: 'answers without a client certificate', version: asVersion(value['Version']) }
        : null;
    },
  },
  {
    rule: 'container-engine-open',
    service: 'a kubelet',
    path: '/pods',
    reads: (answer) => (objectOf(answer)?.['kind'] === 'PodList' ? { open: 'lists its pods without a login' } : null),
  },
  {
    rule: 'container-engine-open',
    service: 'Kubernetes',
    path: '/api/v1/namespaces?limit=1',
    reads: (answer) =>
      objectOf(answer)?.['kind'] === 'NamespaceList' ? { open: 'lists its namespaces without a login' } : null,
    version: versionAt('/version', 'gitVersion'),
  },
  {
    rule: 'mcp-inspector-open',
    service: 'MCP Inspector',
    path: '/config',
    reads: (answer) =>
      has(objectOf(answer), 'defaultEnvironment', 'defaultCommand', 'defaultArgs')
        ? { open: 'takes commands without its token' }
        : null,
  },
  {
    rule: 'metrics-open',
    service: 'Prometheus',
    path: '/api/v1/status/buildinfo',
    reads: (answer) => {
      const value = objectOf(answer);
      const data = asObject(value?.['data']);
      return value?.['status'] === 'success' && has(data, 'version', 'goVersion')
        ? { open: 'answers questions about all that it watches without a login', version: asVersion(data['version']) }
        : null;
    },
  },
  {
    rule: 'metrics-open',
    service: 'Alertmanager',
    path: '/api/v2/status',
    reads: (answer) => {
      const value = objectOf(answer);
      const version = asObject(value?.['versionInfo']);
      return has(value, 'cluster', 'config') && version !== null
        ? { open: 'shows its configuration without a login', version: asVersion(version['version']) }
        : null;
    },
  },
  {
    rule: 'metrics-open',
    service: 'an exporter of metrics',
    path: '/metrics',
    reads: (answer) => {
      const of = (service: string) => ({ open: 'shows its metrics without a login', service });
      if (hasMetric(answer, 'node_')) return of("the node exporter of a machine's metrics");
      if (hasMetric(answer, 'DCGM_FI_')) return of('the exporter of GPU metrics');
      return hasMetric(answer, 'nv_inference_') ? of('Triton') : null;
    },
  },
];

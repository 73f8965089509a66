import type { LineIndex } from '../../formats/located/line-index.ts';
import { itemsOf, type Located, memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import type { Spot } from '../fact.ts';
import type { KubernetesObject } from './infra-fact.ts';
import {
  assignmentsOf,
  type Placed,
  unwrapShell,
  type Workload,
  type WorkloadMount,
  type WorkloadPort,
} from './workload.ts';

/** Objects of one document; a List has those of its items. */
export function kubernetesObjects(root: Located): readonly KubernetesObject[] {
  const kind = textOf(memberAt(root, 'kind'));
  const apiVersion = textOf(memberAt(root, 'apiVersion'));
  if (kind === undefined || apiVersion === undefined || !/^[\w.-]{1,100}(?:\/v\w{1,30})?$/.test(apiVersion)) return [];
  if (kind.endsWith('List') && memberAt(root, 'items') !== undefined)
    return itemsOf(memberAt(root, 'items')).flatMap((item) => kubernetesObjects(item));
  return [
    {
      kind,
      apiVersion,
      name: textOf(memberAt(root, 'metadata', 'name')) ?? textOf(memberAt(root, 'metadata', 'generateName')) ?? '',
      namespace: textOf(memberAt(root, 'metadata', 'namespace')) ?? '',
      root,
    },
  ];
}

/** A pod's specification wherever an object has one, with the labels that services select by. */
interface Pod {
  readonly spec: Located;
  readonly labels: ReadonlyMap<string, string>;
  readonly object: KubernetesObject;
}

const MOST_CONTAINERS = 2000;
const MOST_SERVICES = 2000;
/** Of one container, with those that services give it. */
const MOST_PORTS = 1000;

type Incomplete = (reason: string) => void;

/**
 * Containers of all pods of the objects: of every kind that has a pod's specification anywhere, so also those of operators (RayCluster, InferenceService). Ports
 * are published where a service of the same file makes them so.
 * @param incomplete is told of what a limit leaves out
 */
export function kubernetesWorkloads(
  objects: readonly KubernetesObject[],
  lines: LineIndex,
  incomplete: Incomplete,
): readonly Workload[] {
  const services = objects.filter(({ kind }) => kind === 'Service');
  if (services.length > MOST_SERVICES) incomplete(`services after the first ${MOST_SERVICES}`);
  const known = services.slice(0, MOST_SERVICES);
  const workloads: Workload[] = [];
  for (const { spec, labels, object } of objects.flatMap((one) => podsOf(one))) {
    const selecting = known.filter((service) => selects(service, labels, object));
    for (const list of ['initContainers', 'containers']) {
      for (const container of itemsOf(memberAt(spec, list))) {
        if (workloads.length >= MOST_CONTAINERS) {
          incomplete(`containers after the first ${MOST_CONTAINERS}`);
          return workloads;
        }
        const ports = portsOf(container, spec, selecting, lines);
        if (ports.length > MOST_PORTS) incomplete(`ports of a container after the first ${MOST_PORTS}`);
        workloads.push(workloadOf(container, spec, object, ports.slice(0, MOST_PORTS), lines));
      }
    }
  }
  return workloads;
}

function podsOf(object: KubernetesObject): readonly Pod[] {
  const found: Pod[] = [];
  const search = (node: Located, labels: Located | undefined): void => {
    if (node.kind === 'list') for (const item of node.items) search(item, labels);
    if (node.kind !== 'map') return;
    const own = memberAt(node, 'metadata', 'labels') ?? labels;
    const spec = memberAt(node, 'spec');
    if (spec !== undefined && isPodSpec(spec)) {
      found.push({ spec, labels: labelsOf(own), object });
      return;
    }
    // KServe's InferenceService writes a pod's fields right under `predictor`.
    if (isPodSpec(node)) {
      found.push({ spec: node, labels: labelsOf(own), object });
      return;
    }
    for (const { value } of node.members) search(value, own);
  };
  search(object.root, undefined);
  return found;
}

function isPodSpec(spec: Located): boolean {
  return itemsOf(memberAt(spec, 'containers')).some(
    (one) => memberAt(one, 'name') !== undefined || memberAt(one, 'image') !== undefined,
  );
}

function labelsOf(node: Located | undefined): ReadonlyMap<string, string> {
  return new Map(membersOf(node).map(({ name, value }) => [name, textOf(value) ?? '']));
}

function workloadOf(
  container: Located,
  spec: Located,
  object: KubernetesObject,
  ports: readonly WorkloadPort[],
  lines: LineIndex,
): Workload {
  const place = (node: Located): Spot => lines.place(node.start);
  const placed = (node: Located | undefined): Placed | null => {
    const text = textOf(node);
    return text === undefined ? null : { text, at: place(node!) };
  };
  const words = ['command', 'args'].flatMap((key) =>
    itemsOf(memberAt(container, key)).flatMap((node) => placed(node) ?? []),
  );
  const security = memberAt(container, 'securityContext');
  const podSecurity = memberAt(spec, 'securityContext');
  const either = (key: string): Located | undefined => memberAt(security, key) ?? memberAt(podSecurity, key);
  const powers: Placed[] = [];
  const power = (text: string, node: Located): void => void powers.push({ text, at: place(node) });
  const privileged = memberAt(security, 'privileged');
  if (textOf(privileged) === 'true') power('privileged', privileged!);
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    const node = memberAt(spec, key);
    if (textOf(node) === 'true') power(key, node!);
  }
  for (const node of itemsOf(memberAt(security, 'capabilities', 'add'))) power(`cap:${textOf(node) ?? ''}`, node);
  const seccomp = memberAt(either('seccompProfile'), 'type');
  if (textOf(seccomp) === 'Unconfined') power('unconfined', seccomp!);
  const escalation = memberAt(security, 'allowPrivilegeEscalation');
  const limits = memberAt(container, 'resources', 'limits');
  const nonRoot = textOf(either('runAsNonRoot'));
  const name = textOf(memberAt(container, 'name')) ?? '';
  return {
    from: 'kubernetes',
    name: `${object.name}${object.name === '' || name === '' ? '' : '/'}${name}`,
    image: placed(memberAt(container, 'image')),
    command: unwrapShell(words),
    env: [
      ...itemsOf(memberAt(container, 'env')).flatMap((node) => {
        const key = textOf(memberAt(node, 'name'));
        const value = memberAt(node, 'value');
        return key === undefined || value === undefined
          ? []
          : [{ name: key, text: textOf(value) ?? '', at: place(value) }];
      }),
      ...words.flatMap(({ text, at }) => (/\s/.test(text) ? assignmentsOf(text, at) : [])),
    ],
    moreEnv:
      itemsOf(memberAt(container, 'envFrom')).length > 0 ||
      itemsOf(memberAt(container, 'env')).some((node) => memberAt(node, 'valueFrom') !== undefined),
    ports,
    mounts: mountsOf(container, spec, lines),
    powers,
    user: placed(either('runAsUser')),
    runAsNonRoot: nonRoot === undefined ? null : nonRoot === 'true',
    readOnlyRoot: textOf(memberAt(security, 'readOnlyRootFilesystem')) === 'true',
    escalation: textOf(escalation) === 'false' ? 'denied' : textOf(escalation) === 'true' ? 'allowed' : 'unsaid',
    seccomp: seccomp !== undefined && textOf(seccomp) !== 'Unconfined',
    limits: {
      memory: memberAt(limits, 'memory') !== undefined,
      gpu: membersOf(limits).some(({ name: key }) => /gpu|nvidia\.com|amd\.com/.test(key)),
    },
    at: place(container),
  };
}

function portsOf(
  container: Located,
  spec: Located,
  selecting: readonly KubernetesObject[],
  lines: LineIndex,
): readonly WorkloadPort[] {
  const hostNetwork = textOf(memberAt(spec, 'hostNetwork')) === 'true';
  const named = new Map<string, number>();
  const found: WorkloadPort[] = [];
  for (const node of itemsOf(memberAt(container, 'ports'))) {
    const number = Number(textOf(memberAt(node, 'containerPort')));
    if (!(number > 0)) continue;
    const name = textOf(memberAt(node, 'name'));
    if (name !== undefined) named.set(name, number);
    const host = memberAt(node, 'hostPort') !== undefined || hostNetwork;
    found.push({ container: number, reach: host ? 'published' : 'internal', at: lines.place(node.start) });
  }
  for (const service of selecting) {
    if (found.length > MOST_PORTS) break;
    const type = textOf(memberAt(service.root, 'spec', 'type'));
    for (const node of itemsOf(memberAt(service.root, 'spec', 'ports'))) {
      const target = textOf(memberAt(node, 'targetPort')) ?? textOf(memberAt(node, 'port')) ?? '';
      const number = named.get(target) ?? Number(target);
      if (!(number > 0)) continue;
      const published = type === 'LoadBalancer' || type === 'NodePort';
      found.push({ container: number, reach: published ? 'published' : 'internal', at: lines.place(node.start) });
    }
  }
  return found;
}

function selects(service: KubernetesObject, labels: ReadonlyMap<string, string>, object: KubernetesObject): boolean {
  if (service.namespace !== object.namespace) return false;
  const selector = membersOf(memberAt(service.root, 'spec', 'selector'));
  return selector.length > 0 && selector.every(({ name, value }) => labels.get(name) === textOf(value));
}

function mountsOf(container: Located, spec: Located, lines: LineIndex): readonly WorkloadMount[] {
  const volumes = new Map(
    itemsOf(memberAt(spec, 'volumes')).map((node) => [textOf(memberAt(node, 'name')) ?? '', node] as const),
  );
  return itemsOf(memberAt(container, 'volumeMounts')).map((node): WorkloadMount => {
    const volume = volumes.get(textOf(memberAt(node, 'name')) ?? '');
    const path = textOf(memberAt(volume, 'hostPath', 'path'));
    const claim = memberAt(volume, 'persistentVolumeClaim');
    return {
      source: path ?? textOf(memberAt(claim, 'claimName')) ?? textOf(memberAt(node, 'name')) ?? '',
      target: textOf(memberAt(node, 'mountPath')) ?? '',
      readOnly:
        textOf(memberAt(node, 'readOnly')) === 'true' ||
        textOf(memberAt(claim, 'readOnly')) === 'true' ||
        memberAt(volume, 'configMap') !== undefined ||
        memberAt(volume, 'secret') !== undefined ||
        memberAt(volume, 'projected') !== undefined,
      host: path !== undefined,
      at: lines.place(node.start),
    };
  });
}

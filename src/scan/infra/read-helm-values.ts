import type { LineIndex } from '../../formats/located/line-index.ts';
import { itemsOf, type Located, memberAt, membersOf, textOf } from '../../formats/located/located.ts';
import type { Placed, Workload, WorkloadPort } from './workload.ts';

const MOST_IMAGES = 500;
/** Where charts that write an image as one text keep its tag; an empty one stands for the chart's own version. */
const TAG_BESIDE = ['tag', 'imageTag', 'image_tag', 'imageVersion'];

/**
 * Values of a Helm chart as far as they follow the usual names (helm.sh, "Values Files" and the chart that `helm create` writes): every map with an `image` is a
 * container, with `service`, `securityContext`, `env`, `args`, `resources` beside it. What a chart's templates make of them is not known.
 * @param incomplete is told of what a limit leaves out
 */
export function helmWorkloads(
  root: Located,
  chart: string,
  lines: LineIndex,
  incomplete: (reason: string) => void,
): readonly Workload[] {
  const found: Workload[] = [];
  let images = 0;
  const search = (node: Located, path: string): void => {
    if (node.kind === 'list') for (const [at, item] of node.items.entries()) search(item, `${path}.${at}`);
    if (node.kind !== 'map') return;
    const image = imageOf(node, path.slice(path.lastIndexOf('.') + 1), lines);
    if (image !== null && ++images <= MOST_IMAGES)
      found.push(workloadOf(node, path === '' ? chart : path, image, lines));
    for (const { name, value } of node.members)
      if (name !== 'image') search(value, path === '' ? name : `${path}.${name}`);
  };
  search(root, '');
  if (images > MOST_IMAGES) incomplete(`images of the values after the first ${MOST_IMAGES}`);
  return found;
}

/**
 * @param map what has an `image`: a text, with its tag in it or beside it, or a map
 * @param part the map's own name: a part of a chart that names a tag alone runs the image of that name
 */
function imageOf(map: Located, part: string, lines: LineIndex): Placed | null {
  // The parts of an image may stand right in a map, as those of a model in vLLM's chart, or under another name.
  const apart = ['repository', 'tag'].every((key) => textOf(memberAt(map, key)) !== undefined);
  const node = memberAt(map, 'image') ?? (apart ? map : undefined);
  const text = textOf(node);
  if (text !== undefined) {
    if (text === '') return null;
    const beside = TAG_BESIDE.map((key) => textOf(memberAt(map, key))).find((one) => one !== undefined);
    const tagged = /:[^/]*$|@/.test(text) || beside === undefined ? text : `${text}:${beside || 'chart'}`;
    return { text: tagged, at: lines.place(node!.start) };
  }
  // What holds for all images of a chart, and items of a list, are named after nothing.
  const unnamed = textOf(memberAt(node, 'tag')) === undefined || /^(?:|global|default|\d+)$/.test(part);
  const own = unnamed ? undefined : part;
  const repository =
    ['repository', 'repo', 'name'].map((key) => textOf(memberAt(node, key))).find((one) => one !== undefined) ?? own;
  if (repository === undefined || repository === '') return null;
  const registry = textOf(memberAt(node, 'registry'));
  const tag = textOf(memberAt(node, 'tag'));
  const digest = textOf(memberAt(node, 'digest'));
  const name = `${registry === undefined || registry === '' ? '' : `${registry}/`}${repository}`;
  // Without a tag a chart takes its own version, which is a fixed one.
  const suffix =
    digest !== undefined && digest !== '' ? `@${digest}` : tag === undefined || tag === '' ? ':chart' : `:${tag}`;
  const place = memberAt(map, 'image') === undefined ? memberAt(node, 'repository')! : node!;
  return { text: `${name}${suffix}`, at: lines.place(place.start) };
}

function workloadOf(node: Located, name: string, image: Placed, lines: LineIndex): Workload {
  const security = memberAt(node, 'securityContext') ?? memberAt(node, 'containerSecurityContext');
  const pod = memberAt(node, 'podSecurityContext');
  const powers: Placed[] = [];
  const power = (text: string, at: Located): void => void powers.push({ text, at: lines.place(at.start) });
  for (const [key, where] of [
    ['privileged', security],
    ['hostNetwork', node],
    ['hostPID', node],
    ['hostIPC', node],
  ] as const) {
    const value = memberAt(where, key);
    if (textOf(value) === 'true') power(key, value!);
  }
  for (const one of itemsOf(memberAt(security, 'capabilities', 'add'))) power(`cap:${textOf(one) ?? ''}`, one);
  const type = memberAt(node, 'service', 'type');
  const published = /^(?:LoadBalancer|NodePort)$/.test(textOf(type) ?? '');
  const ports: WorkloadPort[] = ['port', 'targetPort', 'containerPort'].flatMap((key) => {
    const number = Number(textOf(memberAt(node, 'service', key)));
    return number > 0
      ? [
          {
            container: number,
            reach: published ? ('published' as const) : ('internal' as const),
            at: lines.place((type ?? node).start),
          },
        ]
      : [];
  });
  const words = ['command', 'args', 'extraArgs'].flatMap((key) =>
    itemsOf(memberAt(node, key)).flatMap((item) => {
      const text = textOf(item);
      return text === undefined ? [] : [{ text, at: lines.place(item.start) }];
    }),
  );
  const escalation = textOf(memberAt(security, 'allowPrivilegeEscalation'));
  const nonRoot = textOf(memberAt(security, 'runAsNonRoot') ?? memberAt(pod, 'runAsNonRoot'));
  const user = memberAt(security, 'runAsUser') ?? memberAt(pod, 'runAsUser');
  const limits = memberAt(node, 'resources', 'limits');
  return {
    from: 'helm',
    name,
    image,
    command: words,
    env: [
      ...['env', 'extraEnv', 'extraEnvVars', 'environment'].flatMap((key) => environment(memberAt(node, key), lines)),
      ...(/(?:^|\.)minio$/i.test(name) ? objectStoreLogin(node, lines) : []),
    ],
    moreEnv: true,
    ports,
    mounts: [],
    powers,
    user: textOf(user) === undefined ? null : { text: textOf(user)!, at: lines.place(user!.start) },
    runAsNonRoot: nonRoot === undefined ? null : nonRoot === 'true',
    readOnlyRoot: textOf(memberAt(security, 'readOnlyRootFilesystem')) === 'true',
    escalation: escalation === 'false' ? 'denied' : escalation === 'true' ? 'allowed' : 'unsaid',
    seccomp: memberAt(security, 'seccompProfile') !== undefined || memberAt(pod, 'seccompProfile') !== undefined,
    limits: {
      memory: memberAt(limits, 'memory') !== undefined,
      gpu: membersOf(limits).some(({ name: key }) => /gpu|nvidia/.test(key)),
    },
    at: lines.place(node.start),
  };
}

/** The chart of MinIO, which others bring along, takes its login from values that become these variables. */
function objectStoreLogin(node: Located, lines: LineIndex): (Placed & { readonly name: string })[] {
  return [
    ['MINIO_SECRET_KEY', memberAt(node, 'secretKey')],
    ['MINIO_ROOT_PASSWORD', memberAt(node, 'rootPassword') ?? memberAt(node, 'auth', 'rootPassword')],
  ].flatMap(([name, value]) => {
    const text = textOf(value as Located | undefined);
    return text === undefined ? [] : [{ name: name as string, text, at: lines.place((value as Located).start) }];
  });
}

function environment(node: Located | undefined, lines: LineIndex): (Placed & { readonly name: string })[] {
  const pairs = membersOf(node).flatMap(({ name, value }) => {
    const text = textOf(value);
    return text === undefined ? [] : [{ name, text, at: lines.place(value.start) }];
  });
  const listed = itemsOf(node).flatMap((item) => {
    const name = textOf(memberAt(item, 'name'));
    const value = memberAt(item, 'value');
    return name === undefined || value === undefined
      ? []
      : [{ name, text: textOf(value) ?? '', at: lines.place(value.start) }];
  });
  return [...pairs, ...listed];
}

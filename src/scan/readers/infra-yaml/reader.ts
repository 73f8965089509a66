import { decodeLoose } from '../../../formats/decode-text.ts';
import { LineIndex } from '../../../formats/located/line-index.ts';
import { type Located, memberAt } from '../../../formats/located/located.ts';
import { parseYamlDocuments } from '../../../formats/located/yaml.ts';
import { imageUse } from '../../advisories/package-use.ts';
import { type Artifact, extensionOf } from '../../artifact.ts';
import { composeWorkloads, isCompose } from '../../infra/read-compose.ts';
import { helmWorkloads } from '../../infra/read-helm-values.ts';
import { kubernetesObjects, kubernetesWorkloads } from '../../infra/read-kubernetes.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 8 << 20;

/** Compose files, Kubernetes manifests, values of Helm charts, workflows of GitHub Actions: YAML that decides what runs where. */
export const infraYaml: Reader<'infra-yaml'> = {
  id: 'infra-yaml',
  title: 'infrastructure as YAML',
  extensions: [],
  sniff: ({ name, head }) => /^\.ya?ml$/.test(extensionOf(name)) && !head.includes(0),
  read: (artifact, observer) => {
    const { source } = artifact;
    const path = pathOf(artifact);
    const named = kindByName(path);
    // Only the text could say that it is none of these.
    if (source.size > MAX_BYTES)
      return observer.incomplete(`a ${named ?? 'YAML file'} of ${source.size} bytes is not read`);
    const text = decodeLoose(source.read(0, source.size));
    const lines = new LineIndex(text);
    const manifest = /^apiVersion:/m.test(text) && /^kind:/m.test(text);
    const marked = manifest || /^(?:services|jobs|runs):/m.test(text);
    if (isTemplate(path, text)) {
      if (manifest || named !== null)
        observer.incomplete('a Helm template is not rendered; scan what "helm template" prints');
      return;
    }
    const roots: Located[] = [];
    for (const document of parseYamlDocuments(text)) {
      if (document.ok) roots.push(document.root);
      else if (document.limit === true || named !== null || marked)
        observer.incomplete(`the ${named ?? 'YAML'} cannot be read: ${document.reason}`, lines.place(document.at));
    }
    const [root] = roots;
    if (root === undefined) return;
    if (named === 'workflow' || isWorkflow(root)) {
      const idle = /(?:^|\/)\.github\/workflows\/[^/]+\/./.test(path);
      observer.fact({ kind: 'infra-workflow', ...lines.place(root.start), root, lines, idle });
      return;
    }
    const objects = roots.flatMap((one) => kubernetesObjects(one));
    const workloads =
      objects.length > 0
        ? kubernetesWorkloads(objects, lines, (reason) => observer.incomplete(reason))
        : isCompose(root)
          ? composeWorkloads(root, lines)
          : named === 'values file'
            ? helmWorkloads(root, chartOf(path), lines, (reason) => observer.incomplete(reason))
            : [];
    for (const workload of workloads) {
      observer.fact({ kind: 'infra-workload', ...workload.at, workload });
      const use = imageUse(workload);
      if (use !== null) observer.fact(use);
    }
    if (objects.length > 0)
      observer.fact({ kind: 'infra-objects', ...lines.place(root.start), objects, workloads, lines });
  },
};

function pathOf({ name, members }: Artifact): string {
  return (members.length === 0 ? name : members.join('/')).replaceAll('\\', '/');
}

function kindByName(path: string): 'compose file' | 'workflow' | 'values file' | null {
  if (/(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/i.test(path)) return 'compose file';
  if (/(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /(?:^|\/)action\.ya?ml$/.test(path)) return 'workflow';
  return /(?:^|\/)values[\w.-]*\.ya?ml$/i.test(path) ? 'values file' : null;
}

/** A file of a chart with `{{ … }}` outside of comments. */
function isTemplate(path: string, text: string): boolean {
  return /(?:^|\/)templates\//.test(path) && /\{\{-?\s*[\w.$(/"]/.test(text);
}

function isWorkflow(root: Located): boolean {
  const jobs = memberAt(root, 'jobs');
  if (jobs?.kind !== 'map') return memberAt(root, 'runs', 'using') !== undefined;
  return (
    jobs.members.some(({ value }) => memberAt(value, 'steps') !== undefined || memberAt(value, 'uses') !== undefined) &&
    (memberAt(root, 'on') !== undefined || memberAt(root, 'true') !== undefined)
  );
}

function chartOf(path: string): string {
  return path.split('/').at(-2) ?? 'chart';
}

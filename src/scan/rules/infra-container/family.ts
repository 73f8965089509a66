import type { Severity } from '../../../core/severity.ts';
import { itemsOf, memberAt, membersOf, textOf } from '../../../formats/located/located.ts';
import { show } from '../../agents/show.ts';
import { titled } from '../../infra/exposure.ts';
import { imageName, isImage, commandLine, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import { type Check, defineFamily } from '../../rule-family.ts';

/** Ports on which model servers, stores and builders of agents listen. */
const AI_PORTS: ReadonlySet<number> = new Set([
  3000, 4000, 5000, 6006, 6333, 6334, 7860, 8000, 8001, 8002, 8080, 8081, 8188, 8265, 8501, 8888, 9000, 9091, 10001,
  11434, 19530, 30000, 50051,
]);
const AI_IMAGE =
  /(?:^|\/)(?:vllm[\w-]*|sglang|text-generation-inference|text-embeddings-inference|tritonserver|ollama|torchserve[\w-]*|llama\.cpp|mlflow|litellm[\w-]*|langflow|flowise|n8n|open-webui|comfyui|qdrant|weaviate|milvus|chroma|ray(?:-ml)?|dify-[\w-]+|langfuse[\w-]*|phoenix|jupyter[\w-]*|[\w-]+-notebook|kserve[\w-]*|localai|xinference|pytorch|tensorflow|cuda)$/;
const isAi = (one: Workload): boolean =>
  isImage(one, AI_IMAGE) || /vllm|sglang|ollama|tritonserver|mlflow|torchserve|jupyter/.test(commandLine(one));

const DANGEROUS = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_PTRACE',
  'SYS_MODULE',
  'NET_ADMIN',
  'DAC_READ_SEARCH',
  'SYS_RAWIO',
  'BPF',
]);

/** Folders of the host by which a container reaches it: what that weighs where it may write, and where it may only read. */
const HOST_FOLDERS: readonly (readonly [RegExp, Severity, Severity])[] = [
  [
    /^\/(?:etc|root|proc|sys|boot|run|run\/containerd|var|var\/run|var\/lib|var\/lib\/(?:docker|containerd|kubelet))?\/?$/,
    'high',
    'medium',
  ],
  // Programs that the host itself runs.
  [/^\/(?:usr|bin|sbin|lib|lib64|usr\/(?:local\/)?(?:bin|sbin|lib))\/?$/, 'high', 'low'],
  [/^(?:\/(?:dev|home)|~|\$HOME|\$\{HOME\})\/?$/, 'medium', 'low'],
];

const CHECKS: readonly Check[] = [
  {
    id: 'container-escape',
    title: 'Container without walls',
    severity: 'high',
    meaning:
      "Who breaks into a container with the host's rights, its container engine, its network or its file system is on the host.",
    fix: 'Take the right away; give a GPU by the device plugin or `gpus`, and name single capabilities.',
    references: [
      'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
      'https://docs.docker.com/engine/security/',
    ],
    taxonomy: ['CWE-250', 'CWE-269'],
    judge: {
      'infra-workload': ({ workload }) => {
        const found: Judgement[] = workload.powers.flatMap(({ text, at }): Judgement[] => {
          if (text === 'privileged')
            return [{ at, message: `${titled(workload)} is privileged: it has all rights on the host.` }];
          if (text === 'unconfined')
            return [{ at, severity: 'medium', message: `${titled(workload)} may use every system call.` }];
          if (text === 'unmasked')
            return [{ at, severity: 'medium', message: `${titled(workload)} has all of /proc and /sys.` }];
          if (text === 'unguarded')
            return [
              { at, severity: 'low', message: `${titled(workload)} runs without AppArmor or SELinux around it.` },
            ];
          if (text.startsWith('cap:')) {
            const capability = text.slice(4).replace(/^CAP_/i, '').toUpperCase();
            return DANGEROUS.has(capability)
              ? [
                  {
                    at,
                    severity: capability === 'ALL' || capability === 'SYS_ADMIN' ? 'high' : 'medium',
                    message: `${titled(workload)} has the capability ${capability}.`,
                  },
                ]
              : [];
          }
          const shared = { hostNetwork: 'network', hostPID: 'processes', hostIPC: 'shared memory' }[text];
          return shared === undefined
            ? []
            : [
                {
                  at,
                  severity: text === 'hostIPC' ? 'low' : 'medium',
                  message: `${titled(workload)} shares the ${shared} of the host.`,
                },
              ];
        });
        for (const { source, host, readOnly, at } of workload.mounts) {
          if (!host && !/docker\.sock|containerd\.sock|crio\.sock/.test(source)) continue;
          if (/(?:docker|containerd|crio|podman)\.sock$/.test(source))
            found.push({ at, message: `${titled(workload)} may drive the container engine of the host.` });
          else {
            const severity = HOST_FOLDERS.find(([pattern]) => pattern.test(source))?.[readOnly ? 2 : 1];
            if (severity !== undefined)
              found.push({
                at,
                severity,
                message: `${titled(workload)} has ${source === '/' ? 'the whole disk' : show(source, 60)} of the host.`,
              });
          }
        }
        return found;
      },
    },
  },
  {
    id: 'container-not-hardened',
    title: 'Container that runs as root, or may become it',
    severity: 'low',
    meaning: 'A flaw in the server is then a flaw of root in the container, from which the way to the host is shorter.',
    fix: 'runAsNonRoot: true (or USER, user:), allowPrivilegeEscalation: false, seccompProfile RuntimeDefault, readOnlyRootFilesystem: true.',
    references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/'],
    taxonomy: ['CWE-250'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isAi(workload) && workload.from !== 'dockerfile') return null;
        const root = workload.user !== null && /^(?:0|root)(?::|$)/.test(workload.user.text);
        if (root) return { at: workload.user!.at, severity: 'low', message: `${titled(workload)} runs as root.` };
        if (workload.escalation === 'allowed') return { message: `${titled(workload)} may gain rights.` };
        if (workload.from === 'kubernetes' && workload.runAsNonRoot !== true && workload.user === null)
          return { severity: 'info', message: `${titled(workload)} does not say that it must not be root.` };
        return null;
      },
    },
  },
  {
    id: 'image-not-pinned',
    title: 'Image whose content can change',
    severity: 'low',
    meaning: 'A tag such as latest stands for another image tomorrow; whoever takes over the name decides what runs.',
    fix: 'Name a version and its digest (image:1.2.3@sha256:…).',
    references: [
      'https://docs.docker.com/build/building/best-practices/#pin-base-image-versions',
      'https://slsa.dev/spec/v1.1/threats',
    ],
    taxonomy: ['CWE-494', 'CWE-1357', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        const image = workload.image?.text ?? '';
        if (image === '' || image === 'scratch' || /@sha256:[0-9a-f]{64}$/.test(image) || /\$/.test(image)) return null;
        if (workload.from === 'helm' && image.endsWith(':chart')) return null;
        const tag = /:([^:/]{1,128})$/.exec(image)?.[1];
        const moving =
          tag === undefined ||
          /^(?:latest|main|master|dev|nightly|edge|stable|release|latest-[\w.-]+|[\w.-]+-latest)$/i.test(tag);
        if (!moving) return null;
        return {
          at: workload.image!.at,
          severity: isAi(workload) ? 'medium' : 'low',
          message: `${titled(workload)} runs whatever ${show(imageName(workload), 100)}${tag === undefined ? '' : `:${tag}`} is that day.`,
        };
      },
    },
  },
  {
    id: 'service-published',
    title: 'Model service that is published by the cluster',
    severity: 'medium',
    meaning: 'A load balancer or node port makes the port reachable from outside, past every gateway.',
    fix: 'Use ClusterIP, and let in through a gateway or an ingress with a login.',
    references: ['https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types'],
    taxonomy: ['CWE-668', 'AML.T0049'],
    judge: {
      'infra-objects': ({ objects, workloads, lines }) =>
        objects
          .filter(({ kind }) => kind === 'Service')
          .flatMap(({ root, name }): Judgement[] => {
            const type = memberAt(root, 'spec', 'type');
            if (
              !/^(?:LoadBalancer|NodePort)$/.test(textOf(type) ?? '') ||
              memberAt(root, 'spec', 'loadBalancerSourceRanges') !== undefined
            )
              return [];
            const annotations = membersOf(memberAt(root, 'metadata', 'annotations'));
            if (
              annotations.some(
                ({ name: key, value }) => /internal/.test(key) && !/^(?:false|0)$/.test(textOf(value) ?? ''),
              )
            )
              return [];
            const ai = workloads.some(isAi) || AI_NAME.test(name);
            const port = itemsOf(memberAt(root, 'spec', 'ports')).some((one) =>
              AI_PORTS.has(Number(textOf(memberAt(one, 'targetPort')) ?? textOf(memberAt(one, 'port')))),
            );
            return ai && port
              ? [
                  {
                    at: lines.place(type!.start),
                    message: `The service ${show(name)} is published by a ${textOf(type)}.`,
                  },
                ]
              : [];
          }),
    },
  },
  {
    id: 'ingress-without-auth',
    title: 'Ingress to a model without a login',
    severity: 'medium',
    meaning: 'The ingress lets everybody through to a server that has no login of its own, or a weak one.',
    fix: 'Set the annotations of your ingress controller for a login (auth-url, auth-type), or put a gateway between.',
    references: [
      'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#authentication',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-objects': ({ objects, lines }) =>
        objects
          .filter(
            ({ kind, root, name }) => kind === 'Ingress' && AI_NAME.test(`${name} ${JSON.stringify(backends(root))}`),
          )
          .flatMap(({ root, name }): Judgement[] => {
            const annotations = membersOf(memberAt(root, 'metadata', 'annotations'));
            if (
              annotations.some(({ name: key }) => /auth|oauth|oidc|whitelist-source-range|middlewares|jwt/i.test(key))
            )
              return [];
            const behind = backends(root);
            // Another gateway comes next, and asks or does not.
            if (behind.length > 0 && behind.every((one) => /gateway|oauth2?-?proxy|envoy|authelia|pomerium/i.test(one)))
              return [];
            const at = lines.place(root.start);
            const says = (key: RegExp, value: RegExp): boolean =>
              annotations.some((one) => key.test(one.name) && value.test(textOf(one.value) ?? ''));
            if (says(/ssl-passthrough$/, /^true$/i))
              return [
                {
                  at,
                  severity: 'low',
                  message: `The ingress ${show(name)} hands connections through unopened; only the server behind it can ask for a login.`,
                },
              ];
            return says(/scheme$|load-balancer-type$|ingress\.class$/, /internal/i)
              ? [
                  {
                    at,
                    severity: 'low',
                    message: `The ingress ${show(name)} asks nobody of the inner network for a login.`,
                  },
                ]
              : [{ at, message: `The ingress ${show(name)} asks nobody for a login.` }];
          }),
    },
  },
  {
    id: 'network-policy-missing',
    title: 'Model server that every pod reaches',
    severity: 'info',
    meaning: 'Without a NetworkPolicy any pod of the cluster may use the server, and the server may reach everything.',
    fix: 'Add a NetworkPolicy that lets in what needs it, and lets out what is needed.',
    references: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
    taxonomy: ['CWE-923'],
    judge: {
      'infra-objects': ({ objects, workloads }) => {
        const own = workloads.filter(isAi);
        if (
          own.length === 0 ||
          objects.some(({ kind }) => kind.endsWith('NetworkPolicy')) ||
          !objects.some(({ kind }) => kind === 'Service')
        )
          return null;
        return { at: own[0]!.at, message: `${titled(own[0]!)} has no NetworkPolicy beside it in this file.` };
      },
    },
  },
  {
    id: 'no-resource-limits',
    title: 'Model server without limits',
    severity: 'info',
    meaning: 'One request or one caller can take the memory of the node, and with it everything else that runs there.',
    fix: 'Set limits for memory and GPUs, and a rate limit in front.',
    references: [
      'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
      'https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/',
    ],
    taxonomy: ['CWE-770', 'AML.T0029'],
    judge: {
      'infra-workload': ({ workload }) =>
        isAi(workload) && workload.from === 'kubernetes' && !workload.limits.memory
          ? { message: `${titled(workload)} has no limit of memory.` }
          : null,
    },
  },
];

const AI_NAME =
  /llm|vllm|ollama|model|inference|predict|serving|triton|embedding|mlflow|ray|jupyter|notebook|langflow|flowise|n8n|webui|gpt|chat|qdrant|milvus|weaviate|chroma/i;

/** Names of what an ingress leads to. */
function backends(root: Parameters<typeof memberAt>[0]): readonly string[] {
  return itemsOf(memberAt(root, 'spec', 'rules')).flatMap((rule) =>
    itemsOf(memberAt(rule, 'http', 'paths')).map((path) => textOf(memberAt(path, 'backend', 'service', 'name')) ?? ''),
  );
}

/** Containers and what a cluster opens to them. */
export const infraContainer = defineFamily(
  { id: 'infra-container', threats: ['denial-of-service', 'model-extraction'] },
  CHECKS,
);

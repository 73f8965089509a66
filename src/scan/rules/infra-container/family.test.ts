import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamily, type FamilyFixture, scanFixture } from '../../testing/check-family.ts';
import { compose, docker, file, manifest, pod } from '../../testing/infra-fixtures.ts';
import { infraContainer } from './family.ts';

const VLLM = 'image: vllm/vllm-openai:v0.12.0';
const deployment = (...more: readonly string[]): ReturnType<typeof manifest> =>
  manifest(
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: { name: vllm }',
    'spec:',
    '  template:',
    '    metadata: { labels: { app: vllm } }',
    '    spec:',
    '      containers:',
    '      - name: vllm',
    `        ${VLLM}`,
    '        ports: [{ containerPort: 8000 }]',
    ...more,
  );
const service = (type: string, ...more: readonly string[]): readonly string[] => [
  '---',
  'apiVersion: v1',
  'kind: Service',
  'metadata:',
  '  name: vllm',
  ...more,
  'spec:',
  `  type: ${type}`,
  '  selector: { app: vllm }',
  '  ports: [{ port: 80, targetPort: 8000 }]',
];

checkFamily(infraContainer, {
  'container-escape': {
    bad: [
      pod(['name: a', 'image: a:1', 'securityContext: { privileged: true }']),
      pod(['name: a', 'image: a:1'], ['hostNetwork: true']),
      compose('image: a:1', 'privileged: true'),
      compose('image: a:1', 'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
      compose('image: a:1', 'cap_add: [SYS_ADMIN]'),
      compose('image: a:1', 'volumes: ["/:/host"]'),
      manifest(
        'apiVersion: v1',
        'kind: List',
        'items:',
        '- apiVersion: batch/v1',
        '  kind: CronJob',
        '  metadata: { name: c }',
        '  spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: a, image: "a:1", securityContext: { capabilities: { add: [ALL] } } }] } } } } }',
      ),
    ],
    line: 9,
    good: [
      pod([
        'name: a',
        'image: a:1',
        'securityContext: { privileged: false, capabilities: { add: [NET_BIND_SERVICE] } }',
      ]),
      compose(
        'image: a:1',
        'volumes: ["./data:/data", "/dev/dri:/dev/dri", "/lib/modules:/lib/modules:ro", "/etc/localtime:/etc/localtime:ro"]',
      ),
    ],
  },
  'container-not-hardened': {
    bad: [
      docker('FROM python:3.12', 'USER root'),
      pod(['name: a', VLLM]),
      pod(['name: a', VLLM, 'securityContext: { allowPrivilegeEscalation: true }']),
    ],
    line: 2,
    good: [docker('FROM python:3.12', 'USER 1000'), pod(['name: a', VLLM, 'securityContext: { runAsNonRoot: true }'])],
  },
  'image-not-pinned': {
    bad: [
      compose('image: ollama/ollama'),
      compose('image: ollama/ollama:latest'),
      pod(['name: a', 'image: vllm/vllm-openai:nightly']),
      docker('FROM nvidia/cuda'),
      file('values.yaml', 'server:', '  image: pytorch/torchserve-kfs', '  tag: latest'),
      file('values.yaml', 'server:', '  image: pytorch/torchserve-kfs'),
      file('values.yaml', 'models:', '- name: opt', '  repository: vllm/vllm-openai', '  tag: latest'),
    ],
    line: 3,
    good: [
      compose('image: ollama/ollama:0.12.0'),
      compose(`image: ollama/ollama:latest@sha256:${'a'.repeat(64)}`),
      compose('image: localhost:5000/x:1.2'),
      docker('FROM scratch'),
      docker('FROM python:3.12 AS build', 'FROM build', 'USER 1000'),
      // A chart that writes the image as a text has its tag beside it; an empty one is the chart's own version.
      file('values.yaml', 'server:', '  image: pytorch/torchserve-kfs', '  tag: 0.9.0'),
      file('values.yaml', 'agent:', '  image: kserve/kserve-agent', "  tag: ''"),
      file('values.yaml', 'global:', '  image: { tag: latest }'),
      file('values.yaml', 'weaviate:', '  image: { repo: semitechnologies/weaviate, tag: 1.34.0 }'),
    ],
  },
  'service-published': {
    bad: [deployment(...service('LoadBalancer')), deployment(...service('NodePort'))],
    good: [
      deployment(...service('ClusterIP')),
      deployment(
        ...service('LoadBalancer', '  annotations: { service.beta.kubernetes.io/aws-load-balancer-internal: "true" }'),
      ),
      manifest(
        'apiVersion: v1',
        'kind: Service',
        'metadata: { name: shop }',
        'spec: { type: LoadBalancer, selector: { app: shop }, ports: [{ port: 443 }] }',
      ),
    ],
  },
  'ingress-without-auth': {
    bad: [
      manifest(
        'apiVersion: networking.k8s.io/v1',
        'kind: Ingress',
        'metadata: { name: llm }',
        'spec: { rules: [{ http: { paths: [{ path: /, backend: { service: { name: vllm } } }] } }] }',
      ),
    ],
    good: [
      manifest(
        'apiVersion: networking.k8s.io/v1',
        'kind: Ingress',
        'metadata: { name: llm, annotations: { nginx.ingress.kubernetes.io/auth-url: "https://a.example" } }',
        'spec: {}',
      ),
      manifest('apiVersion: networking.k8s.io/v1', 'kind: Ingress', 'metadata: { name: shop }', 'spec: {}'),
      // Another gateway comes next.
      manifest(
        'apiVersion: networking.k8s.io/v1',
        'kind: Ingress',
        'metadata: { name: llm-serving }',
        'spec: { rules: [{ http: { paths: [{ path: /, backend: { service: { name: istio-ingressgateway } } }] } }] }',
      ),
    ],
  },
  'network-policy-missing': {
    bad: [deployment(...service('ClusterIP'))],
    good: [
      deployment(
        ...service('ClusterIP'),
        '---',
        'apiVersion: networking.k8s.io/v1',
        'kind: NetworkPolicy',
        'metadata: { name: n }',
        'spec: { podSelector: {} }',
      ),
    ],
  },
  'no-resource-limits': {
    bad: [pod(['name: a', VLLM])],
    good: [pod(['name: a', VLLM, 'resources: { limits: { memory: 32Gi } }'])],
  },
});

const told = (fixture: FamilyFixture, id: string): readonly string[] =>
  scanFixture(fixture)
    .findings.filter(({ rule }) => rule === id)
    .map(({ severity, message }) => `${severity}: ${message}`);

test('what a container may do is named for what it is', () => {
  const of = (...lines: readonly string[]): readonly string[] =>
    told(compose('image: a:1', ...lines), 'container-escape');
  assert.deepEqual(of('security_opt: ["seccomp:unconfined"]'), [
    'medium: The service "one" may use every system call.',
  ]);
  assert.deepEqual(of('security_opt: ["apparmor:unconfined"]'), [
    'low: The service "one" runs without AppArmor or SELinux around it.',
  ]);
  assert.deepEqual(of('security_opt: ["systempaths=unconfined"]'), [
    'medium: The service "one" has all of /proc and /sys.',
  ]);
  assert.deepEqual(of('volumes: ["/usr:/host/usr"]'), ['high: The service "one" has "/usr" of the host.']);
  assert.deepEqual(of('volumes: ["/usr:/host/usr:ro"]'), ['low: The service "one" has "/usr" of the host.']);
  assert.deepEqual(of('volumes: ["/run:/run"]'), ['high: The service "one" has "/run" of the host.']);
  assert.deepEqual(of('volumes: ["~:/home/me"]'), ['medium: The service "one" has "~" of the host.']);
});

test('a line that several containers share is told once', () => {
  const sidecars = manifest(
    'apiVersion: v1',
    'kind: Pod',
    'metadata: { name: p }',
    'spec:',
    '  hostPID: true',
    '  containers:',
    '  - { name: a, image: "a:1" }',
    '  - { name: b, image: "b:1" }',
  );
  assert.deepEqual(told(sidecars, 'container-escape'), [
    'medium: The container "p/a" shares the processes of the host.',
  ]);
  const anchors = file(
    'compose.yaml',
    'x-ollama: &ollama',
    '  image: ollama/ollama',
    '  ports: ["11434:11434"]',
    'services:',
    '  cpu:',
    '    <<: *ollama',
    '  gpu:',
    '    <<: *ollama',
  );
  assert.deepEqual(told(anchors, 'ollama-exposed'), [
    'high: The service "cpu" runs Ollama, which has no login, and is published.',
  ]);
  assert.equal(told(anchors, 'image-not-pinned').length, 1);
});

test('an ingress that only the inner network reaches, or that does not open connections, weighs less', () => {
  const ingress = (annotation: string): readonly string[] =>
    told(
      manifest(
        'apiVersion: networking.k8s.io/v1',
        'kind: Ingress',
        `metadata: { name: llm, annotations: { ${annotation} } }`,
        'spec: { rules: [{ http: { paths: [{ path: /, backend: { service: { name: vllm } } }] } }] }',
      ),
      'ingress-without-auth',
    );
  assert.match(ingress('a: b')[0]!, /^medium: /);
  assert.match(ingress('alb.ingress.kubernetes.io/scheme: internal')[0]!, /^low: .* of the inner network/);
  assert.match(ingress('alb.ingress.kubernetes.io/scheme: internet-facing')[0]!, /^medium: /);
  assert.match(ingress('nginx.ingress.kubernetes.io/ssl-passthrough: "true"')[0]!, /^low: .* unopened/);
});

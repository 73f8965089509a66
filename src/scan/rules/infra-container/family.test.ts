import { checkFamily } from '../../testing/check-family.ts';
import { compose, docker, manifest, pod } from '../../testing/infra-fixtures.ts';
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
      compose('image: a:1', 'volumes: ["./data:/data"]'),
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
    ],
    line: 3,
    good: [
      compose('image: ollama/ollama:0.12.0'),
      compose(`image: ollama/ollama:latest@sha256:${'a'.repeat(64)}`),
      compose('image: localhost:5000/x:1.2'),
      docker('FROM scratch'),
      docker('FROM python:3.12 AS build', 'FROM build', 'USER 1000'),
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

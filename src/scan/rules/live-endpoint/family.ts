import { type Check, defineFamily } from '../../rule-family.ts';

/** Rules that a live endpoint alone can show: `parapet scan URL --probe` finds them, and no file does. */
const CHECKS: readonly Check[] = [
  {
    id: 'endpoint-certificate',
    title: 'Certificate that clients refuse',
    severity: 'medium',
    meaning:
      'Whoever uses the service must turn the check of certificates off, and then takes anybody in between for it.',
    fix: 'Give it a certificate for its name by an authority that its clients trust; for one of your own, set NODE_EXTRA_CA_CERTS for this command.',
    references: ['https://www.rfc-editor.org/rfc/rfc9325', 'https://nodejs.org/api/cli.html#node_extra_ca_certsfile'],
    taxonomy: ['CWE-295'],
    judge: {},
  },
  {
    id: 'inference-open',
    title: 'Inference server without a key',
    severity: 'medium',
    meaning: 'The server answers whoever reaches it, at your cost, and models can be copied by asking them.',
    fix: 'Bind it to 127.0.0.1 or a network of its own, and put a gateway with keys in front of it.',
    references: [
      'https://kserve.github.io/website/',
      'https://docs.bentoml.com/',
      'https://inference.readthedocs.io/en/latest/user_guide/auth_system.html',
    ],
    taxonomy: ['CWE-306', 'AML.T0049', 'AML.T0024'],
    judge: {},
  },
  {
    id: 'notebook-open',
    title: 'Notebook without a token',
    severity: 'critical',
    meaning: 'A notebook runs programs for whoever reaches it.',
    fix: 'Leave the token on (no --no-token), and bind to 127.0.0.1.',
    references: ['https://docs.marimo.io/guides/deploying/authentication/'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {},
  },
  {
    id: 'app-without-login',
    title: 'Application that is shown without a login',
    severity: 'medium',
    meaning: 'Whoever reaches it uses the models, tools and documents behind it.',
    fix: 'Turn its login on, or put a proxy with a login in front of it.',
    references: [
      'https://docs.streamlit.io/develop/concepts/connections/authentication',
      'https://docs.anythingllm.com/configuration',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {},
  },
  {
    id: 'setup-unclaimed',
    title: 'Service that waits for its first administrator',
    severity: 'high',
    meaning: 'Whoever is the first to open its page becomes its administrator, with all that it may reach.',
    fix: 'Make the first account before the service is reachable, and take it off the network until then.',
    references: [
      'https://docs.n8n.io/hosting/',
      'https://docs.openwebui.com/getting-started/',
      'https://docs.dify.ai/en/self-host/quick-start/docker-compose',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {},
  },
  {
    id: 'mcp-inspector-open',
    title: 'MCP Inspector without its token',
    severity: 'critical',
    meaning: 'Its proxy starts the program that it is told to start; without the token, any web page can tell it.',
    fix: 'Use version 0.14.1 or later, leave DANGEROUSLY_OMIT_AUTH out, and bind to 127.0.0.1.',
    references: ['CVE-2025-49596', 'https://github.com/modelcontextprotocol/inspector#security-considerations'],
    taxonomy: ['CWE-306', 'AML.T0053'],
    judge: {},
  },
  {
    id: 'container-engine-open',
    title: 'Engine of containers that everybody reaches',
    severity: 'critical',
    meaning: 'Whoever reaches it starts containers, reads their secrets, and has the machine.',
    fix: 'Take it off the network, or ask for client certificates; turn anonymous requests off (--anonymous-auth=false).',
    references: [
      'https://docs.docker.com/engine/security/protect-access/',
      'https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {},
  },
  {
    id: 'registry-open',
    title: 'Registry of images or models without a login',
    severity: 'medium',
    meaning:
      'Whoever reaches it lists and takes what is in it, and perhaps puts something else there, which is then run.',
    fix: 'Set auth in its configuration, or put a proxy with a login in front of it; run images by digest.',
    references: ['https://distribution.github.io/distribution/about/configuration/#auth'],
    taxonomy: ['CWE-306', 'AML.T0010'],
    judge: {},
  },
  {
    id: 'metrics-open',
    title: 'Metrics that everybody reads',
    severity: 'low',
    meaning: 'Metrics tell names of machines and models, loads and versions, and what is asked when.',
    fix: 'Bind it to the network of the monitoring alone, or set a login (--web.config.file).',
    references: ['https://prometheus.io/docs/operating/security/', 'https://prometheus.io/docs/guides/basic-auth/'],
    taxonomy: ['CWE-200', 'AML.T0049'],
    judge: {},
  },
];

/** Services that let strangers in, and how they are reached. */
export const liveEndpoint = defineFamily(
  { id: 'live-endpoint', threats: ['denial-of-service', 'model-extraction'] },
  CHECKS,
);

import { asObject, asVersion, has, objectOf, type Probe, type ProbeAnswer, versionAt } from './probe.ts';

/** Owners of the models that an OpenAI-compatible server lists: engines call themselves by name there. Null where it is no such list. */
function ownersOf(answer: ProbeAnswer): readonly string[] | null {
  const value = objectOf(answer);
  if (value?.['object'] !== 'list' || !Array.isArray(value['data'])) return null;
  const models = value['data'].map(asObject);
  return models.every((one) => one?.['object'] === 'model' && typeof one['id'] === 'string')
    ? models.map((one) => String(one!['owned_by'] ?? ''))
    : null;
}

function owned(answer: ProbeAnswer, owner: string): boolean {
  return ownersOf(answer)?.includes(owner) ?? false;
}

/** Owners whose engines have a question of their own, or list their models to everybody whether there is a key or not. */
const KNOWN_OWNERS: ReadonlySet<string> = new Set(['vllm', 'sglang', 'llamacpp', 'library', 'koboldcpp']);

/** What servers of the Open Inference Protocol call themselves. */
const INFERENCE_SERVERS: Readonly<Record<string, string>> = {
  mlserver: 'MLServer',
  kserve: 'KServe',
  'OpenVINO Model Server': 'OpenVINO Model Server',
};

/** Text of a Prometheus exporter in which a metric begins with this. */
export function hasMetric({ text }: ProbeAnswer, prefix: string): boolean {
  return /^# (?:HELP|TYPE) \w/m.test(text.slice(0, 4096)) && (text.startsWith(prefix) || text.includes(`\n${prefix}`));
}

/** Engines that serve models. */
export const SERVING_PROBES: readonly Probe[] = [
  {
    rule: 'ollama-exposed',
    service: 'Ollama',
    path: '/api/tags',
    // llama.cpp answers there, too, and lists them as OpenAI does beside.
    reads: (answer) => {
      const value = objectOf(answer);
      const models: unknown = value?.['models'];
      if (!Array.isArray(models) || has(value, 'object')) return null;
      return models.every((one) => has(asObject(one), 'name', 'digest', 'modified_at'))
        ? { open: 'lists its models without a login' }
        : null;
    },
    version: versionAt('/api/version', 'version'),
  },
  {
    rule: 'vllm-no-key',
    service: 'vLLM',
    path: '/v1/models',
    reads: (answer) => (owned(answer, 'vllm') ? { open: 'answers without a key' } : null),
    version: versionAt('/version', 'version'),
  },
  {
    rule: 'vllm-key-only',
    service: 'vLLM',
    unless: ['vllm-no-key'],
    path: '/metrics',
    reads: (answer) => (hasMetric(answer, 'vllm:') ? { open: 'asks for its key on some paths alone' } : null),
    version: versionAt('/version', 'version'),
  },
  {
    rule: 'vllm-dev-mode',
    service: 'vLLM',
    path: '/server_info',
    reads: (answer) =>
      has(objectOf(answer), 'vllm_config') ? { open: 'runs in development mode and shows its configuration' } : null,
    version: versionAt('/version', 'version'),
  },
  {
    rule: 'sglang-open',
    service: 'SGLang',
    path: '/get_model_info',
    reads: (answer) =>
      has(objectOf(answer), 'model_path', 'is_generation') ? { open: 'answers without a key' } : null,
    version: versionAt('/get_server_info', 'version'),
  },
  {
    rule: 'sglang-open',
    service: 'SGLang',
    path: '/v1/models',
    reads: (answer) => (owned(answer, 'sglang') ? { open: 'answers without a key' } : null),
    version: versionAt('/server_info', 'version'),
  },
  {
    rule: 'ray-dashboard-open',
    service: 'Ray',
    path: '/api/version',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'ray_version')
        ? { open: 'answers at its job interface without a login', version: asVersion(value['ray_version']) }
        : null;
    },
  },
  {
    rule: 'triton-open-apis',
    service: 'Triton',
    path: '/v2',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['name'] === 'triton'
        ? { open: 'tells what it can do without a login', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'inference-open',
    service: 'an inference server',
    path: '/v2',
    reads: (answer) => {
      const value = objectOf(answer);
      const name = INFERENCE_SERVERS[String(value?.['name'])];
      return name !== undefined && has(value, 'version', 'extensions')
        ? { open: 'tells what it can do without a login', service: name, version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'tgi-open',
    service: 'Text Generation Inference',
    product: 'text-generation-inference',
    path: '/info',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'model_id', 'max_total_tokens')
        ? { open: 'generates text without a key', version: asVersion(value['version']) }
        : null;
    },
    proof: { path: '/generate', status: 405 },
  },
  {
    rule: 'torchserve-management-open',
    service: 'TorchServe',
    path: '/models',
    // A new server has no models, and an empty list says nothing by itself: the description of the interface does.
    reads: (answer) => {
      const models = objectOf(answer)?.['models'];
      return Array.isArray(models) && models.every((one) => has(asObject(one), 'modelName', 'modelUrl'))
        ? { open: 'answers at its management without a token' }
        : null;
    },
    proof: {
      path: '/api-description',
      status: 200,
      shows: (answer) => asObject(objectOf(answer)?.['info'])?.['title'] === 'TorchServe APIs',
    },
    version: {
      path: '/api-description',
      reads: (answer) => asVersion(asObject(objectOf(answer)?.['info'])?.['version']),
    },
  },
  {
    rule: 'llama-cpp-open',
    service: 'llama.cpp',
    path: '/props',
    severity: 'medium',
    reads: (answer) =>
      has(objectOf(answer), 'default_generation_settings') ? { open: 'answers without a key' } : null,
  },
  {
    rule: 'litellm-default-key',
    service: 'LiteLLM',
    path: '/model/info',
    reads: (answer) => {
      const models = objectOf(answer)?.['data'];
      return Array.isArray(models) && models.length > 0 && has(asObject(models[0]), 'model_name', 'litellm_params')
        ? { open: 'shows the settings of its models without a key' }
        : null;
    },
    version: versionAt('/health/readiness', 'litellm_version'),
  },
  {
    rule: 'inference-open',
    service: 'BentoML',
    path: '/schema.json',
    reads: (answer) => {
      const value = objectOf(answer);
      return value?.['type'] === 'service' && Array.isArray(value['routes']) && has(value, 'name')
        ? { open: 'lists what can be called without a login' }
        : null;
    },
  },
  {
    rule: 'inference-open',
    service: 'Xinference',
    path: '/v1/cluster/version',
    reads: (answer) => {
      const value = objectOf(answer);
      return has(value, 'version', 'full-revisionid')
        ? { open: 'answers without a login', version: asVersion(value['version']) }
        : null;
    },
  },
  {
    rule: 'inference-open',
    service: 'KoboldCpp',
    path: '/api/extra/version',
    reads: (answer) => {
      const value = objectOf(answer);
      if (value?.['result'] !== 'KoboldCpp') return null;
      return {
        open: value['protected'] === true ? null : 'answers without a password',
        version: asVersion(value['version']),
      };
    },
  },
  {
    rule: 'inference-open',
    service: 'LM Studio',
    path: '/api/v0/models',
    reads: (answer) => {
      const models = objectOf(answer)?.['data'];
      return Array.isArray(models) && has(asObject(models[0]), 'publisher', 'arch', 'state')
        ? { open: 'lists its models without a key' }
        : null;
    },
  },
  {
    rule: 'inference-open',
    service: 'an OpenAI-compatible server',
    unless: ['litellm-default-key', 'inference-open', 'tgi-open'],
    severity: 'low',
    path: '/v1/models',
    reads: (answer) => {
      const owners = ownersOf(answer);
      return owners !== null && owners.length > 0 && !owners.some((one) => KNOWN_OWNERS.has(one))
        ? { open: 'lists its models without a key' }
        : null;
    },
  },
];

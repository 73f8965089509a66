/** What came back for a probe. */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The first bytes, as text. */
  readonly text: string;
}

/** One question to an endpoint: GET, without a body or credentials, of something that changes nothing. */
export interface Probe {
  /** Rule that a positive answer is a finding of. */
  readonly rule: string;
  readonly path: string;
  /** What the answer shows, as the end of a sentence; null where it shows nothing. */
  readonly shows: (answer: ProbeAnswer) => string | null;
}

const json = ({ status, text }: ProbeAnswer): Readonly<Record<string, unknown>> | null => {
  if (status !== 200) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
};

const has = (answer: ProbeAnswer, ...keys: readonly string[]): boolean => {
  const value = json(answer);
  return value !== null && keys.every((key) => Object.hasOwn(value, key));
};

/**
 * Questions by which services are known that let in whoever reaches them. An answer must have the shape that the service's documentation gives it: a
 * page that answers everything with 200 is no finding.
 */
export const PROBES: readonly Probe[] = [
  {
    rule: 'ollama-exposed',
    path: '/api/tags',
    shows: (answer) =>
      Array.isArray(json(answer)?.['models']) && !has(answer, 'object')
        ? 'Ollama lists its models without a login'
        : null,
  },
  {
    rule: 'vllm-no-key',
    path: '/v1/models',
    shows: (answer) => {
      const models = json(answer)?.['data'];
      const owner = Array.isArray(models)
        ? (models[0] as Readonly<Record<string, unknown>> | undefined)?.['owned_by']
        : undefined;
      return owner === 'vllm' || owner === 'sglang' ? `${owner} answers without a key` : null;
    },
  },
  {
    rule: 'ray-dashboard-open',
    path: '/api/version',
    shows: (answer) => (has(answer, 'ray_version') ? "Ray's job interface answers without a login" : null),
  },
  {
    rule: 'triton-open-apis',
    path: '/v2',
    shows: (answer) => (json(answer)?.['name'] === 'triton' ? 'Triton tells what it can do without a login' : null),
  },
  {
    rule: 'tgi-open',
    path: '/info',
    shows: (answer) =>
      has(answer, 'model_id', 'max_total_tokens') ? 'Text Generation Inference tells its model without a key' : null,
  },
  {
    rule: 'torchserve-management-open',
    path: '/models',
    shows: (answer) => {
      const models = json(answer)?.['models'];
      const first = Array.isArray(models) ? (models[0] as unknown) : undefined;
      return typeof first === 'object' && first !== null && 'modelUrl' in first
        ? "TorchServe's management answers without a token"
        : null;
    },
  },
  {
    rule: 'mlflow-no-auth',
    path: '/api/2.0/mlflow/experiments/search?max_results=1',
    shows: (answer) =>
      Array.isArray(json(answer)?.['experiments']) ? 'MLflow lists experiments without a login' : null,
  },
  {
    rule: 'jupyter-no-token',
    path: '/api/contents?content=0',
    shows: (answer) =>
      json(answer)?.['type'] === 'directory' && has(answer, 'writable', 'path')
        ? 'Jupyter shows its files without a token'
        : null,
  },
  {
    rule: 'qdrant-no-key',
    path: '/collections',
    shows: (answer) => {
      const result = json(answer)?.['result'];
      return typeof result === 'object' && result !== null && 'collections' in result && has(answer, 'status', 'time')
        ? 'Qdrant lists its collections without a key'
        : null;
    },
  },
  {
    rule: 'weaviate-anonymous',
    path: '/v1/meta',
    shows: (answer) => (has(answer, 'hostname', 'modules', 'version') ? 'Weaviate answers strangers' : null),
  },
  {
    rule: 'chroma-no-auth',
    path: '/api/v2/auth/identity',
    shows: (answer) => (has(answer, 'tenant', 'databases') ? 'Chroma takes strangers for somebody' : null),
  },
  {
    rule: 'store-no-auth',
    path: '/_cat/indices?format=json',
    shows: ({ status, text }) =>
      status === 200 && /^\[\s*\{[^{}]{0,400}"health"[^{}]{0,400}"index"/.test(text)
        ? 'a search engine lists its indexes without a login'
        : null,
  },
  {
    rule: 'langflow-auto-login',
    path: '/api/v1/auto_login',
    shows: (answer) => (has(answer, 'access_token') ? 'Langflow gives a token to whoever asks' : null),
  },
  {
    rule: 'comfyui-open',
    path: '/system_stats',
    shows: (answer) => (has(answer, 'system', 'devices') ? 'ComfyUI answers without a login' : null),
  },
  {
    rule: 'gradio-share',
    path: '/config',
    shows: (answer) =>
      has(answer, 'version', 'components', 'dependencies') && !has(answer, 'auth_message')
        ? 'a Gradio application answers without a login'
        : null,
  },
  {
    rule: 'llama-cpp-open',
    path: '/props',
    shows: (answer) => (has(answer, 'default_generation_settings') ? 'llama.cpp answers without a key' : null),
  },
  {
    rule: 'sglang-open',
    path: '/get_model_info',
    shows: (answer) => (has(answer, 'model_path', 'is_generation') ? 'SGLang answers without a key' : null),
  },
  {
    rule: 'dashboard-open',
    path: '/data/environment',
    shows: (answer) =>
      has(answer, 'data_location', 'window_title') ? 'TensorBoard shows its runs without a login' : null,
  },
  {
    rule: 'tracing-open',
    path: '/v1/projects',
    shows: (answer) =>
      has(answer, 'data', 'next_cursor') && answer.headers['x-phoenix-server-version'] !== undefined
        ? 'Phoenix lists its projects without a login'
        : null,
  },
];

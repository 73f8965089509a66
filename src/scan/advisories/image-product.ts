import type { Ecosystem } from './compare-versions.ts';

/** The package whose versions the tags of an image are. */
export interface ImageProduct {
  readonly ecosystem: Ecosystem;
  readonly name: string;
}

const PYPI: Readonly<Record<string, string>> = {
  'vllm-openai': 'vllm',
  vllm: 'vllm',
  ray: 'ray',
  'ray-ml': 'ray',
  'ray-llm': 'ray',
  mlflow: 'mlflow',
  litellm: 'litellm',
  'litellm-database': 'litellm',
  'litellm-non_root': 'litellm',
  langflow: 'langflow',
  'langflow-backend': 'langflow',
  'open-webui': 'open-webui',
  pytorch: 'torch',
  torchserve: 'torchserve',
  'torchserve-kfs': 'torchserve',
  sglang: 'sglang',
  lmdeploy: 'lmdeploy',
  xinference: 'xinference',
  airflow: 'apache-airflow',
  'label-studio': 'label-studio',
  dask: 'dask',
  feast: 'feast',
  'enterprise-gateway': 'jupyter-enterprise-gateway',
};
const NPM: Readonly<Record<string, string>> = { n8n: 'n8n', flowise: 'flowise' };
const GO: Readonly<Record<string, string>> = {
  ollama: 'github.com/ollama/ollama',
  milvus: 'github.com/milvus-io/milvus',
  weaviate: 'github.com/weaviate/weaviate',
  localai: 'github.com/mudler/LocalAI',
  'local-ai': 'github.com/mudler/LocalAI',
  'container-toolkit': 'github.com/NVIDIA/nvidia-container-toolkit',
  'gpu-operator': 'github.com/NVIDIA/gpu-operator',
};
const IMAGE: Readonly<Record<string, string>> = {
  tritonserver: 'tritonserver',
  qdrant: 'qdrant',
  'llama.cpp': 'llama.cpp',
  librechat: 'librechat',
  'dify-api': 'dify',
  ragflow: 'ragflow',
  'text-generation-inference': 'text-generation-inference',
};

/** Those who build on an image of the name and count versions of their own. */
const COUNTS_ITS_OWN = /(?:^|\/)lmcache\/[^/]+$/i;

/**
 * What an image holds, by the end of its name.
 * @param image without tag and digest
 */
export function productOfImage(image: string): ImageProduct | null {
  if (COUNTS_ITS_OWN.test(image)) return null;
  const last = image.slice(image.lastIndexOf('/') + 1).toLowerCase();
  for (const [ecosystem, table] of [
    ['PyPI', PYPI],
    ['npm', NPM],
    ['Go', GO],
    ['image', IMAGE],
  ] as const) {
    if (Object.hasOwn(table, last)) return { ecosystem, name: table[last]! };
  }
  return null;
}

/** `main-v1.61.20-stable`, `v0.8.4`, `2.1.0-cuda12.1`, `24.05-py3`, `0.5.0rc1`: what comes first, after a branch at most. */
const TAG =
  /^(?:(?:main|stable|release|litellm_stable_release_branch)-)?v?(\d{1,6}(?:\.\d{1,6}){0,4})(?:[-.]?(a|b|rc|alpha|beta|post|dev)[-.]?(\d{1,6}))?(?![\w.])/i;
/** llama.cpp counts its builds: `server-cuda-b4719`. */
const BUILD = /(?:^|-)b(\d{3,6})$/i;

/**
 * The version that a tag stands for, or null where it stands for whatever is newest (`latest`, `main`, `1`).
 * A tag of two numbers is the last patch of its line, so that nothing is said of it which a patch may have mended.
 */
export function versionOfTag({ name, ecosystem }: ImageProduct, tag: string): string | null {
  if (name === 'llama.cpp') return BUILD.exec(tag)?.[1] ?? null;
  const found = TAG.exec(tag);
  if (found === null) return null;
  const [, numbers = '', kind, number = '0'] = found;
  const parts = numbers.split('.').length;
  if (parts === 1) return null;
  if (parts === 2 && name !== 'tritonserver') return `${numbers}.999999`;
  if (kind === undefined) return numbers;
  const low = kind.toLowerCase();
  if (ecosystem === 'PyPI') return `${numbers}${low}${number}`;
  return /^post$/.test(low) ? numbers : `${numbers}-${low}.${number}`;
}

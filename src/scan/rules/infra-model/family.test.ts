import { checkFamily } from '../../testing/check-family.ts';
import { compose, docker, file, manifest } from '../../testing/infra-fixtures.ts';
import { infraModel } from './family.ts';

const KEY = `ghp_${'q7Rt2Lk9Xw4Zp8Vb3Nm6Hd1Js5Fc0YgAaBbC'}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const VLLM = 'image: vllm/vllm-openai:v0.12.0';

const secret = (...lines: readonly string[]): ReturnType<typeof manifest> =>
  manifest('apiVersion: v1', 'kind: Secret', 'metadata: { name: s }', ...lines);

checkFamily(infraModel, {
  'trust-remote-code': {
    bad: [
      compose(VLLM, 'command: --model x/y --trust-remote-code'),
      file(
        'load.py',
        'from transformers import AutoModel',
        'm = AutoModel.from_pretrained("a/b", trust_remote_code=True)',
      ),
      file('serve.sh', 'vllm serve a/b --trust-remote-code'),
      compose('image: x:1', 'environment: ["TRUST_REMOTE_CODE=true"]'),
      compose(VLLM, 'environment: {VLLM_ADDITIONAL_ARGS: "--tensor-parallel-size=8 --trust-remote-code"}'),
    ],
    line: 4,
    good: [
      compose(VLLM, 'command: --model x/y'),
      compose(VLLM, 'environment: {VLLM_ADDITIONAL_ARGS: "--trust-remote-code=false", NOTE: "no --trust-remote-code"}'),
      file('load.py', 'm = AutoModel.from_pretrained("a/b", trust_remote_code=False)'),
      file('load.py', '# trust_remote_code is never set'),
    ],
  },
  'unpinned-model-revision': {
    bad: [compose(VLLM, 'command: --model meta/x'), file('load.py', 'm = AutoModel.from_pretrained("meta/x")')],
    good: [
      compose(VLLM, `command: --model meta/x --revision ${COMMIT}`),
      compose(VLLM, 'command: --model /models/x'),
      file('load.py', `m = AutoModel.from_pretrained("meta/x", revision="${COMMIT}")`),
      file('load.py', 'm = AutoModel.from_pretrained("./local")'),
    ],
  },
  'unsafe-torch-load': {
    bad: [
      file('load.py', 'x = torch.load(path, weights_only=False)'),
      compose('image: x:1', 'environment: ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1"]'),
    ],
    good: [file('load.py', 'x = torch.load(path, weights_only=True)')],
  },
  'remote-pickle-load': {
    bad: [
      file('load.py', 'import pickle', 'm = pickle.loads(requests.get(URL).content)'),
      file('load.py', 'pd.read_pickle("https://x.example/m.pkl")'),
    ],
    line: 2,
    good: [file('load.py', 'm = json.loads(requests.get(URL).content)')],
  },
  'insecure-download': {
    bad: [
      docker('FROM python:3.12', 'RUN pip install --index-url http://pypi.example/simple x'),
      docker('FROM python:3.12', 'RUN pip install --extra-index-url https://pypi.example/simple x'),
      docker('FROM python:3.12', 'ADD http://x.example/model.bin /m'),
      docker('FROM python:3.12', 'RUN <<EOF', 'wget http://x.example/m.bin', 'EOF'),
      compose('image: x:1', 'environment: ["HF_ENDPOINT=http://hf.example"]'),
    ],
    line: 2,
    good: [
      docker('FROM python:3.12', 'RUN pip install --index-url https://pypi.example/simple x'),
      docker('FROM python:3.12', 'RUN pip install torch --extra-index-url https://download.pytorch.org/whl/cu128'),
      docker('FROM python:3.12', 'RUN curl http://localhost:8000/health'),
    ],
  },
  'model-volume-writable': {
    bad: [compose(VLLM, 'volumes: ["./models:/models"]')],
    good: [
      compose(VLLM, 'volumes: ["./models:/models:ro"]'),
      compose('image: postgres:17', 'volumes: ["./models:/models"]'),
    ],
  },
  'secret-in-infrastructure': {
    bad: [
      compose('image: x:1', 'environment:', `  GITHUB_TOKEN: ${KEY}`),
      docker('FROM x:1 AS a', `ARG TOKEN=${KEY}`, 'FROM y:1'),
      manifest('apiVersion: v1', 'kind: ConfigMap', 'metadata: { name: c }', 'data:', `  token: ${KEY}`),
      file('.env', `GITHUB_TOKEN=${KEY}`),
      secret('data:', `  password: ${Buffer.from('sCaleio123').toString('base64')}`),
      secret('stringData:', '  token: vK9-qLr2Tz'),
    ],
    line: 5,
    good: [
      compose('image: x:1', 'environment:', '  GITHUB_TOKEN: ${GITHUB_TOKEN}'),
      file('.env', 'GITHUB_TOKEN='),
      ...['password', 'quobyte', '<your-password-1>', '${PASSWORD_1}'].map((text) =>
        secret('data:', `  password: ${Buffer.from(text).toString('base64')}`),
      ),
      secret('stringData:', '  username: admin-12345'),
    ],
  },
  'unsigned-model-deploy': {
    bad: [
      manifest(
        'apiVersion: serving.kserve.io/v1beta1',
        'kind: InferenceService',
        'metadata: { name: m }',
        'spec:',
        '  predictor:',
        '    model:',
        '      storageUri: s3://b/m',
      ),
    ],
    line: 7,
    good: [
      manifest(
        'apiVersion: serving.kserve.io/v1beta1',
        'kind: InferenceService',
        'metadata: { name: m }',
        'spec:',
        '  predictor:',
        '    initContainers: [{ name: v, image: "ghcr.io/sigstore/model-validation:1" }]',
        '    model:',
        '      storageUri: s3://b/m',
      ),
    ],
  },
  'media-fetch-open': {
    bad: [compose(VLLM, 'command: --model Qwen/Qwen2.5-VL-7B-Instruct')],
    good: [compose(VLLM, 'command: --model Qwen/Qwen2.5-VL-7B-Instruct --allowed-media-domains a.example')],
  },
  'vulnerable-version': {
    bad: [
      compose('image: ollama/ollama:0.1.33'),
      compose('image: vllm/vllm-openai:v0.8.4'),
      compose('image: ghcr.io/berriai/litellm:v1.82.7'),
      compose('image: ghcr.io/berriai/litellm:main-v1.61.20-stable'),
      compose('image: nvcr.io/nvidia/tritonserver:24.05-py3'),
      compose('image: ghcr.io/ggml-org/llama.cpp:server-cuda-b4719'),
      compose('image: n8nio/n8n:1.121.0'),
      docker('FROM python:3.12', 'RUN pip install "torch==2.5.1" numpy'),
      docker('FROM python:3.12', 'RUN uv pip install --system "vllm[audio]==0.8.4"'),
      docker('FROM node:24', 'RUN npm install -g n8n@1.100.0'),
      docker('FROM vllm/vllm-openai:v0.8.4'),
      file('requirements.txt', 'keras == 3.10.0 ; python_version > "3.8"'),
      file('requirements.txt', 'Langchain_Core[x]===1.2.4'),
    ],
    line: 3,
    good: [
      compose('image: ollama/ollama:0.17.1'),
      compose('image: ollama/ollama:latest'),
      compose('image: ollama/ollama'),
      compose('image: n8nio/n8n:1'),
      compose('image: n8nio/n8n:2.5.2'),
      compose('image: pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime'),
      compose('image: example/python:3.1.0'),
      // Its versions are not those of vLLM.
      compose('image: lmcache/vllm-openai:v0.3.9post2'),
      docker('FROM python:3.12', 'RUN pip install torch==2.10.0 && echo "vllm>=0.8.4"'),
      docker('FROM python:3.12', 'RUN echo "torch==2.5.1"'),
      file('requirements.txt', 'keras>=3.10.0', 'keras~=3.10.0', '# keras==3.10.0', 'keras==3.11.3'),
    ],
  },
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamily, type FamilyFixture, scanFixture } from '../../testing/check-family.ts';
import { compose, docker, file, manifest, pod } from '../../testing/infra-fixtures.ts';
import { infraService } from './family.ts';

const PUBLISHED = (port: number): string => `ports: ["${port}:${port}"]`;
const LOCAL = (port: number): string => `ports: ["127.0.0.1:${port}:${port}"]`;
const env = (...pairs: readonly string[]): string =>
  `environment: [${pairs.map((pair) => JSON.stringify(pair)).join(', ')}]`;

checkFamily(infraService, {
  'ray-dashboard-open': {
    bad: [
      compose(
        'image: rayproject/ray:2.53.0',
        'command: ray start --head --dashboard-host 0.0.0.0 --block',
        PUBLISHED(8265),
      ),
      compose('image: rayproject/ray:2.53.0', 'command: ray start --head', PUBLISHED(8265)),
      pod([
        'name: head',
        'image: rayproject/ray:2.53.0',
        'command: ["/bin/sh", "-c", "ray start --head --dashboard-host=0.0.0.0"]',
      ]),
      manifest(
        'apiVersion: ray.io/v1',
        'kind: RayCluster',
        'metadata: { name: r }',
        'spec:',
        '  headGroupSpec:',
        '    serviceType: LoadBalancer',
      ),
      manifest(
        'apiVersion: ray.io/v1',
        'kind: RayJob',
        'metadata: { name: r }',
        'spec:',
        '  rayClusterSpec:',
        '    headGroupSpec:',
        '      rayStartParams:',
        '        dashboard-host: "0.0.0.0"',
      ),
    ],
    line: 4,
    good: [
      ...['  authOptions: { mode: token }', '  env: [{ name: RAY_AUTH_MODE, value: token }]'].map((auth) =>
        manifest(
          'apiVersion: ray.io/v1',
          'kind: RayCluster',
          'metadata: { name: r }',
          'spec:',
          auth,
          '  headGroupSpec:',
          '    serviceType: ClusterIP',
          '    rayStartParams: { dashboard-host: "0.0.0.0" }',
        ),
      ),
      manifest(
        'apiVersion: ray.io/v1',
        'kind: RayCluster',
        'metadata: { name: r }',
        'spec: { headGroupSpec: { rayStartParams: { dashboard-host: "127.0.0.1" } } }',
      ),
      compose(
        'image: rayproject/ray:2.53.0',
        'command: ray start --head --dashboard-host 127.0.0.1',
        env('RAY_AUTH_MODE=token'),
      ),
      compose('image: rayproject/ray:2.53.0', 'command: ray start --head --dashboard-host 0.0.0.0', LOCAL(8265)),
    ],
  },
  'ray-token-auth-off': {
    bad: [compose('image: rayproject/ray:2.53.0', 'command: ray start --head')],
    good: [compose('image: rayproject/ray:2.53.0', 'command: ray start --head', env('RAY_AUTH_MODE=token'))],
  },
  'ollama-exposed': {
    bad: [
      compose('image: ollama/ollama:0.12.0', PUBLISHED(11434)),
      {
        name: 'compose.yaml',
        content: 'services:\n  ollama:\n    image: ${IMAGE}:${TAG}\n    ports: ["${PORT}:11434"]\n',
      },
      docker('FROM ollama/ollama:0.12.0', 'ENV OLLAMA_HOST=0.0.0.0'),
      file('start.sh', 'export OLLAMA_HOST=0.0.0.0:11434', 'ollama serve'),
      pod(['name: o', 'image: ollama/ollama:0.12.0', 'ports: [{ containerPort: 11434, hostPort: 11434 }]']),
    ],
    line: 4,
    good: [
      compose('image: ollama/ollama:0.12.0', LOCAL(11434)),
      {
        name: 'compose.yaml',
        content: 'services:\n  ollama:\n    image: example/proxy:1.0\n    ports: ["80:11434"]\n',
      },
      compose('image: ollama/ollama:0.12.0'),
      file('start.sh', '# OLLAMA_HOST=0.0.0.0 would open it', 'ollama serve'),
    ],
  },
  'ollama-origins-wildcard': {
    bad: [compose('image: ollama/ollama:0.12.0', env('OLLAMA_ORIGINS=*'))],
    good: [compose('image: ollama/ollama:0.12.0', env('OLLAMA_ORIGINS=https://a.example'))],
  },
  'vllm-no-key': {
    bad: [
      compose('image: vllm/vllm-openai:v0.12.0', 'command: --model x/y', PUBLISHED(8000)),
      pod([
        'name: v',
        'image: vllm/vllm-openai:v0.12.0',
        'args: ["--model", "x/y"]',
        'ports: [{ containerPort: 8000 }]',
      ]),
    ],
    good: [
      compose('image: vllm/vllm-openai:v0.12.0', 'command: --model x/y --api-key ${KEY}', PUBLISHED(8000)),
      compose('image: vllm/vllm-openai:v0.12.0', 'env_file: .env', PUBLISHED(8000)),
      compose('image: vllm/vllm-openai:v0.12.0', LOCAL(8000)),
    ],
  },
  'vllm-key-only': {
    bad: [compose('image: vllm/vllm-openai:v0.12.0', 'command: --model x/y --api-key ${KEY}', PUBLISHED(8000))],
    good: [compose('image: vllm/vllm-openai:v0.12.0', 'command: --model x/y --api-key ${KEY}', 'expose: ["8000"]')],
  },
  'vllm-dev-mode': {
    bad: [
      compose('image: vllm/vllm-openai:v0.12.0', env('VLLM_SERVER_DEV_MODE=1')),
      docker('FROM x:1', 'ENV VLLM_ALLOW_INSECURE_SERIALIZATION=1'),
    ],
    good: [compose('image: vllm/vllm-openai:v0.12.0', env('VLLM_SERVER_DEV_MODE=0'))],
  },
  'vllm-multinode-exposed': {
    bad: [
      compose('image: vllm/vllm-openai:v0.12.0', 'command: --kv-port 14579', PUBLISHED(14579)),
      pod(
        ['name: v', 'image: vllm/vllm-openai:v0.12.0', 'args: ["--kv-transfer-config", "{}"]'],
        ['hostNetwork: true'],
      ),
    ],
    good: [compose('image: vllm/vllm-openai:v0.12.0', 'command: --kv-port 14579', 'expose: ["14579"]')],
  },
  'sglang-open': {
    bad: [
      compose(
        'image: lmsysorg/sglang:v0.5.5',
        'command: python3 -m sglang.launch_server --host 0.0.0.0',
        PUBLISHED(30000),
      ),
    ],
    good: [
      compose(
        'image: lmsysorg/sglang:v0.5.5',
        'command: python3 -m sglang.launch_server --host 0.0.0.0 --api-key k',
        PUBLISHED(30000),
      ),
    ],
  },
  'zmq-pickle': {
    bad: [
      file('worker.py', 'import zmq', 'msg = socket.recv_pyobj()'),
      file('worker.py', 'x = pickle.loads(sock.recv())'),
    ],
    line: 2,
    good: [file('worker.py', 'msg = json.loads(socket.recv())')],
  },
  'trt-llm-orchestrator-open': {
    bad: [
      compose(
        'image: nvcr.io/nvidia/tensorrt-llm/release:1.1.0',
        'command: trtllm-serve m --host 0.0.0.0',
        PUBLISHED(8000),
      ),
    ],
    good: [compose('image: nvcr.io/nvidia/tensorrt-llm/release:1.1.0', 'command: trtllm-serve m --host 127.0.0.1')],
  },
  'triton-model-control': {
    bad: [
      compose(
        'image: nvcr.io/nvidia/tritonserver:25.09-py3',
        'command: tritonserver --model-control-mode=explicit',
        PUBLISHED(8000),
      ),
    ],
    good: [
      compose(
        'image: nvcr.io/nvidia/tritonserver:25.09-py3',
        'command: tritonserver --model-control-mode=none',
        PUBLISHED(8000),
      ),
      compose(
        'image: nvcr.io/nvidia/tritonserver:25.09-py3',
        'command: tritonserver --model-control-mode=explicit --http-restricted-api=model-repository:k=v --grpc-restricted-protocol=model-repository:k=v',
        PUBLISHED(8000),
      ),
    ],
  },
  'triton-open-apis': {
    bad: [compose('image: nvcr.io/nvidia/tritonserver:25.09-py3', PUBLISHED(8001))],
    good: [compose('image: nvcr.io/nvidia/tritonserver:25.09-py3', LOCAL(8001))],
  },
  'tgi-open': {
    bad: [compose('image: ghcr.io/huggingface/text-generation-inference:3.3', PUBLISHED(80))],
    good: [compose('image: ghcr.io/huggingface/text-generation-inference:3.3', env('API_KEY=${K}'), PUBLISHED(80))],
  },
  'torchserve-management-open': {
    bad: [
      file('config.properties', 'inference_address=http://127.0.0.1:8080', 'management_address=http://0.0.0.0:8081'),
      file('config.properties', 'disable_token_authorization=true'),
      compose('image: pytorch/torchserve:0.12.0-cpu', env('TS_DISABLE_TOKEN_AUTHORIZATION=true')),
      compose('image: pytorch/torchserve:0.12.0-cpu', PUBLISHED(8081)),
    ],
    line: 2,
    good: [
      file('config.properties', 'management_address=http://127.0.0.1:8081'),
      compose('image: pytorch/torchserve:0.12.0-cpu', PUBLISHED(8080)),
    ],
  },
  'torchserve-allowed-urls': {
    bad: [
      file('config.properties', 'allowed_urls=file://.*|http(s)?://.*'),
      compose('image: pytorch/torchserve:0.12.0-cpu', env('TS_ALLOWED_URLS=.*')),
    ],
    good: [file('config.properties', 'allowed_urls=https://models\\.example\\.org/.*')],
  },
  'llama-cpp-open': {
    bad: [
      compose('image: ghcr.io/ggml-org/llama.cpp:server-b7000', PUBLISHED(8080)),
      compose('image: my/llama-cpp:1', 'command: rpc-server --host 0.0.0.0', PUBLISHED(50052)),
    ],
    good: [compose('image: ghcr.io/ggml-org/llama.cpp:server-b7000', 'command: --api-key ${K}', PUBLISHED(8080))],
  },
  'litellm-default-key': {
    bad: [
      compose('image: ghcr.io/berriai/litellm:v1.84.0', env('LITELLM_MASTER_KEY=sk-1234'), PUBLISHED(4000)),
      compose('image: ghcr.io/berriai/litellm:v1.84.0', PUBLISHED(4000)),
    ],
    good: [compose('image: ghcr.io/berriai/litellm:v1.84.0', env('LITELLM_MASTER_KEY=${KEY}'), PUBLISHED(4000))],
  },
  'gradio-share': {
    bad: [
      file('app.py', 'import gradio as gr', 'demo.launch(server_name="0.0.0.0", share=True)'),
      compose('image: my/app:1', env('GRADIO_SHARE=true')),
    ],
    line: 2,
    good: [
      file('app.py', 'import gradio as gr', 'demo.launch(share=False)'),
      file('app.py', 'rocket.launch(share=True)'),
    ],
  },
  'comfyui-open': {
    bad: [
      compose('image: yanwk/comfyui-boot:cu128', PUBLISHED(8188)),
      docker('FROM python:3.12', 'WORKDIR /ComfyUI', 'CMD python /ComfyUI/main.py --listen 0.0.0.0'),
    ],
    good: [compose('image: yanwk/comfyui-boot:cu128', LOCAL(8188))],
  },
  'mlflow-no-auth': {
    bad: [
      compose('image: ghcr.io/mlflow/mlflow:v3.5.0', 'command: mlflow server --host 0.0.0.0', PUBLISHED(5000)),
      file('run.sh', 'mlflow server --backend-store-uri sqlite:///m.db --host 0.0.0.0 --port 5000'),
    ],
    good: [
      compose(
        'image: ghcr.io/mlflow/mlflow:v3.5.0',
        'command: mlflow server --host 0.0.0.0 --app-name basic-auth',
        PUBLISHED(5000),
      ),
      file('run.sh', 'mlflow server --host 127.0.0.1'),
    ],
  },
  'mlflow-default-admin': {
    bad: [compose('image: ghcr.io/mlflow/mlflow:v3.5.0', env('MLFLOW_TRACKING_PASSWORD=password1234'))],
    good: [compose('image: ghcr.io/mlflow/mlflow:v3.5.0', env('MLFLOW_TRACKING_PASSWORD=${P}'))],
  },
  'mlflow-serves-artifacts': {
    bad: [compose('image: ghcr.io/mlflow/mlflow:v3.5.0', 'command: mlflow server --serve-artifacts', PUBLISHED(5000))],
    good: [
      compose(
        'image: ghcr.io/mlflow/mlflow:v3.5.0',
        'command: mlflow server --serve-artifacts --app-name basic-auth',
        PUBLISHED(5000),
      ),
    ],
  },
  'jupyter-no-token': {
    bad: [
      compose(
        'image: quay.io/jupyter/scipy-notebook:2025-11-01',
        "command: start-notebook.py --IdentityProvider.token=''",
        PUBLISHED(8888),
      ),
      docker('FROM python:3.12', "CMD jupyter lab --ip=0.0.0.0 --NotebookApp.token='' --allow-root"),
      file('jupyter_server_config.py', "c.ServerApp.token = ''"),
      compose('image: quay.io/jupyter/scipy-notebook:2025-11-01', env('JUPYTER_TOKEN='), PUBLISHED(8888)),
    ],
    good: [
      compose('image: quay.io/jupyter/scipy-notebook:2025-11-01', env('JUPYTER_TOKEN=${T}'), PUBLISHED(8888)),
      file('jupyter_server_config.py', "c.ServerApp.token = os.environ['T']"),
    ],
  },
  'jupyter-weak-settings': {
    bad: [
      docker('FROM python:3.12', "CMD jupyter lab --ServerApp.allow_origin='*'"),
      docker('FROM python:3.12', 'CMD jupyter lab --allow-root'),
    ],
    good: [docker('FROM python:3.12', 'CMD jupyter lab --ServerApp.allow_origin=https://a.example')],
  },
  'jupyterhub-dummy-authenticator': {
    bad: [file('jupyterhub_config.py', "c.JupyterHub.authenticator_class = 'dummy'")],
    good: [file('jupyterhub_config.py', "c.JupyterHub.authenticator_class = 'oauthenticator.GitHubOAuthenticator'")],
  },
  'qdrant-no-key': {
    bad: [compose('image: qdrant/qdrant:v1.15.0', PUBLISHED(6333))],
    good: [
      compose('image: qdrant/qdrant:v1.15.0', env('QDRANT__SERVICE__API_KEY=${K}'), PUBLISHED(6333)),
      compose('image: qdrant/qdrant:v1.15.0', LOCAL(6333)),
    ],
  },
  'weaviate-anonymous': {
    bad: [
      compose(
        'image: semitechnologies/weaviate:1.33.0',
        'environment:',
        "  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true'",
        PUBLISHED(8080),
      ),
    ],
    line: 5,
    good: [
      compose(
        'image: semitechnologies/weaviate:1.33.0',
        'environment:',
        "  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false'",
        PUBLISHED(8080),
      ),
    ],
  },
  'milvus-no-auth': {
    bad: [
      compose('image: milvusdb/milvus:v2.6.0', PUBLISHED(19530)),
      compose('image: milvusdb/milvus:v2.6.0', env('COMMON_SECURITY_AUTHORIZATIONENABLED=false')),
    ],
    good: [
      compose('image: milvusdb/milvus:v2.6.0', env('COMMON_SECURITY_AUTHORIZATIONENABLED=true'), PUBLISHED(19530)),
    ],
  },
  'default-object-store-login': {
    bad: [
      compose('image: minio/minio:RELEASE.2025-09-07T16-13-09Z', env('MINIO_ROOT_PASSWORD=minioadmin')),
      {
        name: 'chart/values.yaml',
        content:
          'minio:\n  image:\n    tag: RELEASE.2024-12-18T13-15-44Z\n  accessKey: minioadmin\n  secretKey: minioadmin\n',
      },
    ],
    good: [
      compose('image: minio/minio:RELEASE.2025-09-07T16-13-09Z', env('MINIO_ROOT_PASSWORD=${P}')),
      { name: 'chart/values.yaml', content: 'minio:\n  image: { tag: "1.0" }\n  secretKey: ""\n' },
    ],
  },
  'chroma-no-auth': {
    bad: [compose('image: chromadb/chroma:1.3.0', PUBLISHED(8000))],
    good: [
      compose('image: chromadb/chroma:1.3.0', LOCAL(8000)),
      compose('image: chromadb/chroma:1.3.0', env('CHROMA_SERVER_AUTHN_CREDENTIALS=${C}'), PUBLISHED(8000)),
    ],
  },
  'store-no-auth': {
    bad: [
      compose('image: opensearchproject/opensearch:3.3.0', env('DISABLE_SECURITY_PLUGIN=true')),
      compose('image: redis:8.2', PUBLISHED(6379)),
      compose('image: pgvector/pgvector:pg17', env('POSTGRES_HOST_AUTH_METHOD=trust')),
      compose('image: mongo:8', PUBLISHED(27017)),
      compose(
        'image: postgres:18',
        env('POSTGRES_USER=litellm', 'POSTGRES_PASSWORD=litellm'),
        'ports: ["${DB_PORT}:5432"]',
      ),
      compose('image: mysql:9', env('MYSQL_ROOT_PASSWORD=root'), PUBLISHED(3306)),
      compose('image: neo4j:2026', env('NEO4J_AUTH=none')),
    ],
    good: [
      compose('image: redis:8.2', 'command: redis-server --requirepass ${P}', PUBLISHED(6379)),
      compose('image: redis:8.2'),
      compose('image: postgres:18', env('POSTGRES_PASSWORD=postgres')),
      compose('image: postgres:18', env('POSTGRES_PASSWORD=${P}'), PUBLISHED(5432)),
      compose('image: postgres:18', env('POSTGRES_PASSWORD=postgres'), LOCAL(5432)),
    ],
  },
  'openwebui-auth-off': {
    bad: [compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('WEBUI_AUTH=False'))],
    good: [compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('WEBUI_AUTH=True'))],
  },
  'openwebui-open-signup': {
    bad: [
      compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('DEFAULT_USER_ROLE=user')),
      compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('WEBUI_SECRET_KEY=t0p-s3cr3t')),
    ],
    good: [
      compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('DEFAULT_USER_ROLE=user', 'ENABLE_SIGNUP=false')),
    ],
  },
  'n8n-weak-settings': {
    bad: [
      compose('image: n8nio/n8n:1.121.0', env('NODE_FUNCTION_ALLOW_BUILTIN=*')),
      compose('image: n8nio/n8n:1.121.0', env('N8N_SECURE_COOKIE=false')),
    ],
    good: [compose('image: n8nio/n8n:1.121.0', env('NODE_FUNCTION_ALLOW_BUILTIN=crypto'))],
  },
  'langflow-auto-login': {
    bad: [
      compose('image: langflowai/langflow:1.9.0', env('LANGFLOW_AUTO_LOGIN=true')),
      compose('image: langflowai/langflow:1.9.0', env('LANGFLOW_SKIP_AUTH_AUTO_LOGIN=true')),
      compose('image: langflowai/langflow:1.9.0', PUBLISHED(7860)),
      file('.env', 'LANGFLOW_AUTO_LOGIN="true" # for now'),
    ],
    good: [
      compose('image: langflowai/langflow:1.9.0', env('LANGFLOW_AUTO_LOGIN=false')),
      compose('image: langflowai/langflow:1.9.0', env('LANGFLOW_AUTO_LOGIN'), PUBLISHED(7860)),
      compose('image: langflowai/langflow:1.9.0', LOCAL(7860)),
      compose('image: langflowai/langflow:1.9.0', 'env_file: .env', PUBLISHED(7860)),
      file('.env', '# LANGFLOW_AUTO_LOGIN=true', 'LANGFLOW_AUTO_LOGIN=false'),
    ],
  },
  'flowise-no-auth': {
    bad: [
      compose('image: flowiseai/flowise:3.0.9', PUBLISHED(3000)),
      compose('image: flowiseai/flowise:3.0.9', env('FLOWISE_PASSWORD=1234')),
    ],
    good: [compose('image: flowiseai/flowise:3.0.9', env('JWT_AUTH_TOKEN_SECRET=${S}'), PUBLISHED(3000))],
  },
  'dify-default-credentials': {
    bad: [
      compose('image: postgres:15-alpine', env('POSTGRES_PASSWORD=difyai123456')),
      file('.env', 'DB_PASSWORD=difyai123456'),
      file('docker/.env', 'MYSQL_PASSWORD=infini_rag_flow'),
    ],
    good: [compose('image: postgres:15-alpine', env('POSTGRES_PASSWORD=${P}'))],
  },
  'workbench-open': {
    bad: [
      compose('image: localai/localai:v3.7.0', PUBLISHED(8080)),
      compose('image: openmmlab/lmdeploy:v0.10.2', 'command: lmdeploy serve api_server m', PUBLISHED(23333)),
      compose('image: ghcr.io/all-hands-ai/openhands:0.62', 'env_file: .env', 'ports: ["${PORT}:3000"]'),
      compose('image: ghcr.io/open-webui/pipelines:main', PUBLISHED(9099)),
      compose('image: ghcr.io/open-webui/open-webui:v0.6.36', env('OPENAI_API_KEYS=sk-x;0p3n-w3bu!')),
      compose('image: x:1', env('DANGEROUSLY_OMIT_AUTH=true')),
    ],
    good: [
      compose('image: localai/localai:v3.7.0', LOCAL(8080)),
      compose('image: localai/localai:v3.7.0', env('LOCALAI_API_KEY=${K}'), PUBLISHED(8080)),
      compose(
        'image: openmmlab/lmdeploy:v0.10.2',
        'command: lmdeploy serve api_server m --api-keys ${K}',
        PUBLISHED(23333),
      ),
      compose('image: ghcr.io/open-webui/pipelines:main', env('PIPELINES_API_KEY'), PUBLISHED(9099)),
    ],
  },
  'dashboard-open': {
    bad: [
      compose('image: daskdev/dask:2025.9.1', 'command: dask-scheduler', PUBLISHED(8787)),
      compose('image: tensorflow/tensorflow:2.20.0', 'command: tensorboard --logdir /l --bind_all', PUBLISHED(6006)),
      pod(['name: a', 'image: quay.io/argoproj/argocli:v3.7.3', 'args: ["server", "--auth-mode=server"]']),
    ],
    good: [
      compose('image: daskdev/dask:2025.9.1', 'command: dask-scheduler', LOCAL(8787)),
      pod(['name: a', 'image: quay.io/argoproj/argocli:v3.7.3', 'args: ["server", "--auth-mode=sso"]']),
    ],
  },
  'tracing-open': {
    bad: [
      compose('image: arizephoenix/phoenix:12.0', PUBLISHED(6006)),
      compose('image: langfuse/langfuse:3', env('NEXTAUTH_SECRET=mysecret')),
    ],
    good: [
      compose('image: arizephoenix/phoenix:12.0', env('PHOENIX_ENABLE_AUTH=true'), PUBLISHED(6006)),
      compose('image: langfuse/langfuse:3', env('NEXTAUTH_SECRET=${S}')),
    ],
  },
});

const rulesOf = (fixture: FamilyFixture): readonly string[] => scanFixture(fixture).findings.map(({ rule }) => rule);

test('a service is known by its name where its image is a variable or is built, and a port by being published', () => {
  const named = (name: string, ...lines: readonly string[]): FamilyFixture =>
    file('compose.yaml', 'services:', `  ${name}:`, ...lines.map((line) => `    ${line}`));
  assert.ok(rulesOf(named('llamacpp', 'image: ${IMAGE}:${TAG}', 'ports: ["8080:8080"]')).includes('llama-cpp-open'));
  assert.ok(rulesOf(named('vllm', 'build: ./vllm', 'ports: ["8000:8000"]')).includes('vllm-no-key'));
  assert.ok(rulesOf(named('comfyui', 'image: ${IMAGE}', 'ports: ["${PORT}:${PORT}"]')).includes('comfyui-open'));
  assert.ok(
    !rulesOf(named('comfyui', 'image: ${IMAGE}', 'ports: ["127.0.0.1:${PORT}:${PORT}"]')).includes('comfyui-open'),
  );
  assert.ok(!rulesOf(named('redis', 'build: ./redis', 'ports: ["6379:6379"]')).includes('store-no-auth'));
});

test('a variable without a value is handed on, and is neither missing nor empty', () => {
  const qdrant = (...lines: readonly string[]): readonly string[] =>
    rulesOf(compose('image: qdrant/qdrant:v1.16.0', 'ports: ["6333:6333"]', ...lines));
  assert.ok(qdrant().includes('qdrant-no-key'));
  assert.ok(!qdrant('environment: [QDRANT__SERVICE__API_KEY]').includes('qdrant-no-key'));
  assert.ok(!qdrant('environment: { QDRANT__SERVICE__API_KEY: }').includes('qdrant-no-key'));
  const jupyter = (value: string): readonly string[] =>
    rulesOf(
      compose('image: jupyter/base-notebook:x', 'ports: ["8888:8888"]', 'environment:', `  JUPYTER_TOKEN: ${value}`),
    );
  assert.ok(jupyter('""').includes('jupyter-no-token'));
  assert.ok(!jupyter('').includes('jupyter-no-token'));
});

test('what a file of settings opens is told of with the line', () => {
  const found = scanFixture(
    file('.env', 'A=1', 'export WEBUI_AUTH=False', "OLLAMA_HOST='0.0.0.0'", 'LITELLM_MASTER_KEY=sk-1234'),
  ).findings;
  assert.deepEqual(
    found
      .filter(({ rule }) => rule !== 'secret-in-infrastructure')
      .map(({ rule, where }) => `${rule} ${where.line}`)
      .toSorted(),
    ['litellm-default-key 4', 'ollama-exposed 3', 'openwebui-auth-off 2'],
  );
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from './registry.ts';

/** Rules of each of the 42 checks of agents, MCP and skills, in their order. */
const AGENTS: readonly string[] = [
  'mcp-unpinned-package', 'mcp-inline-program', 'mcp-download-and-run', 'agent-secret', 'mcp-plain-http mcp-no-authentication', 'mcp-listens-everywhere',
  'mcp-vulnerable-version', 'mcp-project-command', 'agent-auto-approve', 'agent-hook-command', 'agent-environment-override', 'mcp-broad-filesystem',
  'agent-wildcard-permission', 'agent-definition-drift agent-definition-new', 'tool-poisoning', 'tool-shadowing', 'agent-toxic-flow',
  'tool-vague tool-over-broad mcp-timeout', 'agent-invisible-text', 'agent-terminal-escape', 'agent-hidden-markup', 'mcp-typosquat', 'agent-install-script',
  'mcp-template-injection', 'mcp-oauth', 'mcp-open-origin', 'skill-front-matter', 'skill-broad-tools', 'agent-instruction-override', 'agent-remote-instructions',
  'skill-download-and-run', 'skill-obfuscation', 'skill-padding', 'skill-opaque-file', 'skill-packed-content', 'agent-credential-handling', 'skill-persistence',
  'skill-package-source', 'skill-link', 'agent-high-stakes skill-destructive-command', 'skill-unpinned-dependency vulnerable-version', 'skill-overlap',
]; // prettier-ignore

/** Rules of each of the 64 checks of infrastructure, in their order. */
const INFRASTRUCTURE: readonly string[] = [
  'ray-dashboard-open', 'ray-token-auth-off', 'ollama-exposed', 'ollama-origins-wildcard', 'vllm-no-key', 'vllm-key-only', 'vllm-dev-mode', 'vllm-multinode-exposed',
  'sglang-open', 'zmq-pickle', 'trt-llm-orchestrator-open', 'triton-model-control', 'triton-open-apis', 'tgi-open', 'torchserve-management-open',
  'torchserve-allowed-urls', 'mlflow-no-auth', 'mlflow-default-admin', 'mlflow-serves-artifacts', 'jupyter-no-token', 'jupyter-weak-settings',
  'jupyterhub-dummy-authenticator', 'qdrant-no-key', 'weaviate-anonymous', 'milvus-no-auth', 'default-object-store-login', 'chroma-no-auth', 'store-no-auth',
  'litellm-default-key', 'vulnerable-version', 'openwebui-auth-off', 'openwebui-open-signup', 'n8n-weak-settings', 'langflow-auto-login', 'vulnerable-version',
  'flowise-no-auth', 'dify-default-credentials', 'comfyui-open', 'gradio-share', 'llama-cpp-open', 'dashboard-open', 'vulnerable-version', 'trust-remote-code',
  'unpinned-model-revision', 'unsafe-torch-load', 'remote-pickle-load', 'insecure-download', 'model-volume-writable', 'secret-in-infrastructure',
  'unsigned-model-deploy', 'media-fetch-open', 'container-escape', 'container-not-hardened', 'image-not-pinned', 'vulnerable-version',
  'network-policy-missing service-published ingress-without-auth', 'no-resource-limits', 'sagemaker-open', 'bedrock-unguarded', 'azure-ai-open', 'vertex-open',
  'workflow-dangerous-trigger workflow-injection workflow-prompt-injection workflow-unpinned-action workflow-excessive-permissions workflow-secret-for-all-steps',
  'bucket-public', 'tracing-open',
]; // prettier-ignore

/** Families whose rows are findings between files: their tests are elsewhere. */
const BETWEEN_FILES: ReadonlySet<string> = new Set(['agent-definitions']);

void test('each of the 42 checks of agents and the 64 of infrastructure has rules, and each rule a bad and a good fixture', () => {
  assert.equal(AGENTS.length, 42);
  assert.equal(INFRASTRUCTURE.length, 64);
  const families = new Map(RULES.map(({ meta }) => [meta.id, meta.family]));
  for (const id of [...AGENTS, ...INFRASTRUCTURE].flatMap((ids) => ids.split(' '))) {
    const family = families.get(id);
    assert.ok(family !== undefined, `no rule ${id}`);
    if (BETWEEN_FILES.has(family)) continue;
    const path = new URL(`rules/${family}/family.test.ts`, import.meta.url);
    assert.ok(existsSync(path), `${id}: no fixtures of ${family}`);
    // `checkFamily` asserts that both lists of a case hold something; here, that the case is there.
    const text = readFileSync(path, 'utf8');
    const start = text.indexOf(`'${id}': {`);
    assert.ok(start !== -1, `no fixtures of ${id}`);
    const part = text.slice(start);
    assert.match(part, /\bbad: \[/, id);
    assert.match(part, /\bgood: \[/, id);
  }
});

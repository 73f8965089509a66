import { show } from '../../agents/show.ts';
import { leavesOf, type LocatedLeaf, type LocatedScalar } from '../../../formats/located/located.ts';
import { openTo, titled } from '../../infra/exposure.ts';
import { matches } from '../../infra/matches.ts';
import {
  commandLine,
  isEverywhere,
  isGiven,
  isImage,
  isOff,
  isOn,
  option,
  reachOf,
  starts,
  variable,
  type Workload,
} from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const isRay = (one: Workload): boolean =>
  /\bray start\b/.test(commandLine(one)) ||
  (isImage(one, /(?:^|\/)(?:ray|ray-ml|ray-llm)$/) && /ray/.test(commandLine(one) || 'ray'));
const isOllama = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)ollama$/) || /\bollama serve\b/.test(commandLine(one));
const isVllm = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)vllm(?:-openai|-cpu|-tpu|-rocm)?$/) ||
  /vllm\.entrypoints|\bvllm serve\b/.test(commandLine(one));
const isSglang = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)sglang$/) || /sglang\.launch_server|\bsglang serve\b/.test(commandLine(one));
const isTriton = (one: Workload): boolean => isImage(one, /(?:^|\/)tritonserver$/) || starts(one, 'tritonserver');
const isTgi = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)text-generation-inference$/) || starts(one, 'text-generation-launcher');
const isTorchServe = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)torchserve(?:-[\w-]+)?$/) || starts(one, 'torchserve');
const isLlamaCpp = (one: Workload): boolean =>
  isImage(one, /llama[-._]?cpp/) || starts(one, 'llama-server', 'rpc-server');

/** Engines that serve models. */
export const SERVING_CHECKS: readonly Check[] = [
  {
    id: 'ray-dashboard-open',
    title: 'Ray dashboard that everybody reaches',
    severity: 'critical',
    meaning: "Ray's dashboard and job API run programs for whoever reaches them; there is no login in front of them.",
    fix: 'Bind the dashboard to 127.0.0.1, keep ports 8265, 10001 and 6379 inside the cluster, and set RAY_AUTH_MODE=token on Ray 2.52 and later.',
    references: ['CVE-2023-48022', 'CVE-2025-62593', 'https://docs.ray.io/en/latest/ray-security/index.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isRay(workload)) return null;
        const host = option(workload, '--dashboard-host');
        const reach = reachOf(workload, 8265, 10001, 6379);
        if (host !== null && isEverywhere(host.text)) {
          const found = openTo(workload, 'critical', 'starts the Ray dashboard on all addresses', 8265, 10001, 6379);
          return found === null ? null : { ...found, at: host.at };
        }
        return reach === 'published'
          ? openTo(workload, 'critical', 'publishes ports of Ray, whose job API has no login', 8265, 10001, 6379)
          : null;
      },
      'infra-objects': ({ objects, lines }) =>
        objects
          .filter(({ kind }) => /^Ray(?:Cluster|Service|Job|CronJob)$/.test(kind))
          .flatMap(({ root, name }): Judgement[] => {
            const leaves = [...leavesOf(root)];
            const last = (path: string): LocatedScalar | undefined =>
              leaves.find((one) => one.path.endsWith(`.headGroupSpec.${path}`))?.node;
            const type = last('serviceType') ?? last('headService.spec.type');
            if (type !== undefined && /^(?:LoadBalancer|NodePort)$/.test(type.text)) {
              const message = `The Ray cluster ${show(name)} publishes its head by a ${type.text}.`;
              return [{ at: lines.place(type.start), message }];
            }
            const host = last('rayStartParams.dashboard-host');
            if (host === undefined || !isEverywhere(host.text) || asksForToken(leaves)) return [];
            const message = `The Ray cluster ${show(name)} starts its dashboard on all addresses, open to the whole cluster.`;
            return [{ at: lines.place(host.start), severity: 'high', message }];
          }),
    },
  },
  {
    id: 'ray-token-auth-off',
    title: 'Ray without token authentication',
    severity: 'medium',
    meaning: 'Since 2.52 Ray can ask callers for a token, and does not unless it is told to.',
    fix: 'Set RAY_AUTH_MODE=token and give RAY_AUTH_TOKEN from a secret.',
    references: ['CVE-2025-34351', 'https://docs.ray.io/en/latest/ray-security/token-auth.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isRay(workload)) return null;
        const mode = variable(workload, 'RAY_AUTH_MODE');
        if (mode === null ? workload.moreEnv && workload.from !== 'dockerfile' : mode.text === 'token') return null;
        return openTo(workload, 'medium', 'runs Ray without RAY_AUTH_MODE=token', 8265, 10001, 6379);
      },
    },
  },
  {
    id: 'ollama-exposed',
    title: 'Ollama that everybody reaches',
    severity: 'high',
    meaning:
      'Ollama has no login: whoever reaches it uses, replaces and deletes models, and reads what others have loaded.',
    fix: 'Publish the port to 127.0.0.1 only (127.0.0.1:11434:11434), or put a gateway with keys in front of it.',
    references: ['CVE-2025-63389', 'CVE-2024-37032', 'https://github.com/ollama/ollama/blob/main/docs/faq.md'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const host = variable(workload, 'OLLAMA_HOST');
        const everywhere = host !== null && isEverywhere(host.text.replace(/:\d+$/, ''));
        if (!isOllama(workload))
          return everywhere
            ? { at: host.at, severity: 'medium', message: `${titled(workload)} makes Ollama listen on all addresses.` }
            : null;
        if (reachOf(workload, 11434) === 'published')
          return openTo(workload, 'high', 'runs Ollama, which has no login', 11434);
        return everywhere
          ? openTo(workload, 'high', 'makes Ollama, which has no login, listen on all addresses', 11434)
          : null;
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'shell'
          ? matches(text, /^[ \t]*(?:export[ \t]+)?OLLAMA_HOST=["']?(?:http:\/\/)?(?:0\.0\.0\.0|\[::\])/gm).map(
              (start) => ({
                at: lines.place(start),
                severity: 'medium',
                message: 'Ollama, which has no login, is made to listen on all addresses.',
              }),
            )
          : null,
    },
  },
  {
    id: 'ollama-origins-wildcard',
    title: 'Ollama that answers every web page',
    severity: 'medium',
    meaning: 'With OLLAMA_ORIGINS=* any page that somebody on the network has open may use Ollama through the browser.',
    fix: 'Name the origins that need it.',
    references: ['CVE-2024-28224', 'https://github.com/ollama/ollama/blob/main/docs/faq.md'],
    taxonomy: ['CWE-942', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const origins = variable(workload, 'OLLAMA_ORIGINS');
        return origins !== null && /(?:^|,)\s*["']?(?:https?:\/\/)?\*/.test(origins.text)
          ? { at: origins.at, message: `${titled(workload)} lets pages of every origin use Ollama.` }
          : null;
      },
    },
  },
  {
    id: 'vllm-no-key',
    title: 'vLLM without an API key',
    severity: 'high',
    meaning: 'The server answers whoever reaches it, at your cost, and shows which models there are.',
    fix: 'Give --api-key or VLLM_API_KEY from a secret, and put a gateway in front of it.',
    references: ['https://docs.vllm.ai/en/latest/usage/security.html'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) =>
        isVllm(workload) && option(workload, '--api-key') === null && !isGiven(workload, 'VLLM_API_KEY')
          ? openTo(workload, 'high', 'runs vLLM without an API key', 8000)
          : null,
    },
  },
  {
    id: 'vllm-key-only',
    title: 'vLLM whose only control is its API key',
    severity: 'low',
    meaning:
      'The key is asked for below /v1 and a few other paths; /tokenize, /metrics, /pause and others answer without it.',
    fix: 'Publish a gateway or proxy that lets through what is needed, and not the server itself.',
    references: ['https://docs.vllm.ai/en/latest/usage/security.html', 'CVE-2026-48746'],
    taxonomy: ['CWE-862', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isVllm(workload) || reachOf(workload, 8000) !== 'published') return null;
        const key = option(workload, '--api-key') ?? variable(workload, 'VLLM_API_KEY');
        return key === null
          ? null
          : { at: key.at, message: `${titled(workload)} is published with vLLM's API key as its only control.` };
      },
    },
  },
  {
    id: 'vllm-dev-mode',
    title: 'vLLM in development mode, or with insecure serialization',
    severity: 'high',
    meaning:
      'Development mode adds endpoints that reset and inspect the server; insecure serialization unpickles what callers send.',
    fix: 'Take the variable away.',
    references: ['https://docs.vllm.ai/en/latest/usage/security.html', 'CVE-2025-32444'],
    taxonomy: ['CWE-489', 'CWE-502', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) =>
        ['VLLM_SERVER_DEV_MODE', 'VLLM_ALLOW_INSECURE_SERIALIZATION'].flatMap((name): Judgement[] => {
          const value = variable(workload, name);
          return isOn(value) ? [{ at: value!.at, message: `${titled(workload)} sets ${name}.` }] : [];
        }),
    },
  },
  {
    id: 'vllm-multinode-exposed',
    title: 'Ports between nodes of vLLM that others reach',
    severity: 'high',
    meaning:
      'The channels between nodes (KV transfer, data parallel, torch.distributed) trust whatever connects, and some unpickle it.',
    fix: 'Keep these ports on a network of their own, without hostNetwork and without publishing them.',
    references: ['CVE-2025-30165', 'CVE-2025-32444', 'CVE-2025-47277', 'CVE-2025-29783'],
    taxonomy: ['CWE-502', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isVllm(workload) && !isSglang(workload)) return null;
        const numbers = [14579, 29500, 29550, 13345, 5557];
        for (const name of ['--kv-port', '--data-parallel-rpc-port', '--master-port', '--nccl-port']) {
          const number = Number(option(workload, name)?.text);
          if (number > 0) numbers.push(number);
        }
        const open = workload.ports.find(
          ({ container, reach }) => reach === 'published' && numbers.includes(container),
        );
        if (open !== undefined)
          return {
            at: open.at,
            message: `${titled(workload)} publishes port ${open.container}, by which nodes trust each other.`,
          };
        const distributed = option(
          workload,
          '--kv-transfer-config',
          '--data-parallel-address',
          '--nnodes',
          '--dist-init-addr',
        );
        const host = workload.powers.find(({ text }) => text === 'hostNetwork');
        return distributed !== null && host !== undefined
          ? { at: host.at, message: `${titled(workload)} joins nodes over the network of the host.` }
          : null;
      },
    },
  },
  {
    id: 'sglang-open',
    title: 'SGLang without keys',
    severity: 'high',
    meaning: 'Without keys whoever reaches the server uses it, and can replace its weights from a path on the disk.',
    fix: 'Give --api-key and --admin-api-key, bind to 127.0.0.1, and put a gateway in front of it.',
    references: ['CVE-2026-3059', 'CVE-2026-3060', 'https://docs.sglang.ai/'],
    taxonomy: ['CWE-306', 'CWE-502', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isSglang(workload) || option(workload, '--api-key') !== null) return null;
        const host = option(workload, '--host');
        return reachOf(workload, 30000) === 'published' || (host !== null && isEverywhere(host.text))
          ? openTo(workload, 'high', 'runs SGLang without an API key', 30000)
          : null;
      },
    },
  },
  {
    id: 'zmq-pickle',
    title: 'Objects that are unpickled from a socket',
    severity: 'high',
    meaning: 'Unpickling runs what the sender put in. Several inference engines copied such a channel from each other.',
    fix: 'Send JSON or MessagePack, or sign messages with a key; bind to 127.0.0.1 or an ipc:// path.',
    references: ['CVE-2024-50050', 'CVE-2025-30165', 'https://docs.python.org/3/library/pickle.html'],
    taxonomy: ['CWE-502', 'AML.T0049'],
    judge: {
      'infra-text': ({ what, text, lines }) =>
        what === 'python'
          ? matches(
              text,
              /\brecv_pyobj\s*\(|\b(?:c?pickle|dill|cloudpickle)\.loads\s*\(\s*(?:await\s+)?[\w.]{0,60}\.recv\w{0,20}\s*\(/gi,
            ).map((start) => ({
              at: lines.place(start),
              message: 'What comes from a socket is unpickled.',
            }))
          : null,
    },
  },
  {
    id: 'trt-llm-orchestrator-open',
    title: 'TensorRT-LLM whose orchestrator everybody reaches',
    severity: 'high',
    meaning: 'The channels by which an orchestrator drives its workers run what they are sent.',
    fix: 'Bind to 127.0.0.1 or a network of its own, and update.',
    references: ['CVE-2026-24229', 'https://nvidia.github.io/TensorRT-LLM/'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isImage(workload, /tensorrt[-_]?llm/) && !starts(workload, 'trtllm-serve', 'trtllm-llmapi-launch'))
          return null;
        const host = option(workload, '--host');
        return reachOf(workload) === 'published' || (host !== null && isEverywhere(host.text))
          ? openTo(workload, 'high', 'runs TensorRT-LLM without a login')
          : null;
      },
    },
  },
  {
    id: 'triton-model-control',
    title: 'Triton that loads models for whoever asks',
    severity: 'high',
    meaning:
      'With explicit or polled model control a caller, or whoever writes the repository, has models loaded, and a model may be a Python program.',
    fix: 'Leave --model-control-mode=none, or close the endpoint (--http-restricted-api=model-repository:KEY=VALUE, --grpc-restricted-protocol).',
    references: [
      'CVE-2025-23319',
      'CVE-2025-23334',
      'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/customization_guide/deploy.html',
    ],
    taxonomy: ['CWE-306', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isTriton(workload)) return null;
        const mode = option(workload, '--model-control-mode');
        if (mode === null || !/^(?:explicit|poll)$/i.test(mode.text)) return null;
        if (
          mode.text === 'explicit' &&
          option(workload, '--http-restricted-api') !== null &&
          option(workload, '--grpc-restricted-protocol') !== null
        )
          return null;
        const found = openTo(
          workload,
          mode.text === 'explicit' ? 'high' : 'medium',
          `loads models by ${mode.text} control without a restriction`,
          8000,
          8001,
        );
        return found === null ? null : { ...found, at: mode.at };
      },
    },
  },
  {
    id: 'triton-open-apis',
    title: 'Triton with all its interfaces published',
    severity: 'medium',
    meaning: 'Shared memory, tracing and logging are set over the same ports as inference, and Triton has no login.',
    fix: 'Publish a proxy that lets inference through, and restrict the rest (--http-restricted-api=shared-memory,trace,logging:KEY=VALUE).',
    references: [
      'CVE-2025-23316',
      'CVE-2025-23320',
      'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/customization_guide/deploy.html',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) =>
        isTriton(workload) &&
        reachOf(workload, 8000, 8001, 8002) === 'published' &&
        option(workload, '--http-restricted-api') === null
          ? openTo(workload, 'medium', 'publishes all interfaces of Triton, which has no login', 8000, 8001, 8002)
          : null,
    },
  },
  {
    id: 'tgi-open',
    title: 'Text Generation Inference without a key',
    severity: 'medium',
    meaning: 'The server answers whoever reaches it, at your cost.',
    fix: 'Set API_KEY, or publish a gateway and not the server itself.',
    references: ['https://huggingface.co/docs/text-generation-inference/reference/launcher'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) =>
        isTgi(workload) &&
        option(workload, '--api-key') === null &&
        !isGiven(workload, 'API_KEY') &&
        reachOf(workload, 80, 3000, 8080) === 'published'
          ? openTo(workload, 'medium', 'runs Text Generation Inference without a key', 80, 3000, 8080)
          : null,
    },
  },
  {
    id: 'torchserve-management-open',
    title: 'TorchServe whose management everybody reaches',
    severity: 'critical',
    meaning: 'The management interface loads model archives, which are programs, from any address that it is told.',
    fix: 'management_address=http://127.0.0.1:8081, and leave token authorization on.',
    references: ['CVE-2023-43654', 'https://docs.pytorch.org/serve/token_authorization_api.html'],
    taxonomy: ['CWE-306', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        const off = variable(workload, 'TS_DISABLE_TOKEN_AUTHORIZATION');
        if (isOn(off))
          return { at: off!.at, severity: 'high', message: `${titled(workload)} turns TorchServe's tokens off.` };
        const flag = isTorchServe(workload) ? option(workload, '--disable-token-auth') : null;
        if (flag !== null)
          return { at: flag.at, severity: 'high', message: `${titled(workload)} turns TorchServe's tokens off.` };
        return isTorchServe(workload) && reachOf(workload, 8081) === 'published'
          ? openTo(workload, 'high', "publishes TorchServe's management port", 8081)
          : null;
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'properties'
          ? [
              ...matches(text, /^[ \t]*management_address[ \t]*=[ \t]*https?:\/\/(?:0\.0\.0\.0|\[::\])/gm).map(
                (start) => ({
                  at: lines.place(start),
                  message: "TorchServe's management listens on all addresses.",
                }),
              ),
              ...matches(text, /^[ \t]*disable_token_authorization[ \t]*=[ \t]*true\b/gm).map((start) => ({
                at: lines.place(start),
                severity: 'high' as const,
                message: "TorchServe's tokens are turned off.",
              })),
            ]
          : null,
    },
  },
  {
    id: 'torchserve-allowed-urls',
    title: 'TorchServe that loads models from everywhere',
    severity: 'high',
    meaning:
      'allowed_urls says from where model archives may come; a pattern that fits every address lets strangers choose the program.',
    fix: 'Name the addresses in allowed_urls, such as https://models\\.example\\.org/.*, and nothing wider.',
    references: ['CVE-2023-43654', 'https://docs.pytorch.org/serve/configuration.html'],
    taxonomy: ['CWE-918', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        const urls = variable(workload, 'TS_ALLOWED_URLS');
        return urls !== null && fitsEverything(urls.text)
          ? { at: urls.at, message: `${titled(workload)} lets TorchServe load models from every address.` }
          : null;
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'properties'
          ? [...text.matchAll(/^[ \t]*allowed_urls[ \t]*=[ \t]*(.{0,500})$/gm)].flatMap((found) =>
              fitsEverything(found[1]!)
                ? [{ at: lines.place(found.index), message: 'TorchServe may load models from every address.' }]
                : [],
            )
          : null,
    },
  },
  {
    id: 'llama-cpp-open',
    title: 'llama.cpp server or RPC worker that everybody reaches',
    severity: 'high',
    meaning:
      'The RPC worker has no protection at all and was made for a private network; the server has none without a key.',
    fix: 'Bind to 127.0.0.1, give llama-server --api-key, and never publish an RPC worker.',
    references: [
      'CVE-2024-42479',
      'CVE-2026-34159',
      'https://github.com/ggml-org/llama.cpp/blob/master/tools/rpc/README.md',
    ],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        if (!isLlamaCpp(workload)) return null;
        const host = option(workload, '--host', '-H');
        const everywhere = host !== null && isEverywhere(host.text);
        if (starts(workload, 'rpc-server', 'ggml-rpc-server'))
          return everywhere || reachOf(workload, 50052) === 'published'
            ? openTo(workload, 'high', 'runs an RPC worker, which has no protection,', 50052)
            : null;
        const keyed = option(workload, '--api-key', '--api-key-file') !== null || isGiven(workload, 'LLAMA_API_KEY');
        return !keyed && reachOf(workload, 8080, 8000) === 'published'
          ? openTo(workload, 'medium', 'runs llama.cpp without an API key', 8080, 8000)
          : null;
      },
    },
  },
  {
    id: 'litellm-default-key',
    title: 'LiteLLM without a master key, or with that of the examples',
    severity: 'high',
    meaning:
      'With the key of the examples, or none, whoever reaches the proxy spends your money and reads its settings.',
    fix: 'Set LITELLM_MASTER_KEY from a secret to a long random value.',
    references: ['https://docs.litellm.ai/docs/proxy/virtual_keys', 'CVE-2026-42208'],
    taxonomy: ['CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const key = variable(workload, 'LITELLM_MASTER_KEY', 'LITELLM_SALT_KEY');
        if (key !== null && /^sk-(?:1234|xxx|your|change)/i.test(key.text))
          return { at: key.at, message: `${titled(workload)} uses the master key of the examples.` };
        if (!isImage(workload, /(?:^|\/)litellm(?:-database|-non_root)?$/) || isGiven(workload, 'LITELLM_MASTER_KEY'))
          return null;
        const config = option(workload, '--config');
        return config === null ? openTo(workload, 'high', 'runs LiteLLM without a master key', 4000) : null;
      },
    },
  },
  {
    id: 'gradio-share',
    title: 'Gradio application that is shared or has no login',
    severity: 'medium',
    meaning: 'share=True opens a public tunnel to the machine; without auth everybody who has the address uses it.',
    fix: 'Leave share out, set auth, and put the application behind a proxy with a login.',
    references: ['https://www.gradio.app/guides/sharing-your-app', 'CVE-2024-1561'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const share = variable(workload, 'GRADIO_SHARE');
        if (isOn(share)) return { at: share!.at, message: `${titled(workload)} opens a public tunnel by Gradio.` };
        const flag = option(workload, '--share');
        return flag !== null && /gradio|webui|launch\.py|app\.py|server\.py/.test(commandLine(workload)) && !isOff(flag)
          ? { at: flag.at, message: `${titled(workload)} opens a public tunnel by Gradio.` }
          : null;
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'python' && /\bgradio\b/.test(text)
          ? matches(text, /\.launch\s*\([^()]{0,500}\bshare\s*=\s*True\b/g).map((start) => ({
              at: lines.place(start),
              message: 'A Gradio application opens a public tunnel to the machine.',
            }))
          : null,
    },
  },
  {
    id: 'comfyui-open',
    title: 'ComfyUI that everybody reaches',
    severity: 'high',
    meaning: 'ComfyUI has no login, and its nodes are programs that a workflow or the manager installs.',
    fix: 'Leave --listen out or publish to 127.0.0.1, and put a proxy with a login in front of it.',
    references: ['https://docs.comfy.org/development/comfyui-server/comms_overview', 'CVE-2025-67303'],
    taxonomy: ['CWE-306', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const comfy = isImage(workload, /comfyui/) || /comfyui/i.test(commandLine(workload));
        const listen = option(workload, '--listen');
        if (!comfy) return null;
        return (listen !== null && (listen.text === '' || isEverywhere(listen.text))) ||
          reachOf(workload, 8188) === 'published'
          ? openTo(workload, 'high', 'runs ComfyUI, which has no login', 8188)
          : null;
      },
    },
  },
];

function fitsEverything(urls: string): boolean {
  return urls
    .split(',')
    .some((one) => /^(?:\.\*|file:\/\/\.\*(?:\|.*)?|http\(?s?\)?\??:\/\/\.\*|https?:\/\/\.\*)$/.test(one.trim()));
}

/** Ray's token authentication, by KubeRay's `authOptions` or by the variable. */
function asksForToken(leaves: readonly LocatedLeaf[]): boolean {
  return leaves.some(
    ({ path, node }, index) =>
      (path.endsWith('.authOptions.mode') && node.text === 'token') ||
      (node.text === 'RAY_AUTH_MODE' && leaves[index + 1]?.node.text === 'token'),
  );
}

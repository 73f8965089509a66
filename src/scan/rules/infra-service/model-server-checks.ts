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
import type { Check } from '../../rule-family.ts';

const isTriton = (one: Workload): boolean => isImage(one, /(?:^|\/)tritonserver$/) || starts(one, 'tritonserver');
const isTgi = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)text-generation-inference$/) || starts(one, 'text-generation-launcher');
const isTorchServe = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)torchserve(?:-[\w-]+)?$/) || starts(one, 'torchserve');
const isLlamaCpp = (one: Workload): boolean =>
  isImage(one, /llama\.cpp|llama-cpp/) || starts(one, 'llama-server', 'rpc-server');

/** Servers of models of any kind, their gateways and their demonstrations. */
export const MODEL_SERVER_CHECKS: readonly Check[] = [
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

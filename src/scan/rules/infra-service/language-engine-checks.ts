import { openTo, titled } from '../../infra/exposure.ts';
import { matches } from '../../infra/matches.ts';
import {
  commandLine,
  isEverywhere,
  isGiven,
  isImage,
  isOn,
  option,
  reachOf,
  starts,
  variable,
  type Workload,
} from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const isOllama = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)ollama$/) || /\bollama serve\b/.test(commandLine(one));
const isVllm = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)vllm(?:-openai|-cpu|-tpu|-rocm)?$/) ||
  /vllm\.entrypoints|\bvllm serve\b/.test(commandLine(one));
const isSglang = (one: Workload): boolean =>
  isImage(one, /(?:^|\/)sglang$/) || /sglang\.launch_server|\bsglang serve\b/.test(commandLine(one));

/** Engines that run language models. */
export const LANGUAGE_ENGINE_CHECKS: readonly Check[] = [
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
        what === 'shell' || what === 'env'
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
];

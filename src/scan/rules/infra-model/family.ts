import { judgePackage } from '../../advisories/judge-package.ts';
import { secretsIn } from '../../agents/secret-in.ts';
import { secretValues } from '../../infra/secret-values.ts';
import { commentedExamples } from '../../commented-example.ts';
import { show } from '../../agents/show.ts';
import { titled } from '../../infra/exposure.ts';
import { matches } from '../../infra/matches.ts';
import { environmentOf } from '../../infra/read-dockerfile.ts';
import { shellCommands } from '../../infra/shell-words.ts';
import { commandLine, imageName, isImage, isOn, option, variable, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import { type Check, defineFamily } from '../../rule-family.ts';
import { leavesOf, memberAt } from '../../../formats/located/located.ts';

const serves = (one: Workload): boolean =>
  isImage(
    one,
    /(?:^|\/)(?:vllm(?:-openai)?|sglang|text-generation-inference|text-embeddings-inference|tritonserver|ollama|torchserve|llama\.cpp|lmdeploy|xinference|localai|infinity)$/,
  ) || /vllm|sglang|tritonserver|text-generation-launcher|torchserve|llama-server/.test(commandLine(one));

const REVISION = /^[0-9a-f]{40}$/;

const CHECKS: readonly Check[] = [
  {
    id: 'trust-remote-code',
    title: 'Programs that come with a model are run',
    severity: 'high',
    meaning: 'With trust_remote_code whoever may change the model on the hub runs programs on this machine.',
    fix: 'Leave it out; where a model needs it, name the commit that was reviewed (revision=…) and keep a copy.',
    references: ['https://huggingface.co/docs/transformers/main/en/custom_models', 'CVE-2025-66448'],
    taxonomy: ['CWE-829', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        const flag = option(workload, '--trust-remote-code');
        const value = variable(workload, 'TRUST_REMOTE_CODE', 'HF_TRUST_REMOTE_CODE', 'VLLM_TRUST_REMOTE_CODE');
        const given = workload.env.find(
          ({ name, text }) =>
            /(?:ARGS|OPTS|FLAGS|OPTIONS)$/.test(name) &&
            /(?:^|\s)--trust[-_]remote[-_]code(?!=(?:false|0))(?:[\s=]|$)/i.test(text),
        );
        const at =
          flag !== null && !/^(?:false|0)$/i.test(flag.text) ? flag.at : isOn(value) ? value!.at : (given?.at ?? null);
        return at === null ? null : { at, message: `${titled(workload)} runs programs that come with a model.` };
      },
      'infra-text': ({ what, text, lines }) =>
        what === 'python' || what === 'shell'
          ? matches(
              text,
              what === 'python'
                ? /(?<!["'#])\btrust_remote_code\s*=\s*True\b/g
                : /(?<=\s)--trust[-_]remote[-_]code\b(?!=(?:false|0))/gi,
            ).map((start) => ({
              at: lines.place(start),
              severity: 'medium',
              message: 'Programs that come with a model are run.',
            }))
          : null,
    },
  },
  {
    id: 'unpinned-model-revision',
    title: 'Model that is fetched without a revision',
    severity: 'low',
    meaning:
      'A name stands for whatever its owner uploads: the model can change, or be replaced, without anything changing here.',
    fix: 'Name the commit (revision="…40 digits…", --revision), or serve a signed copy of your own.',
    references: ['https://huggingface.co/docs/huggingface_hub/guides/download', 'CWE-1357'],
    taxonomy: ['CWE-494', 'AML.T0010'],
    judge: {
      'infra-workload': ({ workload }) => {
        const model =
          option(workload, '--model', '--model-id', '--model-path') ?? variable(workload, 'MODEL_ID', 'HF_MODEL_ID');
        if (
          model === null ||
          !/^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(model.text) ||
          /^(?:models|mnt|data|opt|workspace|app)\//.test(model.text)
        )
          return null;
        const revision = option(workload, '--revision') ?? variable(workload, 'REVISION', 'MODEL_REVISION');
        return revision !== null && REVISION.test(revision.text)
          ? null
          : { at: model.at, message: `${titled(workload)} fetches a model without naming its commit.` };
      },
      'infra-text': ({ what, text, lines }) => {
        if (what !== 'python') return null;
        const found: Judgement[] = [];
        for (const call of text.matchAll(
          /\b(?:from_pretrained|snapshot_download|hf_hub_download|pipeline|load_dataset)\s*\(\s*(?:repo_id\s*=\s*|model\s*=\s*)?["'](\w[\w.-]{0,95}\/[\w.-]{1,96})["'][^()]{0,600}\)/g,
        )) {
          if (!/\brevision\s*=/.test(call[0]))
            found.push({ at: lines.place(call.index), message: `"${call[1]}" is fetched without naming its commit.` });
        }
        return found;
      },
    },
  },
  {
    id: 'unsafe-torch-load',
    title: 'PyTorch file that may run programs when it is loaded',
    severity: 'high',
    meaning: 'With weights_only=False loading a file runs whatever program it holds.',
    fix: 'Leave weights_only on (PyTorch 2.6 and later), or use safetensors.',
    references: ['CVE-2025-32434', 'https://docs.pytorch.org/docs/stable/generated/torch.load.html'],
    taxonomy: ['CWE-502', 'AML.T0010'],
    judge: {
      'infra-text': ({ what, text, lines }) =>
        what === 'python'
          ? matches(text, /\btorch\.load\s*\([^\n]{0,300}\bweights_only\s*=\s*False\b/g).map((start) => ({
              at: lines.place(start),
              severity: 'medium',
              message: 'A file is loaded with everything that it may run.',
            }))
          : null,
      'infra-workload': ({ workload }) => {
        const force = variable(workload, 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD');
        return isOn(force) ? { at: force!.at, message: `${titled(workload)} lets PyTorch files run programs.` } : null;
      },
    },
  },
  {
    id: 'remote-pickle-load',
    title: 'Object that is fetched and unpickled',
    severity: 'high',
    meaning:
      'Unpickling runs what the file holds, and whoever controls the address or the way to it decides what that is.',
    fix: 'Load safetensors or ONNX, from a pinned and verified copy.',
    references: ['https://docs.python.org/3/library/pickle.html', 'CWE-502'],
    taxonomy: ['CWE-502', 'AML.T0010'],
    judge: {
      'infra-text': ({ what, text, lines }) =>
        what === 'python'
          ? matches(
              text,
              /\b(?:pickle|joblib|dill|cloudpickle)\.loads?\s*\(\s*(?:io\.BytesIO\s*\(\s*)?(?:requests\.get|urllib\.request\.urlopen|urlopen|fsspec\.open|s3\.get_object|httpx\.get)\b|\bpd\.read_pickle\s*\(\s*["']https?:|\btorch\.hub\.load_state_dict_from_url\s*\(\s*["']http:/g,
            ).map((start) => ({
              at: lines.place(start),
              message: 'What comes from an address is unpickled.',
            }))
          : null,
    },
  },
  {
    id: 'insecure-download',
    title: 'Packages or models over unprotected connections, or from two indexes',
    severity: 'medium',
    meaning:
      'Over http:// anybody on the way chooses what is installed; with --extra-index-url a stranger may publish a package of the same name on the other index.',
    fix: 'Use https://, one index (--index-url) that mirrors what is needed, and hashes.',
    references: ['https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-extra-index-url', 'CWE-829'],
    taxonomy: ['CWE-319', 'CWE-427', 'AML.T0010'],
    judge: {
      'infra-dockerfile': ({ instructions, lines }) =>
        instructions.flatMap(({ name, text, documents, start, exec }): Judgement[] => {
          if (name === 'ADD' && /^http:\/\//i.test(text.trim()))
            return [{ at: lines.place(start), message: 'A file is added over an unprotected connection.' }];
          if (name !== 'RUN') return [];
          const line = [exec?.join(' ') ?? text, ...documents].join('\n');
          return shellCommands(line).flatMap(({ words }): Judgement[] => {
            const whole = words.join(' ');
            const program = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '';
            const installs =
              /^(?:pip3?|uv|python3?|conda|mamba|poetry)$/.test(program) && /\binstall\b|\badd\b|\bsync\b/.test(whole);
            if (installs && /(?:--(?:extra-)?index-url|-i|--find-links|-f)[ =]http:\/\//.test(whole))
              return [{ at: lines.place(start), message: 'Packages are installed over an unprotected connection.' }];
            if (installs && /--trusted-host\b/.test(whole))
              return [{ at: lines.place(start), message: 'An index is trusted without its certificate.' }];
            if (installs && /--extra-index-url[ =](?!https:\/\/download\.pytorch\.org)/.test(whole))
              return [
                { at: lines.place(start), severity: 'low', message: 'A package may come from either of two indexes.' },
              ];
            const fetches = /^(?:curl|wget)$/.test(program) && /(?:^|\s)http:\/\/(?!localhost|127\.)\S{3,}/.test(whole);
            return fetches
              ? [
                  {
                    at: lines.place(start),
                    severity: 'low',
                    message: 'A file is fetched over an unprotected connection.',
                  },
                ]
              : [];
          });
        }),
      'infra-workload': ({ workload }) => {
        const found: Judgement[] = [];
        for (const name of ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'UV_INDEX_URL', 'HF_ENDPOINT']) {
          const value = variable(workload, name);
          if (value !== null && /^http:\/\/(?!localhost|127\.)/i.test(value.text))
            found.push({
              at: value.at,
              message: `${titled(workload)} fetches over an unprotected connection (${name}).`,
            });
        }
        return found;
      },
    },
  },
  {
    id: 'model-volume-writable',
    title: 'Models that the server itself may change',
    severity: 'low',
    meaning:
      'Whoever breaks into the server can leave a changed model behind, which outlives the container and reaches others.',
    fix: 'Mount models read-only (:ro, readOnly: true), and let a job of its own fetch them.',
    references: ['https://kubernetes.io/docs/concepts/storage/volumes/', 'AML.T0018'],
    taxonomy: ['CWE-732', 'AML.T0018'],
    judge: {
      'infra-workload': ({ workload }) =>
        serves(workload)
          ? workload.mounts
              .filter(
                ({ target, readOnly }) =>
                  !readOnly &&
                  /(?:^|\/)(?:models?|model[-_]?(?:store|repository|repo)|weights|checkpoints)(?:\/|$)/i.test(target),
              )
              .map(({ at }) => ({ at, message: `${titled(workload)} may change the models that it serves.` }))
          : null,
    },
  },
  {
    id: 'secret-in-infrastructure',
    title: 'Credential written into a file of the infrastructure',
    severity: 'high',
    meaning:
      'Whoever reads the repository, the image or the manifest has the credential; images keep it in their layers.',
    fix: 'Revoke it, give it at run time from a secret store, and use RUN --mount=type=secret while building.',
    references: ['https://docs.docker.com/build/building/secrets/', 'CWE-798'],
    taxonomy: ['CWE-798', 'AML.T0055'],
    judge: {
      'infra-workload': ({ workload }) =>
        // A file of settings is looked at as a text, with its comments.
        (workload.from === 'env'
          ? []
          : [...workload.env, ...workload.command.map((word) => ({ name: '', ...word }))]
        ).flatMap(({ name, text, at }): Judgement[] => {
          if (text.length < 8 || isReference(text)) return [];
          const [secret] = secretsIn(name === '' ? text : `${name}=${text}`);
          return secret === undefined
            ? []
            : [{ at, message: `${titled(workload)} holds a credential in plain text (${secret.shown}).` }];
        }),
      'infra-dockerfile': ({ instructions, lines }) =>
        instructions.flatMap(({ name, text, start, documents, exec }): Judgement[] => {
          if (!['ARG', 'ENV', 'RUN', 'LABEL'].includes(name)) return [];
          // The last stage's ENV is told of with the workload.
          const values =
            name === 'ENV'
              ? environmentOf(text).map((pair) => `${pair.name}=${pair.text}`)
              : [exec?.join(' ') ?? text, ...documents];
          const last = instructions.at(-1)!.stage;
          if (name === 'ENV' && instructions.some((one) => one.start === start && one.stage === last)) return [];
          const [secret] = secretsIn(values.join('\n'));
          return secret === undefined
            ? []
            : [{ at: lines.place(start), message: `An image keeps a credential (${secret.shown}).` }];
        }),
      'infra-objects': ({ objects, lines }) => [
        ...objects
          .filter(({ kind }) => kind === 'Secret')
          .flatMap(({ root, name }) =>
            secretValues(root).map(({ key, node, known }) => ({
              at: lines.place(node.start),
              severity: known ? ('high' as const) : ('medium' as const),
              message: `The Secret ${show(name)} stands in a file with its value (${show(key, 60)}), which Base64 does not hide.`,
            })),
          ),
        ...objects
          .filter(({ kind }) => kind === 'ConfigMap')
          .flatMap(({ root, name }) =>
            [...leavesOf(memberAt(root, 'data') ?? { kind: 'list', items: [], start: 0, end: 0 })].flatMap(
              ({ path, node }): Judgement[] => {
                const [secret] = secretsIn(`${path}=${node.text}`);
                return secret === undefined
                  ? []
                  : [
                      {
                        at: lines.place(node.start),
                        message: `The ConfigMap ${show(name)} holds a credential (${secret.shown}).`,
                      },
                    ];
              },
            ),
          ),
      ],
      'infra-text': ({ what, name, text, lines }) => {
        if (what !== 'env' && what !== 'properties') return null;
        const isExample = commentedExamples(text, name);
        return secretsIn(text).map((secret) => ({
          at: lines.place(secret.start),
          severity: isExample(secret) ? ('low' as const) : ('high' as const),
          message: `A credential stands in plain text (${secret.shown}).`,
        }));
      },
    },
  },
  {
    id: 'unsigned-model-deploy',
    title: 'Model that is deployed from an address, unverified',
    severity: 'info',
    meaning: 'Nothing in the manifest checks that the model is the one that was approved.',
    fix: 'Verify its signature before it is served (parapet verify, parapet passport require), in an init container or by an admission policy.',
    references: ['https://github.com/ossf/model-signing-spec', 'AML.T0010'],
    taxonomy: ['CWE-345', 'AML.T0010'],
    judge: {
      'infra-objects': ({ objects, lines }) =>
        objects
          .filter(({ kind }) => kind === 'InferenceService' || kind === 'ServingRuntime')
          .flatMap(({ root, name }): Judgement[] => {
            const uri = [...leavesOf(root)].find(({ path }) => /(?:^|\.)storageUri$/.test(path));
            const verified = /model-validation|model[-_]signing|cosign|parapet/.test(
              [...leavesOf(root)].map(({ node }) => node.text).join('\n'),
            );
            return uri === undefined || verified
              ? []
              : [
                  {
                    at: lines.place(uri.node.start),
                    message: `The model of ${show(name)} is served without being verified.`,
                  },
                ];
          }),
    },
  },
  {
    id: 'media-fetch-open',
    title: 'Model server that fetches any address it is given',
    severity: 'low',
    meaning:
      'Multimodal models fetch pictures by address; without a list a caller has the server ask addresses inside your network.',
    fix: 'Name the domains (--allowed-media-domains), and forbid the server to reach inner addresses.',
    references: ['CVE-2025-6242', 'CVE-2026-24779', 'https://docs.vllm.ai/en/latest/usage/security.html'],
    taxonomy: ['CWE-918', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const limit = option(workload, '--limit-mm-per-prompt');
        const vision = /(?:llava|-vl\b|-vl-|vision|pixtral|internvl|qwen2\.5-omni)/i.test(commandLine(workload));
        return /vllm/.test(commandLine(workload) + imageName(workload)) &&
          (limit !== null || vision) &&
          option(workload, '--allowed-media-domains') === null
          ? {
              ...(limit === null ? {} : { at: limit.at }),
              message: `${titled(workload)} serves a multimodal model that fetches any address.`,
            }
          : null;
      },
    },
  },
  {
    id: 'vulnerable-version',
    title: 'Version with a published vulnerability',
    severity: 'high',
    meaning: 'The version that is named has a published vulnerability.',
    fix: 'Use the version that the finding names, or a newer one. `parapet scan --advisories` compares with more advisories than are built in.',
    references: ['https://www.cve.org/', 'https://github.com/advisories', 'https://osv.dev/'],
    taxonomy: ['CWE-1395', 'AML.T0049'],
    judge: { package: (use) => (use.by === 'server' ? null : judgePackage(use)) },
  },
];

/** What models are fetched, loaded and kept with. */
export const infraModel = defineFamily({ id: 'infra-model', threats: ['backdoor', 'data-poisoning'] }, CHECKS);

/** The whole value comes from elsewhere: `$NAME`, `${NAME}`, `$(NAME)`. What has a default has a value of its own. */
function isReference(text: string): boolean {
  return /^\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}|\([A-Za-z_]\w*\))$/.test(text);
}

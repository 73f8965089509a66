import type { Advisory } from './advisory.ts';
import { AdvisoryBook } from './advisory-book.ts';
import type { Ecosystem } from './compare-versions.ts';
import { parseRanges } from './parse-ranges.ts';

/** The day on which the table was compared with its sources. */
export const KNOWN_ADVISORIES_DATE = '2026-11-27';

/** Id, versions, severity, what the version does, other ids, `malicious` for what was made to do harm. */
type Row = readonly [string, string, 'medium' | 'high' | 'critical', string, string?, 'malicious'?];

/**
 * Advisories about what serves, loads and connects models. About two thirds were read as their publishers state them at cve.org, in the database of the Python
 * Packaging Authority and at github.com/advisories; the others go by collections that name the advisory, and their severity is a judgement of ours where those
 * name none. The table is a floor: what is not in it may have advisories, too, and `parapet scan --advisories` reads as many more as one has.
 */
const TABLE: readonly (readonly [Ecosystem, string, readonly Row[]])[] = [
  ['Go', 'github.com/ollama/ollama', [
    ['CVE-2026-7482', '<0.17.1', 'critical', 'hands out its memory to whoever may create a model'],
    ['CVE-2024-37032', '<0.1.34', 'high', 'writes files where a registry of models says'],
    ['CVE-2024-45436', '<0.1.47', 'high', 'unpacks models outside of their folder'],
    ['CVE-2024-28224', '<0.1.29', 'high', 'answers any web page that a user opens'],
    ['CVE-2025-51471', '<=0.9.6', 'medium', 'sends its token to a registry that asks for it'],
  ]],
  ['PyPI', 'vllm', [
    ['CVE-2026-48746', '>=0.3.0 <0.22.0', 'critical', 'can be used without its API key', 'GHSA-94f4-hr76-p5j6'],
    ['CVE-2026-22778', '>=0.8.3 <0.14.1', 'critical', 'runs programs in pictures and videos that it is given', 'GHSA-4r2x-xpjr-7cvv'],
    ['CVE-2025-47277', '>=0.6.5 <0.8.5', 'critical', 'listens for its other nodes on all addresses and unpickles what comes', 'GHSA-hjq4-87xh-g4fv'],
    ['CVE-2025-32444', '>=0.6.5 <0.8.5', 'critical', 'unpickles what reaches the channel between its nodes', 'PYSEC-2025-42'],
    ['CVE-2025-29783', '>=0.6.5 <0.8.0', 'critical', 'unpickles what reaches the channel between its nodes', 'PYSEC-2025-63'],
    ['CVE-2025-62164', '>=0.10.2 <0.11.1', 'high', 'writes outside of its memory for prompts that are given as tensors', 'GHSA-mrw7-hf4f-83pf'],
    ['CVE-2025-66448', '<0.11.1', 'high', 'runs programs of another model than the one that is trusted', 'GHSA-8fr4-5q9j-m8gm'],
    ['CVE-2026-22807', '>=0.10.1 <0.14.0', 'high', 'runs programs that come with a model while it loads', 'GHSA-2pc9-4j83-qjmr'],
    ['CVE-2026-24779', '<0.14.1', 'high', 'asks addresses inside the network for its callers', 'GHSA-qh4c-xf7m-gxfc'],
    ['CVE-2026-27893', '>=0.10.1 <0.18.0', 'high', 'runs programs that come with a model although it was told not to'],
    ['CVE-2026-41523', '<0.22.0', 'high', 'runs programs that come with a model when Python is optimised', 'GHSA-q8gq-377p-jq3r'],
  ]],
  ['PyPI', 'ray', [
    ['CVE-2023-6019', '<2.8.1', 'critical', 'runs commands for whoever reaches its dashboard'],
    ['CVE-2025-62593', '<2.52.0', 'critical', 'lets any web page that a developer opens run programs', 'GHSA-q279-jhrf-cc6v'],
    ['CVE-2026-57516', '<2.56.0', 'high', 'unpickles what a WebDataset archive holds', 'GHSA-hhrp-gw25-jr43'],
  ]],
  ['PyPI', 'mlflow', [
    ['CVE-2026-4035', '<3.11.0', 'critical', 'sends secrets of its server to where a user says'],
    ['CVE-2026-2652', '<3.10.0', 'high', 'lets in strangers although authentication is on'],
    ['CVE-2025-14279', '<3.5.0', 'high', 'answers any web page that a user opens'],
    ['CVE-2024-27133', '<2.10.0', 'critical', 'runs scripts that an untrusted data set brings', 'PYSEC-2024-241'],
    ['CVE-2024-3573', '<2.10.0', 'critical', 'hands out files of its server', 'PYSEC-2024-243'],
    ['CVE-2023-6831', '<2.9.2', 'critical', 'deletes files of its server for strangers', 'PYSEC-2023-253'],
    ['CVE-2023-1177', '<2.2.1', 'critical', 'hands out files of its server without a login', 'PYSEC-2023-29'],
  ]],
  ['PyPI', 'litellm', [
    ['PYSEC-2026-2', '>=1.82.7 <=1.82.8', 'critical', 'was published to steal credentials', 'GHSA-5mg7-485q-xm76, MAL-2026-2144', 'malicious'],
    ['CVE-2026-49468', '<1.84.0', 'critical', 'can be administered by strangers with a made-up Host header', 'GHSA-4xpc-pv4p-pm3w'],
    ['CVE-2026-42208', '>=1.81.16 <1.83.7', 'critical', 'lets strangers into its database and the keys in it', 'GHSA-r75f-5x8p-qvmc'],
    ['CVE-2026-42203', '>=1.80.5 <1.83.7', 'high', 'runs what a prompt template says', 'GHSA-xqmj-j6mv-4862'],
    ['CVE-2026-42271', '>=1.74.2 <1.83.7', 'high', 'runs commands as a server of tools for its users', 'GHSA-v4p8-mg3p-g94g'],
  ]],
  ['PyPI', 'langflow', [
    ['CVE-2026-13446', '>=1.0.0 <1.10.2', 'critical', 'has a fixed password in it'],
    ['CVE-2026-9198', '>=1.0.0 <=1.10.0', 'critical', 'runs programs for anybody'],
    ['CVE-2026-48519', '<1.9.2', 'critical', 'runs programs for visitors of shared playgrounds', 'GHSA-v5ff-9q35-q26f'],
    ['CVE-2026-33017', '<1.9.0', 'critical', 'runs programs for anybody', 'GHSA-vwmf-pq79-vjvx'],
    ['CVE-2025-34291', '<=1.6.9', 'critical', 'lets any web page take over the account of a user'],
    ['CVE-2025-3248', '<1.3.0', 'critical', 'runs programs for anybody', 'PYSEC-2025-36'],
  ]],
  ['npm', 'n8n', [
    ['CVE-2026-21858', '<1.121.0', 'critical', 'hands out files of its server without a login', 'GHSA-v4pr-fm98-w9pg'],
    ['CVE-2025-68613', '>=0.211.0 <1.120.4 || >=1.121.0 <1.121.1', 'critical', 'runs programs that its users write into a field', 'GHSA-v98v-ff95-f3cp'],
    ['CVE-2026-21877', '>=0.123.0 <1.121.3', 'critical', 'writes files where its users say', 'GHSA-v364-rw7m-3263'],
    ['CVE-2026-25049', '<1.123.17 || >=2.0.0 <2.5.2', 'critical', 'runs commands that its users write into a field', 'GHSA-6cqr-8cfr-67f8'],
    ['CVE-2026-33660', '<1.123.26', 'critical', 'reads files and runs programs through its SQL node'],
  ]],
  ['npm', 'flowise', [
    ['CVE-2026-69251', '<3.1.3', 'critical', 'runs programs that its users upload', 'GHSA-g32j-mmxr-gfq5'],
    ['CVE-2026-40933', '<3.1.0', 'critical', 'runs commands as a server of tools for its users', 'GHSA-c9gw-hvqq-f33r'],
    ['CVE-2026-56271', '<=3.0.13', 'critical', 'signs logins with a secret that everybody knows', 'GHSA-cc4f-hjpj-g9p8'],
    ['CVE-2025-58434', '<=3.0.5', 'critical', 'gives anybody the token with which a password is changed', 'GHSA-wgpv-6j63-x5ph'],
    ['CVE-2025-59528', '=3.0.5', 'critical', 'runs programs that it is sent', 'GHSA-3gcm-f6qx-ff7p'],
  ]],
  ['PyPI', 'open-webui', [
    ['CVE-2026-59216', '<0.10.0', 'high', 'runs programs in the session of another user', 'GHSA-74h3-cxq7-vc5q'],
    ['CVE-2026-45315', '<0.9.3', 'high', 'serves uploaded files as pages of its own', 'GHSA-m8f9-9whg-f4xr'],
    ['CVE-2025-64496', '<0.6.35', 'high', 'runs scripts that a connected model server sends', 'GHSA-cm35-v4vp-5xvx'],
  ]],
  ['PyPI', 'gradio', [
    ['CVE-2026-59806', '<6.20.0', 'high', 'asks addresses inside the network for strangers'],
    ['CVE-2026-49119', '<6.16.0', 'high', 'hands out files outside of the folder that is shown'],
    ['CVE-2025-23042', '<=5.6.0', 'critical', 'hands out files that are blocked', 'GHSA-j2jg-fq62-7c3h'],
    ['CVE-2024-1728', '<4.19.2', 'high', 'hands out files of its server', 'GHSA-m842-4qm8-7gpq'],
    ['CVE-2024-1561', '<4.13.0', 'high', 'hands out files of its server without a login'],
  ]],
  ['PyPI', 'torchserve', [
    ['CVE-2023-43654', '>=0.1.0 <0.8.2', 'critical', 'loads programs from any address', 'GHSA-8fxr-qfr9-p34w'],
    ['CVE-2024-35198', '>=0.4.2 <0.11.0', 'medium', 'loads models from addresses that are not allowed', 'GHSA-wxcx-gg9c-fwp2'],
  ]],
  ['image', 'tritonserver', [
    ['CVE-2026-24207', '<26.03', 'critical', 'can be used around its authentication'],
    ['CVE-2025-23319', '<25.07', 'high', 'runs programs in requests to its Python back end'],
  ]],
  ['PyPI', 'torch', [
    ['CVE-2025-32434', '<2.6.0', 'critical', 'runs programs in files that are loaded with weights_only=True', 'PYSEC-2025-41'],
    ['CVE-2026-24747', '<2.10.0', 'high', 'can run programs in files that are loaded with weights_only=True', 'GHSA-63cw-57p8-fm3p'],
  ]],
  ['PyPI', 'keras', [
    ['CVE-2025-49655', '>=3.11.0 <3.11.3', 'critical', 'runs programs in files that are loaded in safe mode'],
    ['CVE-2025-8747', '>=3.0.0 <3.11.0', 'high', 'runs programs in files that are loaded in safe mode'],
    ['CVE-2025-1550', '>=3.0.0 <3.8.0', 'high', 'runs programs in files that are loaded in safe mode'],
  ]],
  ['PyPI', 'transformers', [
    ['CVE-2026-1839', '<5.0.0rc3', 'medium', 'unpickles what lies in a checkpoint of its trainer'],
    ['CVE-2024-11394', '<4.48.0', 'high', 'unpickles what comes with some models', 'PYSEC-2024-229'],
    ['CVE-2023-6730', '<4.36.0', 'critical', 'unpickles what comes with a model', 'PYSEC-2023-300'],
  ]],
  ['PyPI', 'diffusers', [
    ['CVE-2026-44513', '<0.38.0', 'high', 'runs programs that come with a model although it was told not to', 'GHSA-98h9-4798-4q5v'],
  ]],
  ['PyPI', 'joblib', [
    ['CVE-2022-21797', '<1.2.0', 'high', 'evaluates a text that is given to it', 'PYSEC-2022-288'],
  ]],
  ['PyPI', 'onnx', [
    ['CVE-2024-7776', '<1.16.2', 'high', 'writes files outside of the folder of a fetched model', 'PYSEC-2025-10'],
    ['CVE-2024-27318', '<1.16.0', 'high', 'reads files outside of the folder of a model', 'PYSEC-2024-222'],
  ]],
  ['PyPI', 'picklescan', [
    ['CVE-2025-10155', '<0.0.31', 'critical', 'takes pickles with some file names for harmless', 'GHSA-jgw4-cr84-mqxg'],
  ]],
  ['PyPI', 'scikit-learn', [
    ['CVE-2024-5206', '<1.5.0', 'medium', 'keeps words of the training data in a text model', 'PYSEC-2024-110'],
  ]],
  ['PyPI', 'lightning', [
    ['CVE-2026-44484', '>=2.6.2 <=2.6.3', 'critical', 'was published to steal credentials', 'GHSA-w37p-236h-pfx3', 'malicious'],
  ]],
  ['PyPI', 'pytorch-lightning', [
    ['CVE-2022-0845', '<1.6.0', 'critical', 'runs what a variable of the environment says', 'PYSEC-2022-181'],
  ]],
  ['PyPI', 'langchain-core', [
    ['CVE-2025-68664', '<0.3.81 || >=1.0.0 <1.2.5', 'critical', 'takes data of others for objects and hands out secrets', 'GHSA-c67j-w6g6-q2cm'],
  ]],
  ['PyPI', 'langchain-experimental', [
    ['CVE-2024-38459', '<0.0.61', 'high', 'runs programs that a model writes', 'PYSEC-2024-53'],
  ]],
  ['PyPI', 'langgraph-checkpoint', [
    ['CVE-2025-64439', '<3.0.0', 'high', 'runs what stands in a saved state', 'GHSA-wwqv-p2pp-99h5'],
  ]],
  ['PyPI', 'llama-index', [
    ['CVE-2025-6209', '>=0.12.27 <0.12.41', 'high', 'hands out files that a caller names', 'PYSEC-2025-65'],
    ['CVE-2024-23751', '<0.9.35', 'critical', 'runs SQL that a prompt brings', 'PYSEC-2024-12'],
  ]],
  ['PyPI', 'llama-cpp-python', [
    ['CVE-2024-34359', '>=0.2.30 <=0.2.71', 'critical', 'runs programs in the chat template of a model', 'GHSA-56xg-wfcc-g829'],
  ]],
  ['image', 'llama.cpp', [
    ['CVE-2026-34159', '<8492', 'critical', 'gives whoever reaches its RPC server its memory', 'GHSA-j8rj-fmpv-wcxw'],
    ['CVE-2024-42479', '<3561', 'critical', 'lets whoever reaches its RPC server write its memory', 'GHSA-wcr5-566p-9cwj'],
  ]],
  ['PyPI', 'bentoml', [
    ['CVE-2025-27520', '>=1.3.4 <1.4.3', 'critical', 'unpickles what it is sent', 'GHSA-33xw-247w-6hmc'],
    ['CVE-2025-32375', '>=1.0.0 <1.4.8', 'critical', 'unpickles what its runners are sent', 'PYSEC-2025-32'],
    ['CVE-2026-44345', '<1.4.39', 'high', 'runs commands that a bento names as its base image', 'GHSA-78f9-r8mh-4xm2'],
  ]],
  ['PyPI', 'sglang', [
    ['CVE-2026-15976', '<=0.5.15', 'critical', 'unpickles weights that a caller names', 'GHSA-wf98-gv64-5wrf'],
    ['CVE-2026-5760', '<=0.5.9', 'critical', 'runs programs in the chat template of a model'],
  ]],
  ['PyPI', 'lmdeploy', [
    ['CVE-2026-46432', '<=0.12.3', 'high', 'runs programs that come with a model', 'GHSA-m549-qq94-fvhg'],
    ['CVE-2026-33626', '<0.12.3', 'high', 'asks addresses inside the network for its callers', 'GHSA-6w67-hwm5-92mq'],
  ]],
  ['PyPI', 'xinference', [
    ['CVE-2025-3622', '<=1.4.1', 'medium', 'unpickles what comes with a model'],
  ]],
  ['PyPI', 'chromadb', [
    ['CVE-2026-45829', '>=1.0.0 <=1.5.9', 'critical', 'runs programs of a model that a stranger names, where its Python server runs', 'GHSA-f4j7-r4q5-qw2c'],
  ]],
  ['PyPI', 'dask', [
    ['CVE-2021-42343', '<2021.10.0', 'critical', 'listens for its workers on all addresses', 'PYSEC-2021-387'],
  ]],
  ['PyPI', 'distributed', [
    ['CVE-2021-42343', '<2021.10.0', 'critical', 'listens for its workers on all addresses', 'PYSEC-2021-871'],
  ]],
  ['PyPI', 'feast', [
    ['CVE-2025-11157', '<0.54.0', 'high', 'loads YAML that runs programs'],
  ]],
  ['PyPI', 'clearml', [
    ['CVE-2024-24590', '>=0.17.0 <1.14.3', 'high', 'unpickles artifacts that others uploaded'],
  ]],
  ['PyPI', 'h2o', [
    ['CVE-2025-6544', '<=3.46.0.8', 'critical', 'reads files and runs programs for strangers'],
  ]],
  ['PyPI', 'label-studio', [
    ['CVE-2023-43791', '<1.8.2', 'high', 'lets its users become anybody', 'PYSEC-2023-274'],
    ['CVE-2023-47117', '<1.9.2', 'high', 'hands out secrets of its users one letter at a time', 'PYSEC-2023-275'],
  ]],
  ['PyPI', 'jupyter-server', [
    ['CVE-2026-44727', '<2.20.0', 'critical', 'runs scripts of a notebook in the session of whoever opens it as a page', 'GHSA-fcw5-x6j4-ccmp'],
  ]],
  ['PyPI', 'jupyterlab', [
    ['CVE-2026-73415', '<4.5.10 || >=4.6.0 <4.6.2', 'high', 'runs scripts in a picture that is opened'],
  ]],
  ['PyPI', 'jupyter-server-proxy', [
    ['CVE-2024-28179', '<3.2.3 || >=4.0.0 <4.1.1', 'critical', 'lets strangers reach what it forwards by WebSocket', 'PYSEC-2024-234'],
  ]],
  ['PyPI', 'jupyter-enterprise-gateway', [
    ['CVE-2026-44180', '<3.3.0', 'critical', 'starts kernels for users that are forbidden', 'GHSA-chq7-94j8-cj28'],
  ]],
  ['PyPI', 'apache-airflow', [
    ['CVE-2024-39877', '>=2.4.0 <2.9.3', 'high', 'runs programs of a flow\'s author in its scheduler'],
  ]],
  ['Go', 'github.com/milvus-io/milvus', [
    ['CVE-2025-64513', '<2.4.24 || >=2.5.0 <2.5.21 || >=2.6.0 <2.6.5', 'critical', 'can be administered without a login', 'GHSA-mhjq-8c7m-3f7p'],
  ]],
  ['image', 'qdrant', [
    ['CVE-2024-3829', '<1.9.0', 'critical', 'reads and writes files that a snapshot names'],
  ]],
  ['Go', 'github.com/weaviate/weaviate', [
    ['CVE-2025-67818', '<1.33.4', 'high', 'writes files that a backup names'],
  ]],
  ['Go', 'github.com/mudler/LocalAI', [
    ['CVE-2024-6983', '<2.19.4', 'high', 'runs programs that its users upload'],
  ]],
  ['image', 'librechat', [
    ['CVE-2026-32625', '<0.8.4-rc1', 'critical', 'sends secrets of its server to where a user says', 'GHSA-4pcc-j6m6-wcwx'],
  ]],
  ['image', 'dify', [
    ['CVE-2025-3466', '>=1.1.0 <1.1.3', 'critical', 'runs programs of a flow outside of its sandbox'],
  ]],
  ['image', 'ragflow', [
    ['CVE-2026-45312', '<=0.24.0', 'critical', 'runs commands that its users write into a prompt', 'GHSA-wpg4-h5g2-jxm6'],
  ]],
  ['image', 'text-generation-inference', [
    ['CVE-2026-63086', '<=3.3.7', 'high', 'asks addresses inside the network for its callers'],
  ]],
  ['Go', 'github.com/NVIDIA/nvidia-container-toolkit', [
    ['CVE-2025-23266', '<=1.17.7', 'critical', 'lets a container out onto its host'],
    ['CVE-2025-23359', '<=1.17.3', 'high', 'lets a container out onto its host'],
    ['CVE-2024-0132', '<=1.16.1', 'critical', 'lets a container out onto its host'],
  ]],
  ['Go', 'github.com/NVIDIA/gpu-operator', [
    ['CVE-2025-23266', '<=25.3.0', 'critical', 'lets a container out onto its host'],
    ['CVE-2025-23359', '<=24.9.1', 'high', 'lets a container out onto its host'],
    ['CVE-2024-0132', '<=24.6.1', 'critical', 'lets a container out onto its host'],
  ]],
  ['npm', 'mcp-remote', [
    ['CVE-2025-6514', '>=0.0.5 <0.1.16', 'critical', 'runs commands that the remote server sends', 'GHSA-6xpm-ggf7-wc3p'],
  ]],
  ['npm', '@modelcontextprotocol/inspector', [
    ['CVE-2025-49596', '<0.14.1', 'critical', 'runs commands that any web page sends', 'GHSA-7f8r-222p-6f5g'],
  ]],
  ['npm', '@modelcontextprotocol/server-filesystem', [
    ['CVE-2025-53109', '<0.6.4 || >=2025.0.0 <2025.7.1', 'high', 'can be led out of its folders by links', 'GHSA-q66q-fx2p-7w4m'],
    ['CVE-2025-53110', '<0.6.4 || >=2025.0.0 <2025.7.1', 'high', 'reaches folders whose names begin like its own', 'GHSA-hc55-p739-j48w'],
  ]],
  ['npm', 'figma-developer-mcp', [
    ['CVE-2025-53967', '<0.6.3', 'high', 'runs commands out of its arguments'],
  ]],
  ['npm', 'mcp-server-kubernetes', [
    ['CVE-2025-53355', '<2.5.0', 'high', 'runs commands out of its arguments', 'GHSA-gjv4-ghm7-q58q'],
    ['CVE-2026-46519', '<3.6.0', 'high', 'runs tools that are switched off', 'GHSA-cr22-wjx7-2w6m'],
  ]],
  ['npm', 'n8n-mcp', [
    ['CVE-2026-54052', '<2.56.1', 'critical', 'shows workflows of other tenants', 'GHSA-j6r7-6fhx-77wx'],
  ]],
  ['npm', '@anthropic-ai/claude-code', [
    ['CVE-2025-59536', '<1.0.111', 'high', 'runs programs of a project before it is trusted', 'GHSA-4fgq-fpq9-mr3g'],
    ['CVE-2026-21852', '<2.0.65', 'medium', 'sends the API key to where a project says before it is trusted', 'GHSA-jh7p-qr78-84p7'],
  ]],
  ['npm', 'postmark-mcp', [
    ['MAL-2025-47604', '>=1.0.16', 'critical', 'copies every mail to its author', '', 'malicious'],
  ]],
  ['PyPI', 'mcp', [
    ['CVE-2025-66416', '<1.23.0', 'high', 'answers any web page that a user opens, when it serves over HTTP', 'GHSA-9h52-p55h-vw2f'],
  ]],
  ['PyPI', 'mcp-server-git', [
    ['CVE-2025-68143', '<2025.9.25', 'medium', 'makes repositories anywhere', 'GHSA-5cgr-j3jf-jw3v'],
    ['CVE-2025-68144', '<2025.12.17', 'medium', 'overwrites files outside of its repository', 'GHSA-9xwc-hfwc-8w59'],
    ['CVE-2026-27735', '<2026.1.14', 'medium', 'reads files outside of its repository', 'GHSA-vjqx-cfc4-9h6v'],
  ]],
  ['PyPI', 'mcp-atlassian', [
    ['CVE-2026-27825', '<0.17.0', 'critical', 'writes files where a caller says', 'GHSA-xjgw-4wvw-rgm4'],
  ]],
]; // prettier-ignore

export const KNOWN_ADVISORIES: readonly Advisory[] = TABLE.flatMap(([ecosystem, name, rows]) =>
  rows.map(([id, versions, severity, what, aliases = '', malicious]): Advisory => ({
    id,
    aliases: aliases === '' ? [] : aliases.split(', '),
    ecosystem,
    name,
    ranges: parseRanges(versions),
    versions: [],
    severity,
    what,
    malicious: malicious !== undefined,
  })),
);

export const KNOWN_BOOK = new AdvisoryBook(KNOWN_ADVISORIES);

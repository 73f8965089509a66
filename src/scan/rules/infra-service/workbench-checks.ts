import type { Severity } from '../../../core/severity.ts';
import { openTo, titled } from '../../infra/exposure.ts';
import { commandLine, isGiven, isImage, isOn, option, reachOf, variable, type Workload } from '../../infra/workload.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

/** A server that lets in everybody unless one of these options or variables closes it. */
interface Unlocked {
  readonly name: string;
  readonly image: RegExp;
  /** In the words of its command, for images of other names. */
  readonly command?: RegExp;
  readonly ports: readonly number[];
  readonly options: readonly string[];
  readonly variables: readonly string[];
  readonly severity: Severity;
  readonly says: string;
}

const UNLOCKED: readonly Unlocked[] = [
  {
    name: 'LMDeploy',
    image: /(?:^|\/)lmdeploy$/,
    command: /\blmdeploy serve api_server\b/,
    ports: [23333],
    options: ['--api-keys'],
    variables: [],
    severity: 'medium',
    says: 'runs LMDeploy without a key',
  },
  {
    name: 'Aphrodite',
    image: /(?:^|\/)aphrodite(?:-openai|-engine)?$/,
    command: /\baphrodite run\b|aphrodite\.endpoints/,
    ports: [2242, 7860],
    options: ['--api-keys', '--api-key'],
    variables: [],
    severity: 'medium',
    says: 'runs Aphrodite without a key',
  },
  {
    name: 'LocalAI',
    image: /(?:^|\/)local-?ai$/,
    ports: [8080],
    options: ['--api-keys'],
    variables: ['LOCALAI_API_KEY', 'API_KEY', 'LOCALAI_AUTH'],
    severity: 'high',
    says: 'runs LocalAI, which installs models and backends for callers, without a key',
  },
  {
    name: 'Xinference',
    image: /(?:^|\/)xinference$/,
    command: /\bxinference-(?:local|supervisor)\b/,
    ports: [9997],
    options: ['--auth-config'],
    variables: [],
    severity: 'high',
    says: 'runs Xinference, which loads models for callers, without a login',
  },
  {
    name: 'KoboldCpp',
    image: /(?:^|\/)kobold(?:cpp|ai)?$/,
    command: /\bkoboldcpp(?:\.py)?\b/,
    ports: [5001],
    options: ['--password'],
    variables: [],
    severity: 'medium',
    says: 'runs KoboldCpp without a password',
  },
  {
    name: 'OpenHands',
    image: /(?:^|\/)openhands$/,
    ports: [3000],
    options: [],
    variables: [],
    severity: 'high',
    says: 'runs OpenHands, an agent with a shell that has no login',
  },
  {
    name: 'AnythingLLM',
    image: /(?:^|\/)anythingllm$/,
    ports: [3001],
    options: [],
    variables: ['AUTH_TOKEN'],
    severity: 'medium',
    says: 'runs AnythingLLM, which has no password until one is set',
  },
  {
    name: 'Pipelines',
    image: /(?:^|\/)open-webui\/pipelines$/,
    ports: [9099],
    options: [],
    variables: ['PIPELINES_API_KEY'],
    severity: 'high',
    says: 'runs Pipelines, which runs programs that callers upload, with the key of its documentation',
  },
];

const unlocked = (one: Workload): Judgement | null => {
  const known = UNLOCKED.find(
    ({ image, command }) => isImage(one, image) || (command !== undefined && command.test(commandLine(one))),
  );
  if (known === undefined || reachOf(one, ...known.ports) !== 'published') return null;
  if (known.options.length > 0 && option(one, ...known.options) !== null) return null;
  // Another file may set the variables; options stand in the command, which is all here.
  if (known.variables.length > 0 && known.variables.some((name) => isGiven(one, name))) return null;
  return openTo(one, known.severity, known.says, ...known.ports);
};

/** Engines and workbenches that have no check of their own. */
export const WORKBENCH_CHECKS: readonly Check[] = [
  {
    id: 'workbench-open',
    title: 'Engine or workbench for models that everybody reaches',
    severity: 'high',
    meaning:
      'It has no login unless it is given one: whoever reaches it uses it at your cost, and some of these load models or run programs for callers.',
    fix: 'Give it a key or password from a secret, publish it to 127.0.0.1 only, or put a gateway with a login in front of it.',
    references: [
      'https://localai.io/features/authentication/',
      'https://lmdeploy.readthedocs.io/en/latest/llm/api_server.html',
      'https://docs.openwebui.com/pipelines/',
    ],
    taxonomy: ['CWE-306', 'CWE-1392', 'AML.T0049'],
    judge: {
      'infra-workload': ({ workload }) => {
        const key = variable(workload, 'PIPELINES_API_KEY', 'OPENAI_API_KEY', 'OPENAI_API_KEYS');
        const found: (Judgement | null)[] = [
          unlocked(workload),
          key !== null && /(?:^|;)0p3n-w3bu!(?:;|$)/.test(key.text)
            ? { at: key.at, message: `${titled(workload)} uses the key of the documentation of Pipelines.` }
            : null,
        ];
        const omitted = variable(workload, 'DANGEROUSLY_OMIT_AUTH');
        if (isOn(omitted))
          found.push({
            at: omitted!.at,
            message: `${titled(workload)} turns the login of MCP Inspector off, which starts programs for callers.`,
          });
        return found.flatMap((one) => one ?? []);
      },
    },
  },
];

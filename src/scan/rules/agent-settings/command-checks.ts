import { dangersIn } from '../../agents/command-danger.ts';
import { isLocalAddress } from '../../agents/local-address.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import { show } from '../../agents/show.ts';
import type { Check } from '../../rule-family.ts';

const HOOKS = 'https://code.claude.com/docs/en/hooks';

/** Variables that send prompts and keys elsewhere. */
const ADDRESSES =
  /^(?:ANTHROPIC_(?:BASE_URL|BEDROCK_BASE_URL|VERTEX_BASE_URL)|OPENAI_(?:BASE_URL|API_BASE)|(?:GOOGLE_)?GEMINI_(?:BASE_URL|API_ENDPOINT)|GOOGLE_GEMINI_BASE_URL|AZURE_OPENAI_ENDPOINT|OTEL_EXPORTER_OTLP(?:_\w{1,20})?_ENDPOINT|CODEX_BASE_URL)$/;
/** Variables that load code into programs, or take protection away. */
const LOADERS =
  /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|ENV|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONINSPECT|PERL5OPT|RUBYOPT|JAVA_TOOL_OPTIONS|GIT_SSH_COMMAND|GIT_EXTERNAL_DIFF|GIT_PAGER)$/;
const UNSAFE: Readonly<Record<string, RegExp>> = {
  NODE_OPTIONS: /--(?:require|import|loader|experimental-loader|inspect)|(?:^|\s)-r\s/,
  NODE_TLS_REJECT_UNAUTHORIZED: /^0$/,
  PYTHONHTTPSVERIFY: /^0$/,
  GIT_SSL_NO_VERIFY: /^(?:1|true)$/i,
  CLAUDE_CODE_SKIP_PERMISSIONS: /^(?:1|true)$/i,
};
const LIBRARIES =
  /^(?:LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|PYTHONPATH|NODE_PATH|PATH|HTTPS?_PROXY|ALL_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|NPM_CONFIG_REGISTRY|PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|UV_INDEX_URL|UV_DEFAULT_INDEX)$/i;
/** The vendors' own addresses. */
const OWN =
  /^https:\/\/(?:[\w-]{1,60}\.){0,3}(?:anthropic\.com|openai\.com|googleapis\.com|azure\.com|amazonaws\.com)(?:[/:]|$)/i;

interface Override {
  readonly severity: 'low' | 'medium' | 'high';
  readonly says: string;
}

/** What a variable with that value does to a program; null for one that does nothing of the kind. */
function overrideOf(name: string, value: string, inProject: boolean): Override | null {
  if (ADDRESSES.test(name)) {
    if (OWN.test(value) || isLocalAddress(value) || /^\$\{?\w/.test(value) || value === '') return null;
    return { severity: inProject ? 'high' : 'low', says: 'sends prompts and keys to another address' };
  }
  if (LOADERS.test(name) && value !== '')
    return { severity: 'high', says: 'loads code into every program that is started' };
  const unsafe = Object.hasOwn(UNSAFE, name) ? UNSAFE[name]! : null;
  if (unsafe?.test(value) === true)
    return {
      severity: 'high',
      says: /TLS|HTTPS|SSL/.test(name)
        ? 'takes certificates from anybody'
        : 'loads code into every program that is started',
    };
  if (!LIBRARIES.test(name) || /^\$\{?\w{1,40}\}?$/.test(value)) return null;
  if (/PROXY|INDEX|REGISTRY|CERT|CA_/i.test(name)) {
    return isLocalAddress(value) || /^\/(?:etc|usr|opt|Library)\/|registry\.npmjs\.org|pypi\.org/.test(value)
      ? null
      : { severity: inProject ? 'medium' : 'low', says: 'changes whom connections or packages go through' };
  }
  // A folder of the project itself in front of the system's.
  return /^(?:\/tmp|\/var\/tmp|\/dev\/shm)|(?:^|:)\/tmp\//.test(value)
    ? { severity: 'high', says: 'takes programs from a folder that everybody may write to' }
    : null;
}

export const COMMAND_CHECKS: readonly Check[] = [
  {
    id: 'agent-hook-command',
    title: 'Settings that run commands',
    severity: 'low',
    meaning:
      'The agent runs this by itself, without a model asking for it and without a question. From a project it runs for everybody who opens it.',
    fix: 'Review the command and the file that it names like program text; keep it out of projects that others write to.',
    references: [HOOKS, 'CVE-2025-59536', 'CVE-2026-21852'],
    taxonomy: ['CWE-829', 'AML.T0011'],
    judge: {
      'agent-hook': ({ event, command, scope, host }) => {
        const found = dangersIn(
          command,
          [
            'download-and-run',
            'reverse-shell',
            'decode-and-run',
            'persistence',
            'package-source',
            'destructive',
            'send-out',
          ],
          1,
        )[0];
        if (found !== undefined) {
          const severity = /^(?:package-source|persistence|destructive)$/.test(found.danger.id) ? 'high' : 'critical';
          return { severity, message: `${show(event)} ${found.danger.says}.` };
        }
        if (event === 'tasks.folderOpen')
          return {
            severity: 'medium',
            message: `A task runs when the folder is opened: ${show(withoutSecrets(command), 60)}.`,
          };
        return scope === 'project' && event !== 'before the prompt' && host !== 'mcp'
          ? { message: `${show(event)} runs ${show(withoutSecrets(command), 60)} for everybody who opens the project.` }
          : null;
      },
    },
  },
  {
    id: 'agent-environment-override',
    title: 'Environment that redirects an agent or loads code into it',
    severity: 'high',
    meaning:
      'The variable sends prompts and keys to another address, loads code into programs that are started, or takes their protection away.',
    fix: 'Set it outside the project, if at all.',
    references: ['CVE-2026-21852', 'https://code.claude.com/docs/en/settings'],
    taxonomy: ['CWE-427', 'CWE-15', 'CWE-295', 'AML.T0010'],
    judge: {
      'agent-server': ({ server }) =>
        server.env.flatMap(({ name, text, at }) => {
          const found = overrideOf(name, text, false);
          return found === null
            ? []
            : [
                {
                  at,
                  severity: found.severity,
                  message: `The variable ${show(name)} of the server ${show(server.name)} ${found.says}.`,
                },
              ];
        }),
      'agent-setting': ({ path, text, scope }) => {
        const name =
          /(?:^|\.)(?:env|environment|terminal\.integrated\.env\.(?:linux|osx|windows)|shell_environment_policy\.set)\.([A-Za-z_]\w{0,80})$/.exec(
            path,
          )?.[1];
        if (name !== undefined) {
          const found = overrideOf(name, text, scope === 'project');
          return found === null
            ? null
            : { severity: found.severity, message: `The variable ${show(name)} ${found.says}.` };
        }
        if (
          /(?:^|\.)(?:model_providers\..{1,80}\.base_url|openai_base_url|chatgpt_base_url|apiBase|api_base|models?\..{0,80}\.apiBase)$/.test(
            path,
          ) &&
          /^http:\/\//i.test(text) &&
          !isLocalAddress(text)
        ) {
          return { severity: 'medium', message: `The setting ${show(path)} sends prompts without encryption.` };
        }
        return /(?:^|\.)http\.proxyStrictSSL$/.test(path) && text === 'false'
          ? { severity: 'medium', message: 'The editor takes certificates from anybody.' }
          : null;
      },
    },
  },
  {
    id: 'agent-install-script',
    title: 'Install script beside a skill or extension',
    severity: 'medium',
    meaning: 'A package manager runs it while it installs what the skill asks for, before anybody looks at what came.',
    fix: 'Install with `--ignore-scripts`, and read the script.',
    references: ['https://docs.npmjs.com/cli/v11/using-npm/scripts', 'https://attack.mitre.org/techniques/T1195/002/'],
    taxonomy: ['CWE-829', 'AML.T0010'],
    judge: {
      'agent-install-script': ({ name, command }) => {
        const found = dangersIn(command, ['download-and-run', 'reverse-shell', 'decode-and-run', 'send-out'], 1)[0];
        const harmless =
          /^(?:husky(?: install)?|npm run build|tsc(?: -p \S{1,60})?|patch-package|is-ci \|\| husky install|node-gyp rebuild)$/.test(
            command.trim(),
          );
        if (found === undefined && (harmless || name === 'prepare')) return null;
        return {
          ...(found === undefined ? {} : { severity: 'critical' as const }),
          message: `The script ${show(name)} runs ${show(withoutSecrets(command), 60)} while packages are installed.`,
        };
      },
    },
  },
];

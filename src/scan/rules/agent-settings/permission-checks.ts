import type { Severity } from '../../../core/severity.ts';
import { withoutSecrets } from '../../agents/secret-in.ts';
import { show } from '../../agents/show.ts';
import type { Check } from '../../rule-family.ts';

const CLAUDE = 'https://code.claude.com/docs/en/permissions';
const ON = /^(?:true|1|yes|on)$/i;

/** Settings that take questions away: where, with which value, how bad, and what then happens. */
interface Silence {
  readonly path: RegExp;
  readonly value: RegExp;
  readonly severity: Severity;
  readonly says: string;
}

const silence = (path: RegExp, value: RegExp, severity: Severity, says: string): Silence => ({
  path,
  value,
  severity,
  says,
});

const SILENCES: readonly Silence[] = [
  silence(/(?:^|\.)(?:permissions\.)?defaultMode$/, /^bypassPermissions$/, 'high', 'runs every tool without asking'),
  silence(/(?:^|\.)(?:permissions\.)?defaultMode$/, /^(?:acceptEdits|dontAsk)$/, 'low', 'changes files without asking'),
  silence(/(?:^|\.)enableAllProjectMcpServers$/, ON, 'high', 'starts every server that a project brings along'),
  silence(
    /(?:^|\.)(?:skipDangerousModePermissionPrompt|bypassPermissionsModeAccepted)$/,
    ON,
    'medium',
    'no longer warns before questions are taken away',
  ),
  // VS Code, Copilot
  silence(/(?:^|\.)chat\.tools\.(?:global\.)?autoApprove$/, ON, 'high', 'runs every tool without asking'),
  silence(
    /(?:^|\.)chat\.tools\.terminal\.autoApprove\.(?:\/?\.\*\/?\w{0,3}|\/\^?\.[*+]\$?\/\w{0,3}|\*)$/,
    ON,
    'high',
    'runs every command without asking',
  ),
  silence(
    /(?:^|\.)chat\.tools\.(?:edits\.autoApprove\.\*\*\/?\*?|terminal\.ignoreDefaultAutoApproveRules)$/,
    ON,
    'medium',
    'changes every file or runs commands without asking',
  ),
  silence(/(?:^|\.)chat\.agent\.autoApprove$/, ON, 'high', 'runs every tool without asking'),
  silence(/(?:^|\.)security\.workspace\.trust\.enabled$/, /^false$/i, 'medium', 'trusts every folder that is opened'),
  silence(/(?:^|\.)task\.allowAutomaticTasks$/, /^on$/i, 'medium', 'runs tasks of every folder that is opened'),
  // Gemini
  silence(/(?:^|\.)(?:tools\.)?autoAccept$/, ON, 'medium', 'runs tools without asking'),
  silence(
    /(?:^|\.)(?:general\.)?(?:defaultApprovalMode|approvalMode)$/,
    /^yolo$/i,
    'high',
    'runs every tool without asking',
  ),
  silence(
    /(?:^|\.)(?:general\.)?(?:defaultApprovalMode|approvalMode)$/,
    /^auto_?edit$/i,
    'low',
    'changes files without asking',
  ),
  silence(
    /(?:^|\.)(?:yolo|yoloMode|trustAll|trust_all_tools|autoRun|alwaysAllowAll)$/i,
    ON,
    'high',
    'runs every tool without asking',
  ),
  silence(/(?:^|\.)security\.folderTrust\.enabled$/, /^false$/i, 'low', 'does not ask whether a folder is trusted'),
  // Codex
  silence(/(?:^|\.)sandbox_mode$/, /^danger-full-access$/, 'high', 'runs commands without a sandbox'),
  silence(/(?:^|\.)approval_policy$/, /^never$/, 'medium', 'never asks'),
  silence(/(?:^|\.)sandbox_workspace_write\.network_access$/, ON, 'low', 'lets commands reach the network'),
  // Cursor, Windsurf, Zed, Cline, Roo, OpenCode, Goose
  silence(/(?:^|\.)(?:agent\.)?always_allow_tool_actions$/, ON, 'high', 'runs every tool without asking'),
  silence(
    /(?:^|\.)(?:agent\.)?tool_permissions\.default(?:_mode)?$/,
    /^allow$/,
    'high',
    'runs every tool without asking',
  ),
  silence(/(?:^|\.)cascadeCommandsAutoExecution$/i, /^turbo$/i, 'high', 'runs commands without asking'),
  silence(
    /(?:^|\.)(?:alwaysAllowExecute|alwaysAllowMcp|autoApprovalSettings\.(?:actions\.)?executeAllCommands)$/,
    ON,
    'medium',
    'runs commands or tools without asking',
  ),
  silence(/(?:^|\.)permission(?:\.\*|\.bash(?:\.\*)?)?$/, /^allow$/, 'medium', 'runs commands without asking'),
  silence(/(?:^|\.)GOOSE_MODE$/, /^auto$/i, 'medium', 'runs every tool without asking'),
];

const FLAG =
  /(?:^|[\s"'=])--?(?:dangerously-skip-permissions|allow-dangerously-skip-permissions|dangerously-bypass-approvals-and-sandbox|yolo|trust-all-tools|allow-all-tools|allow-all-paths|full-auto|auto-approve-all|approval-mode[= ]yolo|permission-mode[= ]bypassPermissions)(?![\w-])/;

/** Claude's rules (`Bash(npm test)`), Cursor's (`Shell(ls)`), plain names of tools. */
const WHOLE =
  /^(?:\*|Bash|Shell|Terminal|run_shell_command|ShellTool|execute_bash|shell|(?:Bash|Shell)\(\s{0,4}(?::?\*{1,2}|\*:\*)\s{0,4}\)|mcp__\*|mcp\(\*\)|@\*)$/;
const INTERPRETER =
  /^(?:Bash|Shell|run_shell_command)\(\s{0,4}(?:sudo|su|sh|bash|zsh|eval|exec|source|env|xargs|python[\d.]{0,4}|node|deno|bun|perl|ruby|php|osascript|powershell|pwsh|cmd|ssh|docker run|npx|uvx|curl|wget|nc)(?:\s{0,4}:\s{0,4}\*|\s{1,4}\*|\*)\s{0,4}\)$/i;
const FILES =
  /^(?:Write|Edit|MultiEdit|Read)\(\s{0,4}(?:\/{0,2}\*{1,2}(?:\/\*{0,2})?|~\/?\*{0,2}|\/\/?~?\/?)\s{0,4}\)$/;

export const PERMISSION_CHECKS: readonly Check[] = [
  {
    id: 'agent-auto-approve',
    title: 'Agent that does not ask',
    severity: 'high',
    meaning:
      'Calls run without anybody seeing them, so that an instruction in a web page, an issue or a file becomes an action. In a project it holds for everybody who opens it.',
    fix: 'Let it ask, and approve single tools or commands by name.',
    references: [CLAUDE, 'CVE-2025-53773', 'CVE-2025-59536', 'https://code.visualstudio.com/docs/copilot/security'],
    taxonomy: ['CWE-862', 'AML.T0053', 'OWASP-LLM06'],
    judge: {
      'agent-setting': ({ path, text }) => {
        const found = SILENCES.find((one) => one.path.test(path) && one.value.test(text));
        if (found !== undefined)
          return {
            severity: found.severity,
            message: `The setting ${show(path)} is ${show(withoutSecrets(text))}: the agent ${found.says}.`,
          };
        return FLAG.test(text) ? { message: `The setting ${show(path)} starts an agent that does not ask.` } : null;
      },
      'agent-hook': ({ event, command }) =>
        FLAG.test(command) ? { message: `${show(event)} starts an agent that does not ask.` } : null,
      'agent-server': ({ server }) => {
        const flag = server.args.find(({ text }) => FLAG.test(text));
        if (flag !== undefined)
          return { at: flag.at, message: `The server ${show(server.name)} is an agent that does not ask.` };
        const all = server.options.find(
          ({ name, text }) =>
            (/^(?:alwaysAllow|autoApprove|always_allow|trustedTools|allowedTools)(?:\.\d{1,4})?$/.test(name) &&
              (text === '*' || text === 'true')) ||
            (/^(?:trust|auto_approve|autoApproveAll)$/.test(name) && text === 'true'),
        );
        return all === undefined
          ? null
          : { at: all.at, message: `All tools of the server ${show(server.name)} run without asking.` };
      },
    },
  },
  {
    id: 'agent-wildcard-permission',
    title: 'Permission without bounds',
    severity: 'high',
    meaning: 'The pattern allows any command, or an interpreter that runs any: the question is never asked again.',
    fix: 'Allow single commands, such as `Bash(npm test)`, and deny the rest.',
    references: [CLAUDE, 'https://docs.cursor.com/en/cli/reference/permissions'],
    taxonomy: ['CWE-732', 'AML.T0053', 'OWASP-LLM06'],
    judge: {
      'agent-permission': ({ rule, scope }) => {
        // In front matter a rule holds while the skill runs; a skill about that is another matter (skill-broad-tools).
        if (scope === 'front-matter') return null;
        const text = rule.trim();
        if (WHOLE.test(text)) return { message: `${show(withoutSecrets(rule))} lets any command or tool run.` };
        if (INTERPRETER.test(text))
          return {
            severity: 'medium',
            message: `${show(withoutSecrets(rule))} lets a program run that runs or fetches anything.`,
          };
        return FILES.test(text)
          ? {
              severity: text.startsWith('Read') ? 'low' : 'medium',
              message: `${show(withoutSecrets(rule))} reaches every file.`,
            }
          : null;
      },
      'agent-setting': ({ path, text }) =>
        /(?:^|\.)permissions\.additionalDirectories\.\d{1,4}$/.test(path) && /^(?:\/|~\/?|\$HOME\/?)$/.test(text)
          ? { message: `The agent may work in all of ${show(withoutSecrets(text))}.` }
          : null,
    },
  },
];

import type { LineIndex } from '../../../formats/located/line-index.ts';
import { leavesOf, type Located, memberAt, membersOf, textOf } from '../../../formats/located/located.ts';
import { secretsIn } from '../../agents/secret-in.ts';
import { show } from '../../agents/show.ts';
import { gateOf, strongest } from '../../infra/workflow-gate.ts';
import { asksWhoItIs, conditionsOn, eventsOf, mayWrite, stepsBefore, stepsOf } from '../../infra/workflow-steps.ts';
import type { Judgement } from '../../rule.ts';
import { type Check, defineFamily } from '../../rule-family.ts';
import { TRIGGER_CHECKS } from './trigger-checks.ts';

/** Events that strangers cause and that run with the repository's own rights. */
const FOR_STRANGERS: ReadonlySet<string> = new Set([
  'pull_request_target',
  'issues',
  'issue_comment',
  'discussion',
  'discussion_comment',
  'workflow_run',
  'pull_request_review',
  'pull_request_review_comment',
  'fork',
  'watch',
]);

/** Values of the context that strangers write (docs.github.com, "Script injections"). */
const UNTRUSTED =
  /\$\{\{[^{}]{0,200}\bgithub\.(?:event\.(?:issue\.(?:title|body)|pull_request\.(?:title|body|head\.(?:ref|label|repo\.default_branch))|comment\.body|review\.body|review_comment\.body|discussion\.(?:title|body)|pages\.[\w.*[\]]{1,40}page_name|head_commit\.(?:message|author\.(?:email|name))|commits[\w.*[\]]{0,20}\.(?:message|author\.(?:email|name))|workflow_run\.(?:head_branch|head_commit\.message|display_title))|head_ref)\b[^{}]{0,200}\}\}/;

const AGENT =
  /(?:^|\/)(?:claude-code(?:-base)?-action|run-gemini-cli|codex-action|copilot|opencode|aider|ai-inference|cursor|qwen-code-action|llm|openai|gpt)[\w-]*(?:\/|@|$)/i;

const placed = (lines: LineIndex, node: Located, message: string, severity?: Judgement['severity']): Judgement => ({
  at: lines.place(node.start),
  ...(severity === undefined ? {} : { severity }),
  message,
});

/** Agents that let only people start them who may write to the repository, unless one of these inputs opens them. */
const ASKS_FOR_ITSELF: readonly (readonly [RegExp, string, RegExp])[] = [
  [/\bclaude-code-action(?:@|$)/, 'allowed_non_write_users', /\S/],
  [/\bcodex-action(?:@|$)/, 'allow-users', /\*/],
];

const CHECKS: readonly Check[] = [
  ...TRIGGER_CHECKS,
  {
    id: 'workflow-injection',
    title: 'Text of strangers inside a command',
    severity: 'high',
    meaning:
      'The expression is pasted into the script before a shell reads it: a title such as `"; curl … | sh` is run.',
    fix: 'Put the value into an environment variable, and use "$NAME" in the script.',
    references: [
      'https://docs.github.com/en/actions/concepts/security/script-injections',
      'https://docs.zizmor.sh/audits/#template-injection',
    ],
    taxonomy: ['CWE-94', 'CWE-78'],
    judge: {
      'infra-workflow': ({ root, lines }) =>
        stepsOf(root).flatMap(({ node, uses, run }): Judgement[] => {
          const script = (textOf(uses) ?? '').startsWith('actions/github-script@')
            ? memberAt(node, 'with', 'script')
            : run;
          const found = UNTRUSTED.exec(textOf(script) ?? '');
          return found === null ? [] : [placed(lines, script!, `${show(found[0], 80)} is pasted into a script.`)];
        }),
    },
  },
  {
    id: 'workflow-prompt-injection',
    title: "Agent in a workflow that reads strangers' texts and may write",
    severity: 'high',
    meaning: 'Who writes an issue or a comment writes the prompt of an agent that has a token, secrets and a shell.',
    fix: 'Give the agent a token that may only read, let it run for members only, and have a person apply what it proposes.',
    references: [
      'https://docs.github.com/en/actions/reference/security/secure-use',
      'https://genai.owasp.org/llmrisk/llm01-prompt-injection/',
    ],
    taxonomy: ['CWE-77', 'AML.T0051'],
    judge: {
      'infra-workflow': ({ root, lines }) => {
        const events = eventsOf(root).filter((event) => FOR_STRANGERS.has(event));
        if (events.length === 0) return null;
        return stepsOf(root).flatMap((step): Judgement[] => {
          const { node, uses, job } = step;
          const name = textOf(uses) ?? '';
          if (!AGENT.test(name)) return [];
          const permissions = memberAt(job, 'permissions') ?? memberAt(root, 'permissions');
          if (permissions !== undefined && !mayWrite(permissions)) return [];
          const conditions = conditionsOn(root, step);
          const reached = events.filter((event) => strongest(conditions.map((one) => gateOf(one, event))) === 'open');
          const asks = ASKS_FOR_ITSELF.some(
            ([agent, input, opened]) => agent.test(name) && !opened.test(textOf(memberAt(node, 'with', input)) ?? ''),
          );
          const guarded = reached.length === 0 || asks || stepsBefore(root, step).some(asksWhoItIs);
          return [
            placed(
              lines,
              uses!,
              `${show(name)} is started by ${(guarded ? events : reached).join(', ')} with a token that may write.`,
              guarded ? 'low' : 'high',
            ),
          ];
        });
      },
    },
  },
  {
    id: 'workflow-unpinned-action',
    title: 'Action of somebody else without a commit',
    severity: 'low',
    meaning:
      'A tag or branch can be moved to another program, as happened to tj-actions/changed-files (CVE-2025-30066).',
    fix: 'Name the commit, with the version as a comment (uses: owner/action@0123… # v1.2.3).',
    references: [
      'CVE-2025-30066',
      'https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions',
      'https://docs.zizmor.sh/audits/#unpinned-uses',
    ],
    taxonomy: ['CWE-829', 'CWE-1357'],
    judge: {
      'infra-workflow': ({ root, lines }) => {
        const calls = membersOf(memberAt(root, 'jobs')).flatMap(({ value }) => memberAt(value, 'uses') ?? []);
        return [...stepsOf(root).flatMap(({ uses }) => uses ?? []), ...calls].flatMap((uses): Judgement[] => {
          const text = textOf(uses) ?? '';
          if (text === '' || text.startsWith('./') || /^(?:actions|github)\//.test(text)) return [];
          if (text.startsWith('docker://'))
            return /@sha256:/.test(text) ? [] : [placed(lines, uses, `${show(text)} names no digest.`)];
          const [, revision] = /@([^@]{1,200})$/.exec(text) ?? [];
          if (revision === undefined) return [placed(lines, uses, `${show(text)} names no version.`, 'medium')];
          if (/^[0-9a-f]{40}$/.test(revision)) return [];
          return [
            placed(
              lines,
              uses,
              `${show(text)} names no commit.`,
              /^(?:main|master|latest|dev(?:elop)?|HEAD)$/.test(revision) ? 'medium' : 'low',
            ),
          ];
        });
      },
    },
  },
  {
    id: 'workflow-excessive-permissions',
    title: 'Workflow whose token may write everything',
    severity: 'medium',
    meaning: 'Any program that a step runs may change the repository, its releases and its packages.',
    fix: 'permissions: {} or contents: read at the top, and what a job needs at that job.',
    references: [
      'https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions',
      'https://docs.zizmor.sh/audits/#excessive-permissions',
    ],
    taxonomy: ['CWE-250'],
    judge: {
      'infra-workflow': ({ root, lines }) =>
        [
          memberAt(root, 'permissions'),
          ...membersOf(memberAt(root, 'jobs')).map(({ value }) => memberAt(value, 'permissions')),
        ].flatMap((node): Judgement[] =>
          textOf(node) === 'write-all' ? [placed(lines, node!, 'The token may write everything.')] : [],
        ),
    },
  },
  {
    id: 'workflow-secret-for-all-steps',
    title: 'Secret that every step of a workflow sees',
    severity: 'low',
    meaning: 'A variable at the top goes to every step, also to those that run the programs of others.',
    fix: 'Set the variable at the step that needs it.',
    references: [
      'https://docs.zizmor.sh/audits/#overprovisioned-secrets',
      'https://docs.github.com/en/actions/reference/security/secure-use',
    ],
    taxonomy: ['CWE-522'],
    judge: {
      'infra-workflow': ({ root, lines }) => [
        ...membersOf(memberAt(root, 'env')).flatMap(({ name, value }): Judgement[] =>
          /\$\{\{\s*secrets\.(?!GITHUB_TOKEN)/.test(textOf(value) ?? '')
            ? [placed(lines, value, `${show(name, 60)} goes to every step.`)]
            : [],
        ),
        ...[...leavesOf(root)]
          .filter(({ node }) => /\$\{\{\s*toJSON\(\s*secrets\s*\)/i.test(node.text))
          .map(({ node }) => placed(lines, node, 'All secrets are handed over at once.', 'medium')),
      ],
    },
  },
  {
    id: 'workflow-secret-in-text',
    title: 'Credential written into a workflow',
    severity: 'high',
    meaning: 'Whoever reads the repository has the credential.',
    fix: 'Revoke it, and use ${{ secrets.NAME }}.',
    references: [
      'https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets',
      'CWE-798',
    ],
    taxonomy: ['CWE-798', 'AML.T0055'],
    judge: {
      'infra-workflow': ({ root, lines }) =>
        [...leavesOf(root)]
          .filter(({ node }) => node.text.length >= 12)
          .flatMap(({ path, node }): Judgement[] => {
            const [secret] = secretsIn(`${path.slice(path.lastIndexOf('.') + 1)}=${node.text}`);
            return secret === undefined
              ? []
              : [placed(lines, node, `A credential stands in plain text (${secret.shown}).`)];
          }),
    },
  },
];

/** What a workflow does that GitHub never starts is told of, and weighs little; what is written in it, such as a credential, weighs what it does elsewhere. */
function unlessIdle({ judge, ...check }: Check): Check {
  const own = judge['infra-workflow'];
  if (own === undefined || check.id === 'workflow-secret-in-text') return { ...check, judge };
  return {
    ...check,
    judge: {
      ...judge,
      'infra-workflow': (fact) => {
        const judged = own(fact);
        if (!fact.idle || judged === null) return judged;
        return [judged].flat().map((one: Judgement) => ({
          ...one,
          severity: (one.severity ?? check.severity) === 'info' ? ('info' as const) : ('low' as const),
          message: one.message.replace(/\.$/, ', in a folder from which GitHub starts nothing.'),
        }));
      },
    },
  };
}

/** Workflows of GitHub Actions, which build, test and publish with the repository's rights. */
export const infraWorkflow = defineFamily(
  { id: 'infra-workflow', threats: ['backdoor', 'prompt-injection'] },
  CHECKS.map(unlessIdle),
);

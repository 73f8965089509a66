import type { Severity } from '../../../core/severity.ts';
import { leavesOf, type Located, memberAt, membersOf, textOf } from '../../../formats/located/located.ts';
import { type Gate, gateOf, strongest } from '../../infra/workflow-gate.ts';
import {
  activitiesOf,
  asksWhoItIs,
  conditionsOn,
  eventsOf,
  jobsBefore,
  mayWrite,
  type Step,
  stepsAfter,
  stepsBefore,
  stepsOf,
} from '../../infra/workflow-steps.ts';
import type { Check } from '../../rule-family.ts';

/** Events that strangers cause, that have the repository's rights, and by which a change of theirs can be fetched. */
const PRIVILEGED = ['pull_request_target', 'workflow_run', 'issue_comment'];

/** Where a change of a pull request is: its branch or commit, or that of the run that it caused. */
const HEAD =
  /github\.(?:event\.pull_request\.(?:head\.(?:sha|ref|label)|merge_commit_sha)|head_ref|event\.workflow_run\.head_(?:sha|branch|commit\.id))|\brefs\/(?:remotes\/)?pull\/|\.outputs\.[\w-]{0,40}head[\w-]{0,9}(?:sha|ref)\b/;
const HEAD_REPOSITORY = /github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\./;
/** A repository that an earlier step found out: it need not be this one. */
const FOUND_REPOSITORY = /\.outputs\.[\w-]{0,40}repo/;
/** A commit of the event itself, which cannot become another one between the look and the run. */
const FIXED = /\.(?:head\.sha|head_sha|head_commit\.id)\b/;

const PULL_REF = /\bpull\/(?:\$\{\{[^{}]{1,200}\}\}|[^\s/]{1,80})\/(?:head|merge)\b/;
const GH_CHECKOUT = /\bgh\s{1,9}pr\s{1,9}checkout\b/;
const GIT_TAKES =
  /\bgit\s{1,9}(?:-C\s{1,9}\S{1,200}\s{1,9})?(?:checkout|switch|pull|clone|merge|reset|rebase|worktree)\s/;
const GIT_FETCH = /\bgit\s{1,9}(?:-C\s{1,9}\S{1,200}\s{1,9})?fetch\s/;
/** Of one script. */
const MOST_LINES = 2000;

interface Taken {
  readonly at: Located;
  readonly fixed: boolean;
  /** actions/checkout of the step, as it names it. */
  readonly checkout: string | null;
}

/** How a step takes in a stranger's change, if it does. */
function takes(step: Step, root: Located): Taken | null {
  const uses = textOf(step.uses) ?? '';
  if (uses.startsWith('actions/checkout@')) {
    const ref = memberAt(step.node, 'with', 'ref');
    const repository = memberAt(step.node, 'with', 'repository');
    if (HEAD.test(textOf(ref) ?? ''))
      return { at: ref!, fixed: FIXED.test(textOf(ref)!), checkout: refusalOf(uses, step.node) };
    return HEAD_REPOSITORY.test(textOf(repository) ?? '') || FOUND_REPOSITORY.test(textOf(repository) ?? '')
      ? { at: repository!, fixed: false, checkout: refusalOf(uses, step.node) }
      : null;
  }
  const script = textOf(step.run);
  if (script === undefined) return null;
  const variables = [root, step.job, step.node]
    .flatMap((one) => membersOf(memberAt(one, 'env')))
    .filter(({ value }) => HEAD.test(textOf(value) ?? '') || HEAD_REPOSITORY.test(textOf(value) ?? ''));
  for (const line of script.split('\n').slice(0, MOST_LINES)) {
    if (line.trimStart().startsWith('#')) continue;
    if (GH_CHECKOUT.test(line)) return { at: step.run!, fixed: false, checkout: null };
    // What is only fetched can be compared without being run.
    if (!GIT_TAKES.test(line) && !(GIT_FETCH.test(line) && GIT_TAKES.test(script))) continue;
    const named = variables.find(({ name }) => line.includes(`$${name}`) || line.includes(`\${${name}`));
    if (named !== undefined || HEAD.test(line) || HEAD_REPOSITORY.test(line) || PULL_REF.test(line))
      return {
        at: step.run!,
        fixed: FIXED.test(named === undefined ? line : (textOf(named.value) ?? '')),
        checkout: null,
      };
  }
  return null;
}

/** The version of actions/checkout that may refuse changes of forks: from 7 on unless it is told not to, and moving tags since that was carried over to them. */
function refusalOf(uses: string, node: Located): string | null {
  if (/^(?:true|\$)/i.test(textOf(memberAt(node, 'with', 'allow-unsafe-pr-checkout')) ?? '')) return null;
  return /@(?:main|v(?:[4-9]|[1-9]\d)(?:\.\d{1,4}){0,2})$/.test(uses) ? uses.slice(uses.indexOf('@') + 1) : null;
}

interface Weight {
  readonly severity: Severity;
  readonly because: string;
}

/** What lowers the weight of a change that is taken in, each with its reason; null where no stranger's change comes through. */
function weights(step: Step, taken: Taken, root: Located, event: string): readonly Weight[] | null {
  const conditions = conditionsOn(root, step);
  let gate: Gate = strongest(conditions.map((one) => gateOf(one, event)));
  if (gate === 'closed') return null;
  const activities = activitiesOf(root, event);
  // Nothing else than a label starts it, so that each run has one that was just put on.
  if (gate === 'once' && activities.length > 0 && activities.every((one) => one === 'labeled')) gate = 'now';
  const found: Weight[] = [];
  const lower = (severity: Severity, because: string): void => void found.push({ severity, because });
  const current: Severity = taken.fixed && event !== 'issue_comment' ? 'low' : 'medium';
  if (gate === 'now')
    lower(
      current,
      current === 'low' ? 'somebody lets each one in' : 'what somebody let in may be another change by then',
    );
  if (gate === 'once') lower('medium', 'who was let in once may change it again');
  if ([step.job, ...jobsBefore(root, step.job)].some((job) => memberAt(job, 'environment') !== undefined))
    lower(current, 'whether its environment asks for approval does not show here');
  if (gate === 'open' && stepsBefore(root, step).some(asksWhoItIs))
    lower('medium', 'an earlier step asks who it is, and whether it stops the job does not show here');
  if (taken.checkout !== null && event !== 'issue_comment') {
    const major = Number(/^v(\d+)/.exec(taken.checkout)?.[1] ?? 7);
    if (major >= 7) lower('low', `actions/checkout@${taken.checkout} refuses those of forks`);
    else if (/^v\d+$/.test(taken.checkout))
      lower('medium', `actions/checkout@${taken.checkout} refuses those of forks since July 2026`);
  }
  const permissions = memberAt(step.job, 'permissions') ?? memberAt(root, 'permissions');
  if (
    permissions !== undefined &&
    !mayWrite(permissions) &&
    textOf(permissions) !== 'write-all' &&
    !hasSecrets(step.job, root)
  )
    lower('medium', 'its token may only read and it has no secrets, but what it caches reaches others');
  if (
    taken.checkout !== null &&
    stepsAfter(step).every(({ uses, run }) => run === undefined && HARMLESS.test(textOf(uses) ?? ''))
  )
    lower('medium', 'nothing here runs it');
  return found;
}

/** Actions that run nothing of what is checked out. */
const HARMLESS = /^actions\/(?:upload-artifact|labeler|checkout)@/;

function hasSecrets(job: Located, root: Located): boolean {
  return [job, memberAt(root, 'env')].some(
    (one) =>
      one !== undefined &&
      [...leavesOf(one)].some(({ node }) =>
        /\bsecrets(?:\.(?!GITHUB_TOKEN\b)|\[)|toJSON\(\s{0,9}secrets|^inherit$/i.test(node.text),
      ),
  );
}

const RANK: readonly Severity[] = ['low', 'medium', 'high'];

export const TRIGGER_CHECKS: readonly Check[] = [
  {
    id: 'workflow-dangerous-trigger',
    title: "Workflow that runs a stranger's change with the repository's rights",
    severity: 'high',
    meaning:
      'These events have secrets and a token that may write; checking out a pull request then lets its author run programs with both. A label, an approval or a trusted commenter lowers the finding and does not remove it, where the change can still become another one after it was looked at.',
    fix: 'Use pull_request, or do not check out or run anything of the pull request. Where it must be, let in only changes of the repository itself, check out the commit of the event (head.sha) and not a branch, and take a label away after every run.',
    references: [
      'https://docs.github.com/en/actions/reference/security/secure-use',
      'https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/',
      'https://github.blog/changelog/2026-06-18-safer-pull_request_target-defaults-for-github-actions-checkout',
      'https://docs.zizmor.sh/audits/#dangerous-triggers',
    ],
    taxonomy: ['CWE-829', 'CWE-367', 'AML.T0010'],
    judge: {
      'infra-workflow': ({ root, lines }) => {
        const events = eventsOf(root).filter((event) => PRIVILEGED.includes(event));
        if (events.length === 0) return null;
        return stepsOf(root).flatMap((step) => {
          const taken = takes(step, root);
          if (taken === null) return [];
          const ways = events
            .flatMap((event) => {
              const found = weights(step, taken, root, event);
              if (found === null) return [];
              const severity = RANK[Math.min(...found.map((one) => RANK.indexOf(one.severity)), 2)]!;
              return [
                { severity, because: found.filter((one) => one.severity === severity).map((one) => one.because) },
              ];
            })
            .toSorted((a, b) => RANK.indexOf(b.severity) - RANK.indexOf(a.severity));
          const [worst] = ways;
          if (worst === undefined) return [];
          const why = worst.because.length === 0 ? '' : ` (${worst.because.join('; ')})`;
          return [
            {
              at: lines.place(taken.at.start),
              severity: worst.severity,
              message: `A stranger's change is checked out where the repository's rights are at hand${why}.`,
            },
          ];
        });
      },
    },
  },
];

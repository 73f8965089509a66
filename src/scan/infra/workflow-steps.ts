import { itemsOf, type Located, memberAt, membersOf, textOf } from '../../formats/located/located.ts';

export interface Step {
  readonly node: Located;
  readonly uses: Located | undefined;
  readonly run: Located | undefined;
  readonly job: Located;
}

/** Steps of all jobs of a workflow that may run, or those of a composite action. */
export function stepsOf(root: Located): readonly Step[] {
  const lists = [
    // A job that is switched off never runs.
    ...membersOf(memberAt(root, 'jobs'))
      .filter(({ value }) => !/^(?:false|\$\{\{\s{0,9}false\s{0,9}\}\})$/.test(textOf(memberAt(value, 'if')) ?? ''))
      .map(({ value }) => ({ job: value, list: memberAt(value, 'steps') })),
    { job: root, list: memberAt(root, 'runs', 'steps') },
  ];
  return lists.flatMap(({ job, list }) => listed(job, list));
}

const listed = (job: Located, list: Located | undefined): readonly Step[] =>
  itemsOf(list).map((node) => ({ node, uses: memberAt(node, 'uses'), run: memberAt(node, 'run'), job }));

/** `on` may have been read as the boolean that YAML 1.1 makes of it. */
const eventsNode = (root: Located): Located | undefined => memberAt(root, 'on') ?? memberAt(root, 'true');

/** Names of events that start a workflow. */
export function eventsOf(root: Located): readonly string[] {
  const on = eventsNode(root);
  const single = textOf(on);
  if (single !== undefined) return [single];
  return on?.kind === 'list' ? on.items.flatMap((one) => textOf(one) ?? []) : membersOf(on).map(({ name }) => name);
}

/** Activities of an event that start a workflow, such as `labeled`; empty where it names none and takes GitHub's own choice. */
export function activitiesOf(root: Located, event: string): readonly string[] {
  const types = memberAt(eventsNode(root), event, 'types');
  const single = textOf(types);
  return single === undefined ? itemsOf(types).flatMap((one) => textOf(one) ?? []) : [single];
}

/** Conditions with which a job runs although one that it waits for was skipped. */
const EVEN_AFTER_SKIPPED = /\b(?:always|cancelled|failure)\s{0,9}\(/;

/** Jobs that must have run, and been let through, before this one runs. */
export function jobsBefore(root: Located, job: Located): readonly Located[] {
  const needs = memberAt(job, 'needs');
  if (needs === undefined || EVEN_AFTER_SKIPPED.test(textOf(memberAt(job, 'if')) ?? '')) return [];
  return [needs, ...itemsOf(needs)].flatMap((one) => {
    const name = textOf(one);
    return name === undefined ? [] : (memberAt(root, 'jobs', name) ?? []);
  });
}

/** What must be true for a step to run: its own condition, that of its job, those of jobs before it. */
export function conditionsOn(root: Located, { node, job }: Step): readonly string[] {
  return [node, job, ...jobsBefore(root, job)].flatMap((one) => textOf(memberAt(one, 'if')) ?? []);
}

/** Steps that have run before this one: of its own job, and of the jobs before it. */
export function stepsBefore(root: Located, step: Step): readonly Step[] {
  const own = listed(step.job, memberAt(step.job, 'steps'));
  return [
    ...jobsBefore(root, step.job).flatMap((job) => listed(job, memberAt(job, 'steps'))),
    ...own.slice(
      0,
      own.findIndex(({ node }) => node === step.node),
    ),
  ];
}

export function stepsAfter({ node, job }: Step): readonly Step[] {
  const own = listed(job, memberAt(job, 'steps'));
  return own.slice(own.findIndex((one) => one.node === node) + 1);
}

/** A token that may write something; `id-token: write` only lets a job say who it is. */
export function mayWrite(permissions: Located | undefined): boolean {
  return (
    textOf(permissions) === 'write-all' ||
    membersOf(permissions).some(({ name, value }) => name !== 'id-token' && textOf(value) === 'write')
  );
}

/** Steps that ask GitHub what somebody may do, by the actions and calls that are known for it. Whether they stop the job is not seen. */
export function asksWhoItIs({ uses, run, node }: Step): boolean {
  return (
    /^(?:actions-cool\/check-user-permission|sushichop\/action-repository-permission|prince-chrismc\/check-actor-permissions-action|lannonbr\/repo-permission-check-action|xt0rted\/slash-command-action|TheModdingInquisition\/actions-team-membership|nilsreichardt\/verify-safe-to-test-label)@/.test(
      textOf(uses) ?? '',
    ) ||
    [run, memberAt(node, 'with', 'script'), memberAt(node, 'with', 'route')].some((text) =>
      /\/collaborators\/|\/memberships\/|getCollaboratorPermissionLevel|getMembershipForUser|checkMembershipForUser|checkCollaborator/.test(
        textOf(text) ?? '',
      ),
    )
  );
}

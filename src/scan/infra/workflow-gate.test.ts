import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateOf } from './workflow-gate.ts';

const of = (condition: string): string => gateOf(condition, 'pull_request_target');

test("a change of the repository itself, of a member, or one that is merged is not a stranger's", () => {
  for (const condition of [
    'github.event.pull_request.head.repo.full_name == github.repository',
    "${{ github.repository == github.event.pull_request.head.repo.full_name && github.actor != 'x' }}",
    'github.event.pull_request.head.repo.id == github.event.pull_request.base.repo.id',
    '!github.event.pull_request.head.repo.fork',
    'github.event.pull_request.head.repo.fork == false',
    'github.event.pull_request.merged &&\n  true\n',
    "github.event.pull_request.author_association == 'MEMBER'",
    'contains(fromJSON(\'["OWNER", "MEMBER"]\'), github.event.pull_request.author_association)',
    "contains('OWNER,MEMBER,COLLABORATOR', github.event.pull_request.author_association)",
    "github.event.pull_request.user.login == 'dependabot[bot]'",
    'github.event.pull_request.merged',
    "(github.event.pull_request.merged == true) && contains(github.event.pull_request.labels.*.name, 'x')",
    "github.event_name != 'pull_request_target'",
    "github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository",
    "!(github.event_name == 'pull_request_target' && github.event.pull_request.head.repo.full_name != github.repository)",
  ])
    assert.equal(of(condition), 'closed', condition);
  assert.equal(gateOf("github.event.workflow_run.event == 'push'", 'workflow_run'), 'closed');
  assert.equal(
    gateOf('github.event.workflow_run.head_repository.full_name == github.repository', 'workflow_run'),
    'closed',
  );
});

test('a label or an actor lets in what comes later, too', () => {
  for (const condition of [
    "contains(github.event.pull_request.labels.*.name, 'safe to test')",
    "github.actor == 'maintainer'",
    "(needs.gate.outputs.eligible == 'true') && (needs.x.outputs.y != 'true')",
    "steps.who.outputs.is_fork != 'true'",
    'needs.gate.outputs.authorized',
    'contains(fromJSON(vars.ALLOWED), github.actor)',
  ])
    assert.equal(of(condition), 'once', condition);
  assert.equal(of("github.event.label.name == 'safe to test'"), 'now');
  assert.equal(gateOf("github.event.comment.author_association == 'OWNER'", 'issue_comment'), 'now');
});

test('what names a guard and is none stays open', () => {
  for (const condition of [
    '',
    'always()',
    "github.repository == 'org/repo'",
    'github.event.pull_request.head.repo.name == github.event.repository.name',
    'github.event.pull_request.head.repo.full_name != github.repository',
    "!contains(github.event.pull_request.labels.*.name, 'unsafe')",
    "contains(github.event.pull_request.labels.*.name, 'x') || github.event.action == 'opened'",
    "github.event.pull_request.author_association != 'NONE'",
    'contains(fromJSON(\'["MEMBER", "CONTRIBUTOR"]\'), github.event.pull_request.author_association)',
    "github.actor == 'dependabot[bot]'",
    "github.event.pull_request.user.type == 'Bot'",
    'github.event.pull_request.user.login == github.actor',
    "needs.gate.outputs.authorized != 'true'",
    "needs.changes.outputs.docs == 'true'",
    "needs.gate.outputs.is_fork == 'true'",
    "github.event_name == 'pull_request_target'",
    "contains(github.event.pull_request.title, 'author_association MEMBER')",
    "github.event.pull_request.title == 'github.event.pull_request.head.repo.fork == false'",
    "github.event.workflow_run.head_branch == 'main'",
    '${{ true }} && github.event.pull_request.merged',
    '${{ github.event.pull_request.merged }}\n',
    '${{ github.event.pull_request.merged }} || ${{ github.event.pull_request.merged }}',
    'github.event.pull_request.merged &&',
    `${'('.repeat(100)}github.event.pull_request.merged${')'.repeat(100)}`,
  ])
    assert.equal(of(condition), 'open', condition);
});

test('a long condition is read in time that grows with its length', () => {
  const long = `${"contains(github.event.pull_request.labels.*.name, 'x') && ".repeat(100)}true`;
  assert.equal(of(long), 'once');
  assert.equal(of("'".repeat(7999)), 'open');
  assert.equal(of('='.repeat(7999)), 'open');
});

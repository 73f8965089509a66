import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamily, scanFixture } from '../../testing/check-family.ts';
import { workflow } from '../../testing/infra-fixtures.ts';
import { infraWorkflow } from './family.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const KEY = `ghp_${'q7Rt2Lk9Xw4Zp8Vb3Nm6Hd1Js5Fc0YgAaBbC'}`;
const job = (...steps: readonly string[]): readonly string[] => [
  'jobs:',
  '  a:',
  '    runs-on: ubuntu-latest',
  '    steps:',
  ...steps.map((line) => `    ${line}`),
];

checkFamily(infraWorkflow, {
  'workflow-dangerous-trigger': {
    bad: [
      workflow(
        'on: pull_request_target',
        ...job(
          '- uses: actions/checkout@v4',
          '  with:',
          '    ref: ${{ github.event.pull_request.head.sha }}',
          '- run: npm test',
        ),
      ),
    ],
    line: 8,
    good: [
      workflow(
        'on: pull_request',
        ...job('- uses: actions/checkout@v4', '  with:', '    ref: ${{ github.event.pull_request.head.sha }}'),
      ),
      workflow('on: pull_request_target', ...job('- uses: actions/checkout@v4')),
    ],
  },
  'workflow-injection': {
    bad: [
      workflow('on: issues', ...job('- run: echo "${{ github.event.issue.title }}"')),
      workflow('on: [pull_request]', ...job('- run: |', '    git checkout ${{ github.head_ref }}')),
      workflow(
        'on: issue_comment',
        ...job(
          '- uses: actions/github-script@v7',
          '  with:',
          '    script: console.log("${{ github.event.comment.body }}")',
        ),
      ),
    ],
    line: 6,
    good: [
      workflow('on: issues', ...job('- run: echo "$TITLE"', '  env:', '    TITLE: ${{ github.event.issue.title }}')),
      workflow('on: push', ...job('- run: echo ${{ github.sha }}')),
    ],
  },
  'workflow-prompt-injection': {
    bad: [
      workflow(
        'on: issues',
        'permissions: { contents: write, issues: write }',
        ...job('- uses: anthropics/claude-code-action@v1'),
      ),
      workflow('on: [issue_comment]', ...job('- uses: google-github-actions/run-gemini-cli@v0')),
    ],
    good: [
      workflow('on: issues', 'permissions: { contents: read }', ...job('- uses: anthropics/claude-code-action@v1')),
      workflow('on: push', ...job('- uses: anthropics/claude-code-action@v1')),
      workflow(
        'on: issues',
        'permissions: { contents: read, id-token: write }',
        ...job('- uses: anthropics/claude-code-action@v1'),
      ),
      workflow(
        'on: issues',
        'jobs:',
        '  a:',
        '    if: false',
        '    runs-on: x',
        '    steps:',
        '      - uses: anthropics/claude-code-action@v1',
      ),
    ],
  },
  'workflow-unpinned-action': {
    bad: [
      workflow('on: push', ...job('- uses: tj-actions/changed-files@v45')),
      workflow('on: push', ...job('- uses: some/action@main')),
      workflow('on: push', 'jobs:', '  a:', '    uses: org/repo/.github/workflows/x.yml@v1'),
    ],
    line: 6,
    good: [
      workflow(
        'on: push',
        ...job(`- uses: tj-actions/changed-files@${COMMIT}`, '- uses: actions/checkout@v4', '- uses: ./local'),
      ),
    ],
  },
  'workflow-excessive-permissions': {
    bad: [workflow('on: push', 'permissions: write-all', ...job('- run: x'))],
    line: 2,
    good: [workflow('on: push', 'permissions: read-all', ...job('- run: x'))],
  },
  'workflow-secret-for-all-steps': {
    bad: [
      workflow('on: push', 'env:', '  KEY: ${{ secrets.OPENAI_API_KEY }}', ...job('- run: x')),
      workflow('on: push', ...job('- run: x', '  env:', '    ALL: ${{ toJSON(secrets) }}')),
    ],
    line: 3,
    good: [workflow('on: push', ...job('- run: x', '  env:', '    KEY: ${{ secrets.OPENAI_API_KEY }}'))],
  },
  'workflow-secret-in-text': {
    bad: [workflow('on: push', ...job('- run: x', '  env:', `    GH_TOKEN: ${KEY}`))],
    line: 8,
    good: [workflow('on: push', ...job('- run: x', '  env:', '    GH_TOKEN: ${{ secrets.GH_TOKEN }}'))],
  },
});

test('a condition on a job that is waited for holds, unless the job runs although that one was skipped', () => {
  const severity = (...own: readonly string[]): string | undefined =>
    scanFixture(
      workflow(
        'on: issue_comment',
        'jobs:',
        '  gate:',
        "    if: github.event.comment.author_association == 'OWNER'",
        '    runs-on: x',
        '    steps: []',
        '  a:',
        ...own,
        '    runs-on: x',
        '    steps:',
        '      - uses: anthropics/claude-code-action@v1',
      ),
    ).findings.find(({ rule }) => rule === 'workflow-prompt-injection')?.severity;
  assert.equal(severity(), 'high');
  assert.equal(severity('    needs: gate'), 'low');
  assert.equal(severity('    needs: [gate]'), 'low');
  assert.equal(severity('    needs: gate', '    if: always()'), 'high');
  assert.equal(severity('    needs: gate', "    if: ${{ !cancelled() && github.ref == 'x' }}"), 'high');
});

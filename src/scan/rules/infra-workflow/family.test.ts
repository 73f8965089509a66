import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFamily, scanFixture } from '../../testing/check-family.ts';
import { file, workflow } from '../../testing/infra-fixtures.ts';
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
        '      - uses: google-github-actions/run-gemini-cli@v0',
      ),
    ).findings.find(({ rule }) => rule === 'workflow-prompt-injection')?.severity;
  assert.equal(severity(), 'high');
  assert.equal(severity('    needs: gate'), 'low');
  assert.equal(severity('    needs: [gate]'), 'low');
  assert.equal(severity('    needs: gate', '    if: always()'), 'high');
  assert.equal(severity('    needs: gate', "    if: ${{ !cancelled() && github.ref == 'x' }}"), 'high');
});

const severityOf = (rule: string, ...lines: readonly string[]): string | undefined =>
  scanFixture(workflow(...lines)).findings.find((one) => one.rule === rule)?.severity;

test('an agent that asks for the right to write itself weighs less, unless it is opened to everybody', () => {
  const of = (...lines: readonly string[]): string | undefined =>
    severityOf('workflow-prompt-injection', 'on: issues', ...job(...lines));
  assert.equal(of('- uses: anthropics/claude-code-action@v1'), 'low');
  assert.equal(of('- uses: anthropics/claude-code-action@v1', '  with: { allowed_non_write_users: "*" }'), 'high');
  assert.equal(of('- uses: anthropics/claude-code-base-action@beta'), 'high');
  assert.equal(of('- uses: openai/codex-action@v1'), 'low');
  assert.equal(of('- uses: openai/codex-action@v1', '  with: { allow-users: "*" }'), 'high');
  assert.equal(of('- uses: google-github-actions/run-gemini-cli@v0'), 'high');
});

const PINNED = `- uses: actions/checkout@${COMMIT}`;
/** A workflow for pull requests of strangers that checks one out and runs it; lines of the job, and where the change is. */
const trigger = (
  own: readonly string[] = [],
  {
    ref = '${{ github.event.pull_request.head.sha }}',
    on = 'on: pull_request_target',
    checkout = PINNED,
    more = [],
  }: {
    readonly ref?: string;
    readonly on?: string;
    readonly checkout?: string;
    readonly more?: readonly string[];
  } = {},
): string | undefined =>
  severityOf(
    'workflow-dangerous-trigger',
    on,
    'jobs:',
    '  gate:',
    "    if: github.event.pull_request.author_association == 'MEMBER'",
    '    steps: []',
    '  a:',
    ...own.map((line) => `    ${line}`),
    '    runs-on: x',
    '    steps:',
    `    ${checkout}`,
    '      with:',
    `        ref: ${ref}`,
    ...more.map((line) => `        ${line}`),
    '    - run: npm test',
  );

test('a change that is checked out with the rights of the repository weighs what its guard leaves of it', () => {
  assert.equal(trigger(), 'high');
  assert.equal(trigger(['if: github.event.pull_request.head.repo.full_name == github.repository']), undefined);
  assert.equal(trigger(["if: github.event.pull_request.author_association == 'MEMBER'"]), undefined);
  assert.equal(trigger(["if: github.event.pull_request.author_association != 'NONE'"]), 'high');
  assert.equal(trigger(['if: github.event.pull_request.merged == true']), undefined);
  assert.equal(trigger(['needs: gate']), undefined);
  assert.equal(trigger(['needs: gate', 'if: always()']), 'high');
  const label = "if: contains(github.event.pull_request.labels.*.name, 'safe to test')";
  assert.equal(trigger([label]), 'medium');
  const labelled = 'on: { pull_request_target: { types: [labeled] } }';
  assert.equal(trigger([label], { on: labelled }), 'low');
  assert.equal(trigger([label], { on: labelled, ref: '${{ github.head_ref }}' }), 'medium');
  assert.equal(trigger([`${label} || github.event.action == 'opened'`]), 'high');
  assert.equal(trigger(['environment: reviewed']), 'low');
  assert.equal(trigger(['environment: reviewed'], { ref: 'refs/pull/${{ github.event.number }}/merge' }), 'medium');
  assert.equal(trigger(['permissions: { contents: read }']), 'medium');
  assert.equal(trigger(['permissions: { contents: read }', 'env: { KEY: "${{ secrets.KEY }}" }']), 'high');
});

test('checkouts that refuse forks by themselves weigh less, unless they are told to take them', () => {
  assert.equal(trigger([], { checkout: '- uses: actions/checkout@v7' }), 'low');
  assert.equal(
    trigger([], { checkout: '- uses: actions/checkout@v7', more: ['allow-unsafe-pr-checkout: true'] }),
    'high',
  );
  assert.equal(trigger([], { checkout: '- uses: actions/checkout@v4' }), 'medium');
  assert.equal(trigger([], { checkout: '- uses: actions/checkout@v4.1.0' }), 'high');
  assert.equal(trigger([], { checkout: '- uses: actions/checkout@v3' }), 'high');
});

test('a change is also taken in by commands, and on demand of a comment', () => {
  const of = (on: string, ...steps: readonly string[]): string | undefined =>
    severityOf('workflow-dangerous-trigger', on, ...job(...steps));
  const target = 'on: pull_request_target';
  assert.equal(of(target, '- run: gh pr checkout ${{ github.event.number }} && make'), 'high');
  assert.equal(
    of(
      target,
      '- run: |',
      '    git fetch origin pull/${{ github.event.number }}/head',
      '    git checkout FETCH_HEAD',
      '    make',
    ),
    'high',
  );
  assert.equal(
    of(target, '- run: git checkout "$SHA" && make', '  env: { SHA: "${{ github.event.pull_request.head.sha }}" }'),
    'high',
  );
  assert.equal(of(target, '- run: git fetch origin pull/1/head && git diff FETCH_HEAD'), undefined);
  assert.equal(of(target, '- run: git diff ${{ github.event.pull_request.base.sha }}'), undefined);
  assert.equal(of(target, '- run: git log ${{ github.event.pull_request.head.sha }}'), undefined);
  assert.equal(of(target, '- uses: actions/checkout@v7', '- run: make'), undefined);
  assert.equal(of('on: pull_request', '- run: gh pr checkout 1 && make'), undefined);
  const comment = [
    '- uses: actions/checkout@v7',
    '  with: { ref: "refs/pull/${{ github.event.issue.number }}/head" }',
    '- run: make',
  ];
  assert.equal(of('on: issue_comment', ...comment), 'high');
  assert.equal(
    of(
      'on: issue_comment',
      ...comment.toSpliced(1, 0, '  if: contains(fromJSON(\'["OWNER"]\'), github.event.comment.author_association)'),
    ),
    'medium',
  );
});

test('a workflow that GitHub never starts weighs little, but a credential in it does', () => {
  const lines = [
    'on: issues',
    ...job('- run: echo "${{ github.event.issue.title }}"', '  env:', `    GH_TOKEN: ${KEY}`),
  ];
  const told = (name: string): readonly string[] =>
    scanFixture(file(name, ...lines)).findings.map(({ rule, severity }) => `${rule} ${severity}`);
  assert.ok(told('a/.github/workflows/ci.yml').includes('workflow-injection high'));
  assert.ok(told('a/.github/workflows/off/ci.yml').includes('workflow-injection low'));
  assert.ok(told('a/.github/workflows/off/ci.yml').includes('workflow-secret-in-text high'));
});

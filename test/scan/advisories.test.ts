import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runParapet } from '../../src/cli/testing/run-parapet.ts';
import { makeZip } from '../../src/scan/testing/make-archive.ts';

const record = (id: string, ecosystem: string, name: string, events: readonly object[], more: object = {}): object => ({
  id,
  modified: '2026-05-01T00:00:00Z',
  summary: `About ${name}`,
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  database_specific: { severity: 'HIGH' },
  ...more,
});
const JINJA = record('GHSA-h5c8-rqwp-cp95', 'PyPI', 'jinja2', [{ introduced: '0' }, { fixed: '3.1.3' }]);
const OLLAMA = record('GO-2026-1', 'Go', 'github.com/ollama/ollama', [{ introduced: '0' }, { fixed: '99.0.0' }]);
const SERVER = record('MAL-2026-1', 'npm', 'bad-mcp', [{ introduced: '0' }]);
/** The same as one of the built-in table. */
const SAME = record('PYSEC-2025-42', 'PyPI', 'vllm', [{ introduced: '0.6.5' }, { fixed: '0.8.5' }], { aliases: ['CVE-2025-32444'] }); // prettier-ignore

async function place(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'parapet-advisories-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

const PROJECT = {
  'p/requirements.txt': 'requests\nJinja2==3.1.2\nvllm==0.8.4\n',
  'p/compose.yaml': 'services:\n  a:\n    image: ollama/ollama:0.20.0\n',
  'p/.mcp.json': '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "bad-mcp"]}}}\n',
};

interface Row {
  readonly file: string;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string; readonly where: { readonly line: number } }[]; // prettier-ignore
}

void test('packages of lists, images and servers are compared with advisories of a folder, an archive, JSON lines and YAML', async (t) => {
  const yaml = [
    'id: MAL-2026-1',
    'modified: 2026-05-01T00:00:00Z',
    'affected:',
    '- package: {ecosystem: npm, name: bad-mcp}',
    '  ranges:',
    '  - type: SEMVER',
    '    events: [{introduced: "0"}]',
    '',
  ].join('\n');
  const root = await place(t, {
    ...PROJECT,
    'folder/one/a.json': JSON.stringify(JINJA),
    'folder/b.json': JSON.stringify({ vulns: [OLLAMA] }),
    'folder/c.yaml': yaml,
    'folder/readme.md': 'no record',
    'folder/package.json': '{"name": "no-record"}',
    'all.zip': makeZip(
      [JINJA, OLLAMA, SERVER].map((one, i) => ({ name: `${i}.json`, data: Buffer.from(JSON.stringify(one)) })),
    ),
    'lines.jsonl': [JINJA, OLLAMA, SERVER, SAME].map((one) => `${JSON.stringify(one)}\n`).join(''),
  });
  const without = await runParapet(root, ['scan', 'p', '--format', 'json']);
  const messages = (out: string): string[] =>
    (JSON.parse(out) as Row[]).flatMap(({ findings }) =>
      findings.filter(({ rule }) => rule.endsWith('vulnerable-version')).map(({ message }) => message),
    );
  assert.equal(messages(without.out).length, 1);
  for (const source of ['folder', 'all.zip', 'lines.jsonl']) {
    const { code, out, err } = await runParapet(root, ['scan', 'p', '--advisories', source, '--format', 'json']);
    assert.equal(code, 1);
    assert.match(err, /note: [34] advisories in \S+, the newest of 2026-05-01/);
    const found = (JSON.parse(out) as Row[]).flatMap(({ file, findings }) =>
      findings
        .filter(({ rule }) => rule.endsWith('vulnerable-version'))
        .map(({ rule, severity, message, where }) => [
          file,
          where.line,
          rule,
          severity,
          /\((\S+?)[,:]/.exec(message)?.[1],
        ]),
    );
    assert.deepEqual(found, [
      ['p/.mcp.json', 1, 'mcp-vulnerable-version', 'critical', 'MAL-2026-1'],
      ['p/compose.yaml', 3, 'vulnerable-version', 'high', 'GO-2026-1'],
      // The table says what it says, and the record that says the same is not told again.
      ['p/requirements.txt', 3, 'vulnerable-version', 'critical', 'CVE-2026-48746'],
      ['p/requirements.txt', 2, 'vulnerable-version', 'high', 'GHSA-h5c8-rqwp-cp95'],
    ]);
    assert.ok(messages(out).some((one) => one.includes('"About jinja2"') && one.includes('3.1.3 is free of it')));
  }
});

void test('advisories that are missing, damaged or none are an error, not a scan without them', async (t) => {
  const root = await place(t, {
    ...PROJECT,
    'empty/readme.md': 'nothing',
    'broken/a.json': '{"id": ',
    'nameless.json': JSON.stringify(record('X-1', 'npm', '', [])),
    'cut.zip': makeZip([{ name: 'a.json', data: Buffer.from(JSON.stringify(JINJA)) }]).subarray(0, 60),
    'other.json': '{"name": "x"}',
  });
  for (const [path, message] of [
    ['nowhere', /no such file or folder of advisories/i],
    ['empty', /no advisories in the format of OSV/],
    ['other.json', /no advisories in the format of OSV/],
    ['broken', /cannot be read as JSON.*broken\/a\.json/s],
    ['nameless.json', /X-1: a package has no name/],
    ['cut.zip', /cut\.zip/],
  ] as const) {
    const { code, err } = await runParapet(root, ['scan', 'p', '--advisories', path]);
    assert.equal(code, 2, path);
    assert.match(err, message, path);
  }
});

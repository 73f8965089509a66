import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DETECTORS } from '../detect/registry.ts';
import { THREATS } from '../core/threat.ts';
import { makeClassifier } from '../engine/testing/make-classifier.ts';
import { spoilClassifier } from '../engine/testing/spoil-classifier.ts';
import type { Io } from './command.ts';
import { run } from './run.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(cwd: string, argv: readonly string[], env: Io['env'] = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env,
    cwd,
    terminal: false,
    signal: new AbortController().signal,
    exitCode: 0,
    stdin: async function* () {},
  };
  const code = await run(argv, io);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parapet-cli-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const UPSTREAMS = `upstreams: [{ id: a, dialect: openai, url: "https://api.openai.com", models: ['*'] }]\n`;
const KEYS = { OPENAI_API_KEY: 'sk-openai-value', ANTHROPIC_API_KEY: 'sk-anthropic-value' };

test('--version and --help go to stdout and end with 0; so does no argument at all', async (t) => {
  const cwd = await directory(t);
  const version = await ran(cwd, ['--version']);
  assert.deepEqual([version.code, version.err], [0, '']);
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(version.out, manifest.version);

  const help = await ran(cwd, ['--help']);
  assert.equal(help.code, 0);
  for (const command of ['init', 'config', 'serve', 'threats'])
    assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'));
  assert.deepEqual(await ran(cwd, []), help);
});

test('a wrong command line ends with 2, on stderr, with what was probably meant', async (t) => {
  const cwd = await directory(t);
  for (const [argv, said] of [
    [['confg'], /unknown command 'confg'[\s\S]*Did you mean config/],
    [['config', 'chek'], /unknown command 'chek'[\s\S]*Did you mean check/],
    [['config', 'check', '--jsn'], /unknown option '--jsn'[\s\S]*--json/],
    [['config', 'check', 'one', 'two'], /too many arguments/],
    [['config', 'check', 'one', '--config', 'two'], /given twice/],
    [['config', 'check', '--config'], /argument missing/],
    [['--nonsense'], /unknown option '--nonsense'/],
  ] as const) {
    const { code, out, err } = await ran(cwd, argv);
    assert.equal(code, 2, argv.join(' '));
    assert.equal(out, '', argv.join(' '));
    assert.match(err, said);
  }
});

test('init writes a configuration that is right as it stands, once, readable by its owner only', async (t) => {
  const cwd = await directory(t);
  assert.equal((await ran(cwd, ['init'])).code, 0);
  assert.equal((await stat(join(cwd, 'parapet.yaml'))).mode & 0o077, 0);

  const check = await ran(cwd, ['config', 'check'], KEYS);
  assert.deepEqual([check.code, check.err], [0, ''], check.err);
  assert.match(check.out, /^parapet\.yaml is fine: 2 upstreams, 12 rules, 1 budget; hash [0-9a-f]{16}$/);

  const again = await ran(cwd, ['init']);
  assert.equal(again.code, 2);
  assert.match(again.err, /^error: the file is already there \(at .*parapet\.yaml\)\. Use --force/);
  await writeFile(join(cwd, 'parapet.yaml'), 'mine');
  assert.equal((await ran(cwd, ['init', '--force'])).code, 0);
  assert.notEqual(await readFile(join(cwd, 'parapet.yaml'), 'utf8'), 'mine');

  assert.equal((await ran(cwd, ['init', '--config', 'no/such/directory.yaml'])).code, 2);
});

test('config check looks at the classifiers that rules name, and loads none', async (t) => {
  const cwd = await directory(t);
  await ran(cwd, ['init']);
  const file = join(cwd, 'parapet.yaml');
  const rule = (folder: string): string =>
    `\n  - id: own\n    detector: encoder\n    action: block\n    options: { folder: ${folder}, labels: [ATTACK] }\n`;
  const text = await readFile(file, 'utf8');
  const check = async (
    folder: string,
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
    await writeFile(
      file,
      text.replace(/^rules:.*$/m, (line) => `${line}${rule(folder)}`),
    );
    return ran(cwd, ['config', 'check'], KEYS);
  };
  const good = makeClassifier();
  const bad = spoilClassifier('outside weights');
  t.after(() => [good, bad].forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  assert.deepEqual(await check(good).then(({ code, err }) => [code, err]), [0, '']);
  const refused = await check(bad);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^error: This network is refused: .*outside the model's folder \(at .*model\.onnx, /);
});

test('config check names file, line, key and variable, and shows no stack', async (t) => {
  const cwd = await directory(t);
  await ran(cwd, ['init']);
  const { code, err } = await ran(cwd, ['config', 'check']);
  assert.equal(code, 2);
  assert.match(
    err,
    /^error: 2 problems in parapet\.yaml:\nparapet\.yaml:\d+:10: upstreams\[0\]\.key: the environment variable OPENAI_API_KEY is not set\n/,
  );
  assert.doesNotMatch(err, /^\s+at /m);
  assert.match((await ran(cwd, ['config', 'check'], { PARAPET_DEBUG: '1' })).err, /^\s+at /m);

  const json = await ran(cwd, ['config', 'check', '--json']);
  assert.equal(json.code, 2);
  const parsed = JSON.parse(json.out) as { ok: boolean; errors: string[] };
  assert.deepEqual([parsed.ok, parsed.errors.length], [false, 2]);

  const none = await ran(cwd, ['config', 'check', '--config', 'none.yaml']);
  assert.equal(none.code, 2);
  assert.match(none.err, /^error: cannot read the configuration file: there is no such file \(at none\.yaml\)\. Give/);
});

test('config explain says where each value comes from and shows no secret', async (t) => {
  const cwd = await directory(t);
  await ran(cwd, ['init']);
  for (const argv of [
    ['config', 'explain'],
    ['config', 'explain', '--json'],
  ]) {
    const { code, out } = await ran(cwd, argv, KEYS);
    assert.equal(code, 0);
    assert.match(out, /OPENAI_API_KEY/);
    for (const secret of Object.values(KEYS)) assert.ok(!out.includes(secret), 'a secret is shown');
  }
  const { out } = await ran(cwd, ['config', 'explain'], KEYS);
  assert.match(out, /^listen\.port +8787 +file +parapet\.yaml:\d+:9$/m);
  assert.match(out, /^limits\.body +32MiB +default +schema$/m);
  assert.deepEqual(
    await ran(cwd, ['config', 'explain', 'parapet.yaml'], KEYS),
    await ran(cwd, ['config', 'explain'], KEYS),
  );

  const text = `permit(principal, action, resource); // ${'long '.repeat(200)}`;
  await writeFile(join(cwd, 'long.yaml'), `${UPSTREAMS}access: { policy: { text: '${text}' } }\n`);
  const long = await ran(cwd, ['config', 'explain', 'long.yaml']);
  assert.ok(
    Math.max(...long.out.split('\n').map((line) => line.length)) < 160,
    'one long text makes the table as long',
  );
  assert.ok((await ran(cwd, ['config', 'explain', 'long.yaml', '--json'])).out.includes(text.slice(0, 900)));
});

test('config schema prints JSON Schema', async (t) => {
  const { code, out } = await ran(await directory(t), ['config', 'schema']);
  assert.equal(code, 0);
  assert.equal((JSON.parse(out) as { $schema: string }).$schema, 'https://json-schema.org/draft/2020-12/schema');
});

test('threats prints the eight threats with what the registries hold, and owns up to what is not built', async (t) => {
  const cwd = await directory(t);
  const { code, out } = await ran(cwd, ['threats']);
  assert.equal(code, 0);
  const lines = out.split('\n');
  for (const threat of THREATS) assert.equal(lines.filter((line) => line.startsWith(`${threat} `)).length, 1, threat);
  for (const detector of DETECTORS) assert.ok(out.includes(detector.meta.id), detector.meta.id);
  const rows = JSON.parse((await ran(cwd, ['threats', '--json'])).out) as Record<
    'prove' | 'prevent' | 'detect',
    string[]
  >[];
  const empty = rows.flatMap((row) => [row.prove, row.prevent, row.detect]).filter((cell) => cell.length === 0).length;
  assert.match(out, new RegExp(`not built yet: ${empty} of 24 cells`));
});

test('config check looks into the access policy as well', async (t) => {
  const cwd = await directory(t);
  await writeFile(join(cwd, 'parapet.yaml'), `${UPSTREAMS}access: { policy: { file: rules.cedar } }\n`);
  await writeFile(
    join(cwd, 'rules.cedar'),
    'permit(principal, action, resource);\npermit(principal, acton, resource);\n',
  );
  const wrong = await ran(cwd, ['config', 'check']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^error: rules\.cedar:2:\d+: /);

  await writeFile(join(cwd, 'rules.cedar'), 'forbid(principal, action, resource);\n');
  const empty = await ran(cwd, ['config', 'check']);
  assert.equal(empty.code, 0);
  assert.match(empty.err, /^warning: rules\.cedar: nothing is permitted/);

  await writeFile(join(cwd, 'parapet.yaml'), `${UPSTREAMS}access: { policy: { text: 'permit(principal' } }\n`);
  const inPlace = await ran(cwd, ['config', 'check']);
  assert.equal(inPlace.code, 2);
  assert.match(inPlace.err, /^error: parapet\.yaml:2:\d+: access\.policy\.text:1:\d+: /);
});

test('config check reads the rules over tool calls that the configuration names', async (t) => {
  const cwd = await directory(t);
  await writeFile(join(cwd, 'parapet.yaml'), `${UPSTREAMS}flow: { rules: flow.yaml }\n`);
  await writeFile(join(cwd, 'flow.yaml'), 'rules: [{ id: a, tool: b, efect: deny }]\n');
  const wrong = await ran(cwd, ['config', 'check']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /flow\.yaml:1:\d+: .*efect.*did you mean effect/);
  await writeFile(join(cwd, 'flow.yaml'), 'rules: [{ id: a, tool: b, effect: deny }]\n');
  assert.equal((await ran(cwd, ['config', 'check'])).code, 0);
});

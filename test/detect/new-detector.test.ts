import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

/** The scaffold, and CONTRIBUTING's walk through it, done to the letter in a copy of the tree. */
const root = resolve(import.meta.dirname, '../..');
let copy: string;

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'parapet-new-'));
  for (const part of [
    'src',
    'test/detect',
    'scripts/new.ts',
    'scripts/detector-template',
    'package.json',
    'tsconfig.json',
  ]) {
    mkdirSync(join(copy, part, '..'), { recursive: true });
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
after(() => rmSync(copy, { recursive: true, force: true }));

function node(...args: string[]): { readonly status: number | null; readonly output: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env });
  return { status, output: stdout + stderr };
}

/** Runs one detector's part of the contract. */
function contract(id: string): void {
  const { status, output } = node(
    '--test',
    '--test-reporter=tap',
    `--test-name-pattern=^${id}$|one folder`,
    'src/detect/registry.test.ts',
  );
  assert.equal(status, 0, output);
  assert.match(output, /never lets a unit of a finding leave a stream, wherever it is split in two/);
}

test('a scaffolded detector passes the contract and the type checker as it stands', () => {
  const made = node('scripts/new.ts', 'detector', 'my-check');
  assert.equal(made.status, 0, made.output);
  assert.match(made.output, /wrote src\/detect\/my-check\/detector\.ts/);
  assert.match(
    readFileSync(join(copy, 'src/detect/registry.ts'), 'utf8'),
    /^ {2}myCheck, \/\/\n(?: {2}\w+, \/\/\n)* {2}secretLeak, \/\/$/m,
  );
  contract('my-check');
});

test('CONTRIBUTING, followed to the letter, ends in a detector that passes the contract', () => {
  const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = /^## Add a detector in ten minutes\n([\s\S]*?)^## /m.exec(guide)?.[1] ?? '';
  const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, info, body]) => ({ info, body: body! }));
  const [first] = fences.filter(({ info }) => info === 'sh');
  const [hit, miss] = fences.filter(({ info }) => info === 'text');
  const [code] = fences.filter(({ info }) => info === 'ts');
  assert.ok(first && hit && miss && code);

  const [command] = first.body.split('\n');
  assert.equal(command, 'npx node scripts/new.ts detector order-number');
  assert.equal(node(...command.split(' ').slice(2)).status, 0);

  const folder = join(copy, 'src/detect/order-number');
  rmSync(join(folder, 'fixtures/hit/phrase.txt'));
  rmSync(join(folder, 'fixtures/miss/prose.txt'));
  writeFileSync(join(folder, 'fixtures/hit/order.txt'), hit.body);
  writeFileSync(join(folder, 'fixtures/miss/order.txt'), miss.body);
  writeFileSync(join(folder, 'detector.ts'), code.body);
  contract('order-number');

  const checked = node(
    'node_modules/typescript/bin/tsc',
    '--noEmit',
    '-p',
    writeProject(['src/detect/order-number/detector.ts', 'src/detect/my-check/detector.ts', 'src/detect/registry.ts']),
  );
  assert.equal(checked.status, 0, checked.output);
});

function writeProject(files: readonly string[]): string {
  const path = join(copy, 'tsconfig.new.json');
  writeFileSync(path, JSON.stringify({ extends: './tsconfig.json', include: [], files }));
  return path;
}

describe('a mistake is explained and writes nothing', () => {
  for (const [name, args, message] of [
    ['no name', ['detector'], /^Usage: /],
    ['another kind', ['sandwich', 'ham'], /^Usage: /],
    ['a name that is no id', ['detector', 'MyCheck'], /"MyCheck" is no id/],
    ['a name with a path', ['detector', '../elsewhere'], /is no id/],
    ['a name that is taken', ['detector', 'secret-leak'], /There is a detector "secret-leak" already/],
  ] as const) {
    test(name, () => {
      const folders = readdirSync(join(copy, 'src/detect'));
      const registry = readFileSync(join(copy, 'src/detect/registry.ts'), 'utf8');
      const { status, output } = node('scripts/new.ts', ...args);
      assert.equal(status, 2);
      assert.match(output, message);
      assert.deepEqual(readdirSync(join(copy, 'src/detect')), folders);
      assert.equal(readFileSync(join(copy, 'src/detect/registry.ts'), 'utf8'), registry);
    });
  }
});

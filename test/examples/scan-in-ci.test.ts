import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { runParapet } from '../../src/cli/testing/run-parapet.ts';
import { callOf, plain } from '../../src/scan/testing/make-pickle.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'examples/scan-in-ci');
const read = (name: string): string => readFileSync(join(EXAMPLE, name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'scan-in-ci-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Action {
  readonly runs: { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] };
}

describe('the example for CI', { skip: process.platform === 'win32' }, () => {
  it('takes the program from a commit, never by its name from a registry', () => {
    for (const name of [
      '.github/workflows/scan.yml',
      '.github/actions/parapet-scan/action.yml',
      '.pre-commit-config.yaml',
    ]) {
      assert.doesNotMatch(read(name), /npx|npm (?:i|install|exec)\b/, name);
      for (const [, action] of read(name).matchAll(/uses: (\S+)/g))
        assert.match(action!, /^\.\/|@[0-9a-f]{40}$/, action);
    }
  });

  it('scans as its last step says, and fails on what was found', () => {
    const { runs } = parse(read('.github/actions/parapet-scan/action.yml')) as Action;
    const script = runs.steps.at(-1)!.run!;
    symlinkSync(ROOT, join(folder, '.parapet'));
    writeFileSync(join(folder, 'good.pkl'), plain());
    const run = (): { readonly status: number | null; readonly stdout: string } =>
      spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
          PATHS: '.',
          FAIL_ON: 'high',
          RUNNER_TEMP: tmpdirOf('runner'),
        },
      });
    assert.equal(run().status, 0);
    writeFileSync(join(folder, 'bad.pkl'), callOf('os', 'system'));
    const { status, stdout } = run();
    assert.equal(status, 1);
    assert.match(stdout, /bad\.pkl/);
    assert.doesNotMatch(stdout, /\.parapet/);
    const { runs: reports } = JSON.parse(readFileSync(join(tmpdirOf('runner'), 'parapet.sarif'), 'utf8')) as {
      readonly runs: readonly { readonly results: readonly unknown[] }[];
    };
    assert.equal(reports[0]!.results.length, 1);
  });

  it('has a hook whose command line there is', async () => {
    const { repos } = parse(read('.pre-commit-config.yaml')) as {
      readonly repos: readonly { readonly hooks: readonly { readonly entry: string }[] }[];
    };
    const [node, program, ...argv] = repos[0]!.hooks[0]!.entry.split(' ');
    assert.equal(node, 'node');
    assert.ok(existsSync(join(ROOT, program!.replace('/opt/parapet/', ''))));
    assert.equal((await runParapet(folder, [...argv, 'good.pkl'])).code, 0);
    assert.equal((await runParapet(folder, [...argv, 'good.pkl', 'bad.pkl'])).code, 1);
  });

  it('is clean itself', async () => {
    const { code, out } = await runParapet(ROOT, ['scan', 'examples/scan-in-ci', '--fail-on', 'low']);
    assert.equal(code, 0, out);
  });
});

function tmpdirOf(name: string): string {
  const path = join(folder, '..', `${folder.split('/').at(-1)!}-${name}`);
  if (!existsSync(path)) {
    spawnSync('mkdir', [path]);
    after(() => rmSync(path, { recursive: true, force: true }));
  }
  return path;
}

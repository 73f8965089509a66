import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, constants, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runParapet } from '../../src/cli/testing/run-parapet.ts';
import type { FileResult } from '../../src/scan/file-result.ts';
import { openFileSource } from '../../src/scan/file-source.ts';
import { scanFile } from '../../src/scan/scan-file.ts';
import { callOf, plain } from '../../src/scan/testing/make-pickle.ts';

const linux = process.platform === 'linux';

describe('parapet scan, of trees that somebody made to be in its way', { skip: linux ? false : 'needs Linux' }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parapet-odd-'));
    mkdirSync(join(folder, 'tree'));
    await writeFile(join(folder, 'tree/bad.pkl'), callOf('os', 'system'));
    await writeFile(join(folder, 'tree/good.pkl'), plain());
  });
  after(() => void execFileSync('rm', ['-rf', folder]));

  const rows = async (...paths: string[]): Promise<{ code: number; rows: readonly FileResult[]; err: string }> => {
    const { code, out, err } = await runParapet(folder, ['scan', ...paths, '--format', 'json']);
    return { code, rows: JSON.parse(out) as FileResult[], err };
  };

  it('tells names that are no UTF-8, and goes on with the rest', async () => {
    const name = Buffer.concat([Buffer.from(join(folder, 'tree/folder')), Buffer.from([0xff])]);
    mkdirSync(name);
    writeFileSync(Buffer.concat([name, Buffer.from('/x.pkl')]), callOf('os', 'system'));
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'tree/file')), Buffer.from([0xfe])]), callOf('os', 'system'));
    const found = await rows('tree');
    const verdicts = Object.fromEntries(found.rows.map(({ file, verdict }) => [file, verdict]));
    assert.deepEqual(verdicts, {
      'tree/bad.pkl': 'findings',
      'tree/good.pkl': 'clean',
      'tree/file\ufffd': 'error',
      'tree/folder\ufffd': 'error',
    });
    for (const { verdict, error } of found.rows) if (verdict === 'error') assert.match(error!, /its name is no UTF-8$/);
    assert.equal(found.code, 1);
    assert.equal((await runParapet(folder, ['scan', 'tree', '--fail-on', 'critical', '--exclude', 'bad.pkl'])).code, 2);
  });

  it('tells pipes, and does not wait for them', async () => {
    mkdirSync(join(folder, 'pipes'));
    execFileSync('mkfifo', [join(folder, 'pipes/model.pkl')]);
    const found = await rows('pipes');
    assert.equal(found.code, 3);
    assert.deepEqual(
      found.rows.map(({ file, verdict, gaps }) => [file, verdict, gaps[0]!.reason]),
      [['pipes/model.pkl', 'incomplete', 'it is neither a file nor a folder']],
    );
    // A pipe that takes the place of a file after the walk has passed.
    assert.match(scanFile(join(folder, 'pipes/model.pkl'), 'x').error!, /neither a file nor a folder/);
  });

  it('does not take a file for empty that says so and is not', async () => {
    const { code, rows: all } = await rows('/proc/self/status');
    assert.equal(code, 2);
    assert.match(all[0]!.error!, /says that it is empty, and is not/);
  });

  it('says of a folder without files that there was nothing', async () => {
    mkdirSync(join(folder, 'empty'));
    const { code, err, rows: all } = await rows('empty');
    assert.deepEqual([code, all.length], [0, 0]);
    assert.match(err, /there was no file to look at/);
    for (const format of ['jsonl', 'sarif', 'junit', 'cyclonedx', 'html', 'table']) {
      const ran = await runParapet(folder, ['scan', 'empty', '--format', format]);
      assert.equal(ran.code, 0, format);
      assert.equal(ran.out === '', format === 'jsonl', format);
    }
  });

  it('goes on where a folder cannot be listed', async () => {
    // Even an administrator cannot list a path of more than 4096 bytes.
    const name = 'd'.repeat(200);
    const deep = join(folder, 'deep');
    const at = process.cwd();
    mkdirSync(deep);
    try {
      process.chdir(deep);
      for (let depth = 0; depth < 22; depth++) {
        mkdirSync(name);
        process.chdir(name);
      }
    } finally {
      process.chdir(at);
    }
    const found = await rows('deep', 'tree/bad.pkl');
    assert.equal(found.code, 1);
    assert.deepEqual(
      found.rows.map(({ verdict }) => verdict),
      ['error', 'findings'],
    );
    assert.match(found.rows[0]!.error!, /cannot be listed \(ENAMETOOLONG\)/);
  });

  it('notices that a file is changed while it is read', async () => {
    const path = join(folder, 'changing.bin');
    await writeFile(path, plain());
    const source = openFileSource(path);
    assert.equal(source.changed(), false);
    appendFileSync(path, 'x');
    assert.equal(source.changed(), true);
    source.close();
  });
});

describe('parapet scan --output', { skip: linux ? false : 'needs Linux' }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parapet-output-'));
    await writeFile(join(folder, 'good.pkl'), plain());
  });
  after(() => void execFileSync('rm', ['-rf', folder]));
  const scan = (output: string): ReturnType<typeof runParapet> =>
    runParapet(folder, ['scan', 'good.pkl', '--format', 'json', '-o', output]);

  it('says why a file cannot be written, and leaves nothing behind', async () => {
    for (const [output, why] of [
      ['/dev/full', /the disk is full/],
      ['nowhere/report.json', /there is no such folder/],
      ['good.pkl/report.json', /part of the path is no folder/],
      [folder, /it is a folder/],
    ] as const) {
      const { code, err } = await scan(output);
      assert.equal(code, 2, output);
      assert.match(err, why, output);
      assert.doesNotMatch(err, /defect/, output);
    }
    assert.deepEqual(await readdir(folder), ['good.pkl']);
  });

  it('writes into what is no file instead of replacing it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Open for both, so that nobody waits for the other end.
    const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    assert.equal((await scan('pipe')).code, 0);
    const into = Buffer.alloc(4096);
    assert.match(into.toString('utf8', 0, readSync(end, into)), /"clean"/);
    closeSync(end);
    assert.equal((await lstat(pipe)).isFIFO(), true);
    rmSync(pipe);
  });

  it('keeps links and permissions of what it replaces', async () => {
    closeSync(openSync(join(folder, 'real.json'), 'w'));
    await chmod(join(folder, 'real.json'), 0o600);
    await symlink('real.json', join(folder, 'link.json'));
    assert.equal((await scan('link.json')).code, 0);
    assert.equal((await stat(join(folder, 'real.json'))).mode & 0o777, 0o600);
    assert.match(await readFile(join(folder, 'real.json'), 'utf8'), /"clean"/);
    assert.deepEqual((await readdir(folder)).toSorted(), ['good.pkl', 'link.json', 'real.json']);
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runParapet } from '../../src/cli/testing/run-parapet.ts';

/** A pickle that would call `os.system` when it is loaded: parsed here, and never loaded. */
const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.");
const GOOD = Buffer.from('(lp0\nI1\na.');

interface Row {
  readonly file: string;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string }[];
  readonly gaps: readonly { readonly reason: string }[];
}

/** Files, and links as `{ to }`, in a folder of their own; runs with it and takes it away. */
async function within(
  files: Readonly<Record<string, Buffer | { readonly to: string }>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parapet-links-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if ('to' in content) symlinkSync(content.to, path);
      else writeFileSync(path, content);
    }
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scan(
  folder: string,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly rows: readonly Row[]; readonly err: string }> {
  const { code, out, err } = await runParapet(folder, ['scan', ...words, '--format', 'json']);
  return { code, rows: JSON.parse(out) as readonly Row[], err };
}

const verdicts = (rows: readonly Row[]): readonly string[] => rows.map(({ file, verdict }) => `${file}: ${verdict}`);

const CACHE = {
  'hub/models--a--b/blobs/aaaa': EVIL,
  'hub/models--a--b/blobs/bbbb': Buffer.from('import os\nos.system("true")\n'),
  'hub/models--a--b/blobs/cccc': GOOD,
  'hub/models--a--b/refs/main': Buffer.from('r1'),
  'hub/models--a--b/snapshots/r1/pytorch_model.bin': { to: '../../blobs/aaaa' },
  'hub/models--a--b/snapshots/r1/sub/modeling.py': { to: '../../../blobs/bbbb' },
  'hub/models--a--b/snapshots/r2/pytorch_model.bin': { to: '../../blobs/aaaa' },
} as const;

test('a cache of Hugging Face: what snapshots lead to is looked at by its name, once', () =>
  within(CACHE, async (folder) => {
    const { code, rows, err } = await scan(folder, 'hub');
    assert.equal(code, 1);
    assert.deepEqual(verdicts(rows), [
      'hub/models--a--b/refs/main: clean',
      'hub/models--a--b/snapshots/r1/pytorch_model.bin → ../../blobs/aaaa: findings',
      'hub/models--a--b/snapshots/r1/sub/modeling.py → ../../../blobs/bbbb: findings',
      'hub/models--a--b/blobs/cccc: clean',
    ]);
    assert.match(err, /note: 1 symbolic links lead to what is looked at elsewhere/);
  }));

test('a snapshot alone: its blobs lie outside of the folder, and are looked at', () =>
  within(CACHE, async (folder) => {
    const { code, rows } = await scan(folder, 'hub/models--a--b/snapshots/r1');
    assert.equal(code, 1);
    assert.deepEqual(verdicts(rows), [
      'hub/models--a--b/snapshots/r1/pytorch_model.bin → ../../blobs/aaaa: findings',
      'hub/models--a--b/snapshots/r1/sub/modeling.py → ../../../blobs/bbbb: findings',
    ]);
  }));

const AROUND = {
  'outside/model.pkl': EVIL,
  'outside/deep/other.pkl': EVIL,
  'in/link.pkl': { to: '../outside/model.pkl' },
  'in/folder': { to: '../outside/deep' },
  'in/gone.pkl': { to: 'nowhere' },
  'in/round': { to: 'round' },
} as const;

test('a link out of the folder, to nothing, or in a circle is told as not looked at', () =>
  within(AROUND, async (folder) => {
    const { code, rows } = await scan(folder, 'in');
    assert.equal(code, 3);
    assert.deepEqual(
      rows.map(({ file, verdict, gaps }) => [file, verdict, gaps[0]!.reason]),
      [
        [
          'in/folder → ../outside/deep',
          'incomplete',
          'it is a link out of what is looked at; --follow looks there, too',
        ],
        ['in/gone.pkl → nowhere', 'incomplete', 'it is a link to what is not there or cannot be reached'],
        [
          'in/link.pkl → ../outside/model.pkl',
          'incomplete',
          'it is a link out of what is looked at; --follow looks there, too',
        ],
        ['in/round → round', 'incomplete', 'it is a link that leads in a circle'],
      ],
    );
    const followed = await scan(folder, 'in', '--follow');
    assert.equal(followed.code, 1);
    assert.deepEqual(verdicts(followed.rows).toSorted(), [
      'in/folder/other.pkl → ../outside/deep/other.pkl: findings',
      'in/gone.pkl → nowhere: incomplete',
      'in/link.pkl → ../outside/model.pkl: findings',
      'in/round → round: incomplete',
    ]);
  }));

test('what looks like a cache is none: blobs of another repository are outside', () =>
  within({ 'x/blobs/aaaa': EVIL, 'y/snapshots/r1/model.bin': { to: '../../../x/blobs/aaaa' } }, async (folder) => {
    const { code, rows } = await scan(folder, 'y');
    assert.equal(code, 3);
    assert.deepEqual(verdicts(rows), ['y/snapshots/r1/model.bin → ../../../x/blobs/aaaa: incomplete']);
  }));

test('inside the folder: once, in circles too, and by the name that decides what it is', () =>
  within(
    {
      'a/evil.pkl': EVIL,
      'b/link.pkl': { to: '../a/evil.pkl' },
      'b/again': { to: '..' },
      'b/to-a': { to: '../a' },
      'c/setup.py': { to: 'notes' },
      'c/notes': Buffer.from('import os\nos.system("true")\n'),
      'd/hidden.pkl': { to: '../node_modules/m/evil.pkl' },
      'node_modules/m/evil.pkl': EVIL,
    },
    async (folder) => {
      const { rows } = await scan(folder, '.');
      const found = rows.filter(({ findings }) => findings.length > 0).map(({ file }) => file);
      assert.deepEqual(found, ['./a/evil.pkl', './c/setup.py → notes', './d/hidden.pkl → ../node_modules/m/evil.pkl']);
      assert.equal(rows.filter(({ gaps }) => gaps.length > 0).length, 0);
    },
  ));

test('a device is not read', { skip: process.platform === 'win32' }, () =>
  within({ 'in/zero.bin': { to: '/dev/zero' } }, async (folder) => {
    execFileSync('mkfifo', [join(folder, 'in', 'pipe')]);
    symlinkSync('pipe', join(folder, 'in', 'to-pipe'));
    const { code, rows } = await scan(folder, 'in', '--follow');
    assert.equal(code, 3);
    assert.deepEqual(
      rows.map(({ gaps }) => gaps[0]!.reason),
      [
        'it is neither a file nor a folder',
        ...Array<string>(2).fill('it is a link to what is neither a file nor a folder'),
      ],
    );
  }),
);

test('SARIF names the link itself', () =>
  within(CACHE, async (folder) => {
    const { out } = await runParapet(folder, ['scan', 'hub', '--format', 'sarif']);
    assert.ok(out.includes('snapshots/r1/pytorch_model.bin"'));
    assert.ok(!out.includes('→') && !out.includes('%E2%86%92'));
  }));

test('a file that a link under another kind of name was read by is read by its own name, too', () =>
  within(
    { 'm/a.txt': { to: 'evil.py' }, 'm/evil.py': Buffer.from('import os\nos.system("true")\n') },
    async (folder) => {
      const { code, rows } = await scan(folder, 'm');
      assert.equal(code, 1);
      assert.equal(rows.find(({ file }) => file === 'm/evil.py')?.verdict, 'findings');
    },
  ));

test('of several folders all are known first, and what is left out is told of a link by the names as they are shown', () =>
  within(
    {
      'a/l.py': { to: '../b/evil.py' },
      'b/evil.py': Buffer.from('import os\nos.system("true")\n'),
      'c/l.py': { to: 'sub1/evil.py' },
      'c/sub1/evil.py': Buffer.from('import os\nos.system("true")\n'),
    },
    async (folder) => {
      const both = await scan(folder, 'a', 'b');
      assert.deepEqual(verdicts(both.rows), ['b/evil.py: findings']);
      const left = await scan(folder, 'c', '--exclude', 'c/sub*');
      assert.deepEqual(verdicts(left.rows), ['c/l.py → sub1/evil.py: findings']);
    },
  ));

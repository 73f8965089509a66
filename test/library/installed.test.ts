import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** A program of somebody else's, with the package as npm would lay it: compiled, without sources. */
async function install(): Promise<string> {
  const program = await mkdtemp(join(tmpdir(), 'parapet-installed-'));
  const modules = join(program, 'node_modules');
  const parapet = join(modules, 'parapet');
  await mkdir(parapet, { recursive: true });
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), '--out', join(parapet, 'dist')], {
    encoding: 'utf8',
  });
  assert.equal(built.status, 0, built.stderr + built.stdout);
  for (const name of ['package.json', 'bin']) await cp(join(root, name), join(parapet, name), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== 'parapet' && !name.startsWith('.')) {
      await symlink(join(root, 'node_modules', name), join(modules, name));
    }
  }
  await writeFile(join(program, 'package.json'), '{"type":"module"}');
  return program;
}

test('an installed package: the guard as a library, its types, and the command', async (t) => {
  const program = await install();
  t.after(() => rm(program, { recursive: true, force: true }));

  const guide = await readFile(join(root, 'docs/library.md'), 'utf8');
  const samples = [...guide.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!);
  assert.ok(samples.length >= 3, 'docs/library.md has samples');
  for (const [index, code] of samples.entries()) await writeFile(join(program, `sample-${index}.mts`), code);
  const config = {
    compilerOptions: {
      module: 'nodenext',
      target: 'esnext',
      lib: ['esnext', 'dom'],
      strict: true,
      noEmit: true,
      types: [],
    },
    include: ['*.mts'],
  };
  await writeFile(join(program, 'tsconfig.json'), JSON.stringify(config));
  const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', program], {
    encoding: 'utf8',
  });
  assert.equal(types.status, 0, types.stdout);

  const first = spawnSync(process.execPath, [join(program, 'sample-0.mts')], { encoding: 'utf8', cwd: program });
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /\[GITHUB_TOKEN\]/);

  const command = spawnSync(
    process.execPath,
    [join(program, 'node_modules/parapet/bin/parapet.js'), 'detect', '--channel', 'output'],
    { encoding: 'utf8', input: 'mail bob@example.org' },
  );
  assert.equal(command.status, 0, command.stderr);
  assert.match(command.stdout, /personal-data\/email/);
});

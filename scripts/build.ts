import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * Compiles `src` into `dist`, as it is published: JavaScript and declarations, and beside them the files that the code
 * reads (models, pages). `--out DIR` writes elsewhere.
 */
const root = resolve(import.meta.dirname, '..');
const outAt = process.argv.indexOf('--out');
const out = outAt === -1 ? join(root, 'dist') : resolve(process.argv[outAt + 1]!);
const compiler = join(root, 'node_modules/typescript/bin/tsc');

rmSync(out, { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', out], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const assets = globSync('**/*', {
  cwd: join(root, 'src'),
  withFileTypes: true,
  exclude: (entry) => entry.name === 'fixtures' || entry.name === 'testing',
}).filter((entry) => entry.isFile() && !/\.(ts|md)$/.test(entry.name));
for (const { parentPath, name } of assets) {
  const file = join(parentPath, name);
  const copy = join(out, file.slice(join(root, 'src').length));
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(file, copy);
}

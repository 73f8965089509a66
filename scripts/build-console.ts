import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/**
 * Builds the console into `console/dist` when its sources are other than those that the present build was made
 * from; `--force` always builds. Runs before `npm start`.
 */
const root = resolve(import.meta.dirname, '..');
const consoleRoot = join(root, 'console');
const built = join(consoleRoot, 'dist', 'index.html');
const stamp = join(root, 'node_modules/.cache/parapet-console');

function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = globSync('**/*', {
    cwd: consoleRoot,
    withFileTypes: true,
    exclude: (entry) => entry.name === 'dist' || entry.name === 'node_modules' || entry.name === 'test',
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of [...files, join(root, 'package-lock.json')]) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function build(): number {
  if (!existsSync(join(consoleRoot, 'index.html'))) {
    console.error('The console has no sources in console/: the gateway starts without it.');
    return 0;
  }
  const wanted = sourcesHash();
  const present = existsSync(built) && existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (present === wanted && !process.argv.includes('--force')) return 0;

  console.error('Building the console (once; again when its sources change) …');
  const vite = join(
    dirname(createRequire(join(consoleRoot, 'package.json')).resolve('vite/package.json')),
    'bin/vite.js',
  );
  const ran = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: consoleRoot,
    stdio: 'inherit',
  });
  if (ran.status !== 0) {
    console.error('The console could not be built; the messages above say why.');
    return ran.status ?? 1;
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return 0;
}

process.exitCode = build();

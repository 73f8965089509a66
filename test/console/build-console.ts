import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds the console as it is now into a directory of its own, so that no test looks at an old build. */
export async function buildConsole(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const { build } = await import('vite');
  const directory = await mkdtemp(join(tmpdir(), 'parapet-console-'));
  await build({
    root: join(import.meta.dirname, '../../console'),
    logLevel: 'error',
    build: { outDir: directory, emptyOutDir: true },
  });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/**
 * Makes the beginning of a plug-in from its template and registers it.
 *
 *     node scripts/new.ts detector my-name
 *
 * What it makes works and passes its contract as it stands; from there on every step is small.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const USAGE = 'Usage: npx node scripts/new.ts detector my-name';

class Refusal extends Error {}

/**
 * Writes `src/detect/<id>` and its line in the registry, or nothing.
 * @returns paths that were written, relative to the root.
 */
function newDetector(root: string, id: string): string[] {
  if (!ID.test(id))
    throw new Refusal(`"${id}" is no id: it takes lower-case words with hyphens between them, such as prompt-leak.`);
  const room = join(root, 'src/detect');
  const folder = join(room, id);
  if (existsSync(folder)) throw new Refusal(`There is a detector "${id}" already, in ${folder}.`);

  const camel = id.replace(/-([a-z0-9])/g, (_, unit: string) => unit.toUpperCase());
  const registryFile = join(room, 'registry.ts');
  const registry = withDetector(readFileSync(registryFile, 'utf8'), id, camel);

  // Complete beside its place first, so that an interruption leaves nothing that half exists.
  const template = join(import.meta.dirname, 'detector-template');
  const draft = mkdtempSync(join(room, '.new-'));
  const written: string[] = [];
  try {
    for (const file of globSync('**/*', { cwd: template })) {
      if (statSync(join(template, file)).isDirectory()) continue;
      const target = file.replace(/\.(ts|md)\.txt$/, '.$1');
      mkdirSync(dirname(join(draft, target)), { recursive: true });
      writeFileSync(join(draft, target), named(readFileSync(join(template, file), 'utf8'), id, camel));
      written.push(join('src/detect', id, target));
    }
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  try {
    writeFileSync(registryFile, registry);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return [...written.toSorted(), 'src/detect/registry.ts'];
}

/** The template's words in the new detector's name. */
function named(text: string, id: string, camel: string): string {
  const title = id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' ');
  return text
    .replaceAll('my-detector', id)
    .replaceAll('myDetector', camel)
    .replaceAll('MyDetector', camel[0]!.toUpperCase() + camel.slice(1))
    .replaceAll('MY_DETECTOR', id.toUpperCase().replaceAll('-', '_'))
    .replaceAll('MY-TITLE', title);
}

/** The registry's text with one import and one entry more, both kept in order. */
function withDetector(registry: string, id: string, camel: string): string {
  const list = /export const DETECTORS = \[\n([\s\S]*?)\] as const;/.exec(registry);
  const imports = registry.match(/^import .*\n/gm);
  if (list === null || imports === null)
    throw new Refusal('src/detect/registry.ts has no list of detectors that this script understands.');
  const entries = list[1]!.split('\n').filter((line) => line.trim() !== '');
  // The empty comment keeps the formatter from joining the lines: one line each is what makes a review easy.
  entries.push(`  ${camel}, //`);
  const lines = [...imports, `import { ${camel} } from './${id}/detector.ts';\n`];
  return registry
    .replace(imports.join(''), lines.toSorted().join(''))
    .replace(list[1]!, `${entries.toSorted().join('\n')}\n`);
}

const [kind, id, ...rest] = process.argv.slice(2);
try {
  if (kind !== 'detector' || id === undefined || rest.length > 0) throw new Refusal(USAGE);
  const files = newDetector(resolve(import.meta.dirname, '..'), id);
  console.log(files.map((file) => `wrote ${file}`).join('\n'));
  console.log(`\nIt works as it stands: npx node --test --test-name-pattern=${id} src/detect/registry.test.ts`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

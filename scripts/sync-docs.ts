import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { flowRulesJsonSchemaText } from '../src/config/flow-rules.ts';
import { configJsonSchemaText } from '../src/config/json-schema.ts';
import { DETECTORS } from '../src/detect/registry.ts';
import { configReference } from './config-reference.ts';
import { errorReference } from './error-reference.ts';
import { gradientReference } from './gradient-reference.ts';
import { scanRuleReference } from './scan-rule-reference.ts';
import { roomsAsTable, storeysAsMermaid, storeysAsText } from './rooms-picture.ts';

/**
 * Writes what the documents say that the code knows better. With `--check` nothing is written and the exit code
 * is 1 when something is out of date.
 */
const root = resolve(import.meta.dirname, '..');
const hasFiles = (room: string): boolean =>
  globSync(`src/${room}/**/*.ts`, { cwd: root }).some((file) => !file.endsWith('.test.ts'));

/** The text between `<!-- NAME -->` and `<!-- /NAME -->` of a document, replaced. */
function withPart(file: string, parts: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(root, file), 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const start = `<!-- ${name} -->`;
    const end = `<!-- /${name} -->`;
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from === -1 || to < from) throw new Error(`${file} has no ${start} … ${end}`);
    text = `${text.slice(0, from + start.length)}\n\n${part}\n\n${text.slice(to)}`;
  }
  return text;
}

function detectorTable(): string {
  const rows = DETECTORS.map(({ meta }) => {
    const readme = `src/detect/${meta.id}/README.md`;
    const name = existsSync(join(root, readme)) ? `[${meta.id}](../../${readme})` : meta.id;
    return `| ${name} | ${meta.summary} | ${meta.stages.join(', ')} | ${meta.threats.join(', ')} | ${meta.taxonomy.join(', ')} |`;
  });
  return [
    '# Detectors',
    '',
    'What a rule can name as its `detector`. Generated from `src/detect/registry.ts` by `npm run docs`.',
    '',
    '| detector | what it does | stages | threats | taxonomy |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const documents: Readonly<Record<string, () => string>> = {
  'docs/reference/parapet.schema.json': configJsonSchemaText,
  'docs/reference/flow.schema.json': flowRulesJsonSchemaText,
  'docs/reference/config.md': configReference,
  'docs/reference/errors.md': errorReference,
  'docs/reference/detectors.md': detectorTable,
  'docs/reference/gradients.md': gradientReference,
  'docs/reference/scan-rules.md': scanRuleReference,
  'ARCHITECTURE.md': () =>
    withPart('ARCHITECTURE.md', {
      storeys: `${storeysAsText(hasFiles)}\n\n${storeysAsMermaid(hasFiles)}`,
      rooms: roomsAsTable(hasFiles),
    }),
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, make] of Object.entries(documents)) {
  const path = join(root, file);
  const wanted = make();
  const present = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (present === wanted) continue;
  stale.push(file);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}
if (stale.length === 0) console.log('The documents say what the code says.');
else console.log(`${check ? 'Out of date, run `npm run docs`' : 'Written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) process.exitCode = 1;

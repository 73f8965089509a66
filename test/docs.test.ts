import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../src/cli/run.ts';
import { configJsonSchema, type JsonSchema } from '../src/config/json-schema.ts';
import { parseConfig } from '../src/config/load.ts';
import { FAULT_CODES } from '../src/core/fault.ts';
import { ROOMS } from '../rooms.ts';

/**
 * What the documents say, held against the code: samples, commands, paths, links, keys and codes.
 *
 * Conventions: a fence ```yaml parapet is a whole configuration; ```ts and ```js are compiled, and a first line
 * `// some/file.ts` says where the sample stands, so that its relative imports mean what they say; a line of ```sh
 * that begins with `npx parapet` or `npm` names a real command.
 */
const root = resolve(import.meta.dirname, '..');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync(['docs/**/*.md', 'src/**/*.md', 'examples/**/*.md', 'bench/**/*.md'], { cwd: root }),
]
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !/(^|\/)(node_modules|fixtures)\//.test(file));

interface Fence {
  readonly file: string;
  readonly line: number;
  readonly info: string;
  readonly body: string;
}

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

function fencesOf(file: string): Fence[] {
  const fences: Fence[] = [];
  let open: { readonly line: number; readonly info: string; readonly indent: number; readonly body: string[] } | null =
    null;
  textOf(file)
    .split('\n')
    .forEach((text, i) => {
      const mark = /^(\s*)```(.*)$/.exec(text);
      if (mark === null) {
        open?.body.push(text.slice(Math.min(open.indent, /^\s*/.exec(text)![0].length)));
      } else if (open === null) {
        open = { line: i + 1, info: mark[2]!.trim(), indent: mark[1]!.length, body: [] };
      } else {
        fences.push({ file, line: open.line, info: open.info, body: open.body.join('\n') });
        open = null;
      }
    });
  assert.equal(open, null, `${file}: a fence is not closed`);
  return fences;
}

/** Prose without its fences. */
function proseOf(file: string): string {
  return textOf(file).replace(/^\s*```[\s\S]*?^\s*```\s*$/gm, '');
}

const fences = documents.filter((file) => existsSync(join(root, file))).flatMap(fencesOf);
const at = (fence: Fence): string => `${fence.file}:${fence.line}`;

test('the documents are there', () => {
  assert.deepEqual(
    documents.filter((file) => !existsSync(join(root, file))),
    [],
  );
});

test('every fence says what it is', () => {
  const known = /^(yaml parapet|yaml|sh|ts|js|python|json|text|mermaid|http|toml|cedar|sql)$/;
  assert.deepEqual(
    fences.filter((fence) => !known.test(fence.info)).map((fence) => `${at(fence)}: ${fence.info || 'nothing'}`),
    [],
  );
});

test('configurations in the documents are right', () => {
  const samples = fences.filter((fence) => fence.info === 'yaml parapet');
  assert.ok(
    samples.some((fence) => fence.file === 'README.md'),
    'the README shows a configuration',
  );
  for (const fence of samples) {
    const names = [...fence.body.matchAll(/\$\{([A-Za-z_]\w*)/g)].map((match) => match[1]!);
    const env = Object.fromEntries(names.map((name) => [name, 'from-the-environment']));
    parseConfig(fence.body, { path: join(root, at(fence)), name: at(fence), env });
  }
});

test('JSON in the documents is JSON', () => {
  for (const fence of fences.filter((one) => one.info === 'json')) {
    assert.doesNotThrow(() => JSON.parse(fence.body), at(fence));
  }
});

const program = createProgram({
  out: () => {},
  err: () => {},
  env: {},
  cwd: root,
  terminal: false,
  signal: new AbortController().signal,
  exitCode: 0,
  stdin: async function* () {},
});
const scripts = (JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> }).scripts;

/** What is wrong with a command line as a document shows it, or null. */
function commandTrouble(line: string): string | null {
  const words = line.trim().split(/\s+/);
  if (words[0] === 'npx' && words[1] === 'node') return commandTrouble(words.slice(1).join(' '));
  if (words[0] === 'npx' && words[1] === 'parapet') return parapetTrouble(words.slice(2));
  if (words[0] === 'parapet') return parapetTrouble(words.slice(1));
  if (words[0] === 'npm') {
    if (words[1] === 'run') {
      if (!Object.hasOwn(scripts, words[2] ?? '')) return `package.json has no script ${words[2]}`;
      return words[2] === 'parapet' && words[3] === '--' ? parapetTrouble(words.slice(4)) : null;
    }
    return /^(ci|test|start|install)$/.test(words[1] ?? '') ? null : `npm ${words[1]} is unknown here`;
  }
  if (words[0] === 'node') {
    const script = words.slice(1).find((word) => !word.startsWith('-'));
    return script === undefined || existsSync(join(root, script)) || script.includes('*')
      ? null
      : `${script} is not there`;
  }
  return null;
}

function parapetTrouble(words: readonly string[]): string | null {
  let command: Command = program;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^[|>&;#]|^\d?>/.test(word)) return null;
    if (word.startsWith('-')) {
      const flag = word.split('=', 1)[0]!;
      if (flag === '--help' || flag === '-h') continue;
      const option = command.options.find((one) => one.short === flag || one.long === flag);
      if (option === undefined) return `${command.name()} has no ${flag}`;
      if ((option.required || option.optional) && !word.includes('=')) i++;
      continue;
    }
    const next: Command | undefined = command.commands.find(
      (one) => one.name() === word || one.aliases().includes(word),
    );
    if (next !== undefined) command = next;
    else if (command.registeredArguments.length === 0) return `${command.name()} has no command ${word}`;
  }
  return null;
}

test('the check of commands finds wrong ones', () => {
  assert.equal(commandTrouble('npx parapet config check --config parapet.yaml'), null);
  assert.match(commandTrouble('npx parapet config chekc') ?? '', /no command chekc/);
  assert.match(commandTrouble('npx parapet config check --colour') ?? '', /no --colour/);
  assert.match(commandTrouble('npm run nothing-like-this') ?? '', /no script/);
  assert.match(commandTrouble('node scripts/not-there.ts') ?? '', /not there/);
});

test('commands in the documents exist, with their options', () => {
  const wrong: string[] = [];
  let seen = 0;
  const look = (where: string, line: string): void => {
    seen++;
    const trouble = commandTrouble(line);
    if (trouble !== null) wrong.push(`${where}: ${line.trim()}: ${trouble}`);
  };
  for (const fence of fences.filter((one) => one.info === 'sh')) {
    for (const line of fence.body.replaceAll('\\\n', ' ').split('\n')) {
      for (const part of line.replace(/^\$ /, '').split(/&&|\|\||[|;]/)) {
        if (/^\s*([A-Z_]+=\S*\s+)*(npx parapet|parapet|npm|node)\b/.test(part)) {
          look(at(fence), part.replace(/^\s*([A-Z_]+=\S*\s+)*/, '').replace(/\s#.*$/, ''));
        }
      }
    }
  }
  for (const file of documents.filter((one) => existsSync(join(root, one)))) {
    for (const [, code] of proseOf(file).matchAll(/`((?:npx parapet|parapet|npm run) [a-z][^`]*)`/g)) {
      for (const part of code!.replaceAll('\\|', '|').split(/&&/)) {
        // `a|b|c` in prose stands for each of them.
        const [head, alternatives, tail] = /^(.*?)(\w[\w-]*(?:\|[\w-]+)+)(.*)$/.exec(part)?.slice(1) ?? [part, '', ''];
        for (const one of alternatives!.split('|')) look(file, `${head}${one}${tail}`.replace(/[…\]]|\[(?=-)/g, ''));
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 10, `only ${seen} commands were seen`);
});

test('samples in TypeScript and JavaScript compile', () => {
  const samples = fences.filter((fence) => fence.info === 'ts' || fence.info === 'js');
  assert.ok(samples.length > 0, 'no samples were seen');
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'docs-samples-'));
  try {
    const files = new Map<string, Fence>();
    samples.forEach((fence, i) => {
      const said = /^\/\/ ([\w./-]+\.[jt]s)\b/.exec(fence.body)?.[1];
      const base = said ?? `sample-${i}.${fence.info}`;
      const path = files.has(base) ? base.replace(/(\.[jt]s)$/, `-${i}$1`) : base;
      files.set(path, fence);
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      // A sample is a module of its own, whatever it declares.
      writeFileSync(join(directory, path), `${fence.body}\nexport {};\n`);
    });
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: {
          rootDirs: [directory, root],
          allowJs: true,
          checkJs: true,
          noEmit: true,
          typeRoots: [join(root, 'node_modules/@types')],
          paths: {
            'parapet/guard': [join(root, 'src/library/create-guard.ts')],
            'parapet/engine': [join(root, 'src/library/engine.ts')],
            'parapet/lab': [join(root, 'src/library/lab.ts')],
            'parapet/flow': [join(root, 'src/library/create-flow.ts')],
          },
        },
        files: [...files.keys()],
        include: [],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const compiled = spawnSync(process.execPath, [tsc, '-p', join(directory, 'tsconfig.json'), '--pretty', 'false'], {
      encoding: 'utf8',
      cwd: directory,
    });
    const objections = compiled.stdout
      .split('\n')
      .filter((line) => [...files.keys()].some((file) => line.includes(file)))
      .map((line) => {
        const [file, fence] = [...files].find(([name]) => line.includes(name))!;
        return `${at(fence)} (${file}): ${line.slice(line.indexOf('('))}`;
      });
    assert.deepEqual(objections, []);
    assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Heading as GitHub makes an anchor of it. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of proseOf(file).matchAll(/^#{1,6} (.+)$/gm)) {
    anchors.add(
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  }
  return anchors;
}

test('links lead somewhere', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of documents.filter((one) => existsSync(join(root, one)))) {
    for (const [, target] of proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target!)) continue;
      seen++;
      const [path, anchor] = target!.split('#') as [string, string | undefined];
      const to = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path));
      if (!existsSync(join(root, to))) wrong.push(`${file}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(to).has(anchor)) wrong.push(`${file}: ${target} has no such heading`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 10, `only ${seen} links were seen`);
});

test('paths that the documents name exist', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of documents.filter((one) => existsSync(join(root, one)))) {
    for (const [, code] of proseOf(file).matchAll(/`([^`\n]+)`/g)) {
      if (!/^(src|test|docs|scripts|console|bench|examples|\.ci)\/[\w./*{},-]*$/.test(code!)) continue;
      seen++;
      if (globSync(code!.replace(/\/$/, ''), { cwd: root }).length === 0) wrong.push(`${file}: ${code}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 10, `only ${seen} paths were seen`);
});

/** Every key of the configuration, `[]` for entries of lists and `NAME` for names of the user. */
function* keysOf(schema: JsonSchema, prefix: string): Generator<string> {
  for (const [name, below] of Object.entries(schema.properties ?? {})) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    yield key;
    yield* keysOf(below, key);
  }
  if (typeof schema.additionalProperties === 'object') yield* keysOf(schema.additionalProperties, `${prefix}.NAME`);
  if (schema.items !== undefined) yield* keysOf(schema.items, `${prefix}[]`);
  for (const variant of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) yield* keysOf(variant, prefix);
}
const keys = new Set(keysOf(configJsonSchema(), ''));

test('the configuration reference has every key, and every key has a description', () => {
  const reference = textOf('docs/reference/config.md');
  assert.ok(keys.size > 80, `only ${keys.size} keys were seen`);
  assert.deepEqual(
    [...keys].filter((key) => !reference.includes(`\`${key}\``) && !reference.includes(`## ${key}\n`)),
    [],
  );
  const silent = reference.split('\n').filter((line) => line.startsWith('| `') && /\| {2}\|$/.test(line));
  assert.deepEqual(silent, [], 'keys without a description');
});

test('keys of the configuration that the documents name exist', () => {
  const sections = Object.keys(configJsonSchema().properties ?? {}).join('|');
  const wrong: string[] = [];
  for (const file of documents.filter((one) => existsSync(join(root, one)))) {
    for (const [, code] of proseOf(file).matchAll(
      new RegExp(`\`((?:${sections})(?:\\[\\])?(?:\\.[\\w\\[\\]]+)+)\``, 'g'),
    )) {
      if (/\.(ts|md|json|html|tsx|sql|yaml)$/.test(code!)) continue;
      if (!keys.has(code!)) wrong.push(`${file}: ${code}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every error code has its line, and the documents name no other', () => {
  const reference = textOf('docs/reference/errors.md');
  for (const code of FAULT_CODES) assert.match(reference, new RegExp(`^\\| \`${code}\` +\\|`, 'm'));
  const wrong = documents
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => [...textOf(file).matchAll(/\bERR_[A-Z_]+\b/g)].map((match) => `${file}: ${match[0]}`))
    .filter((line) => !(FAULT_CODES as readonly string[]).includes(line.split(': ')[1]!));
  assert.deepEqual(wrong, []);
});

test('ARCHITECTURE.md speaks of every room that has something in it', () => {
  const text = textOf('ARCHITECTURE.md');
  for (const room of Object.keys(ROOMS)) {
    const files = globSync(`src/${room}/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
    assert.equal(text.includes(`| \`${room}\` |`), files.length > 0, room);
  }
});

test('what is generated is up to date', () => {
  const ran = spawnSync(process.execPath, [join(root, 'scripts/sync-docs.ts'), '--check'], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
});

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { test } from 'node:test';
import {
  CAPABILITY_GLOBALS,
  CAPABILITY_MODULES,
  NOWHERE,
  ONE_FILE_MODULES,
  ONE_FILE_PACKAGES,
  ROOMS,
  type Capability,
  type Room,
} from '../rooms.ts';

/**
 * The house as it stands against `rooms.ts`. This test is the authority; lint repeats it for the editor.
 * Possible with plain path arithmetic because every import carries its extension.
 */
const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Erased before anything runs. */
  readonly typeOnly: boolean;
}

interface Source {
  readonly file: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

function withoutComments(text: string): string {
  // Strings are kept whole, so that `//` in a URL is not taken for a comment.
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(?<![\\/\w])\/\/[^\n]*/g,
    (_, string: string | undefined) => string ?? '',
  );
}

function withoutStrings(code: string): string {
  return code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "''");
}

function importsOf(file: string, code: string): Import[] {
  const found: Import[] = [];
  const statement = /^\s*(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]*?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
  for (const match of code.matchAll(statement)) {
    const names = /\{([^}]*)\}/.exec(match[0])?.[1];
    const onlyTypes =
      names !== undefined &&
      names.trim() !== '' &&
      !/(?:import|export)\s+\w+\s*,/.test(match[0]) &&
      names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
    found.push({ file, specifier: match[3]!, typeOnly: match[1] !== undefined || onlyTypes });
  }
  for (const match of code.matchAll(/(?<!\.)\b(?:import|require)\(\s*(['"])([^'"\n]+)\1/g)) {
    // `typeof import('x')` and `import('x').Name` in a type are erased as well, but are rare: count them as real.
    found.push({ file, specifier: match[2]!, typeOnly: false });
  }
  return found;
}

function read(pattern: string): Source[] {
  return globSync(pattern, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.includes('/fixtures/'))
    .toSorted()
    .map((file) => {
      const code = withoutComments(readFileSync(join(root, file), 'utf8'));
      return { file, code, imports: importsOf(file, code) };
    });
}

const all = read('src/**/*.ts');
/** Tests, and what stands in a room's `testing/` for them, may look anywhere; what is shipped may not. */
const isForTests = (file: string): boolean => /\.(test|test-types)\.ts$|^src\/[^/]+\/testing\//.test(file);
const shipped = all.filter((source) => !isForTests(source.file));

const roomOf = (file: string): string | null => /^src\/([^/]+)\//.exec(file)?.[1] ?? null;
const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const targetOf = (from: Import): string => posix.normalize(posix.join(posix.dirname(from.file), from.specifier));
const roomNamed = (name: string): Room | undefined =>
  Object.hasOwn(ROOMS, name) ? ROOMS[name as keyof typeof ROOMS] : undefined;
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

test('the search sees the imports of the house', () => {
  const seen = shipped.flatMap((source) => source.imports);
  assert.ok(seen.length > 100, `only ${seen.length} imports were seen: the pattern no longer fits the code`);
  assert.ok(shipped.length > 50, `only ${shipped.length} files were seen`);
  assert.ok(
    seen.some((one) => one.file === 'src/main.ts' && one.specifier === './cli/run.ts'),
    'src/main.ts imports ./cli/run.ts, and that was not seen',
  );
});

test('the search understands each form of import', () => {
  const code = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    "import { type C, type D } from './c.ts';",
    "import e, { type F } from './e.ts';",
    "import {\n  g,\n  type H,\n} from './g.ts';",
    "export * from './i.ts';",
    "export type { J } from './j.ts';",
    "import './k.ts';",
    "const l = await import('./l.ts');",
    "const o = require('o');",
    "// import { m } from './m.ts';",
    "/* import { n } from './n.ts'; */",
  ].join('\n');
  const found = importsOf('src/x.ts', withoutComments(code)).map((one) => `${one.specifier} ${one.typeOnly}`);
  assert.deepEqual(found, [
    './a.ts false',
    './b.ts true',
    './c.ts true',
    './e.ts false',
    './g.ts false',
    './i.ts false',
    './j.ts true',
    './k.ts false',
    './l.ts false',
    'o false',
  ]);
});

test('every folder of src is a room, and every room in the table that is imported exists', () => {
  const rooms = new Set(all.map((source) => roomOf(source.file)).filter((room) => room !== null));
  assert.deepEqual(
    [...rooms].filter((room) => roomNamed(room) === undefined),
    [],
    'folders of src that rooms.ts does not name',
  );
  for (const [name, room] of Object.entries<Room>(ROOMS)) {
    for (const other of room.imports) {
      const below = roomNamed(other);
      assert.ok(below !== undefined, `${name} may import ${other}, which is no room`);
      assert.ok(below.storey <= room.storey, `${name} (storey ${room.storey}) may not stand on ${other}`);
    }
  }
});

test('the table has no circle: rooms can be put in an order', () => {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    assert.ok(!way.includes(name), `circle: ${[...way, name].join(' → ')}`);
    if (done.has(name)) return;
    for (const below of roomNamed(name)?.imports ?? []) visit(below, [...way, name]);
    done.add(name);
  };
  for (const name of Object.keys(ROOMS)) visit(name, []);
});

test('imports follow the arrows of rooms.ts', () => {
  const wrong: string[] = [];
  for (const one of shipped.flatMap((source) => source.imports).filter((one) => isRelative(one.specifier))) {
    const target = targetOf(one);
    if (!/\.(ts|json)$/.test(target)) wrong.push(`${one.file}: ${one.specifier} has no extension`);
    else if (!existsSync(join(root, target))) wrong.push(`${one.file}: ${one.specifier} is not there`);
    if (!target.startsWith('src/')) {
      wrong.push(`${one.file}: ${one.specifier} leaves src`);
      continue;
    }
    if (isForTests(target)) wrong.push(`${one.file}: imports ${one.specifier}, which is for tests`);
    const from = roomOf(one.file);
    const to = roomOf(target);
    if (from === to) continue;
    if (from === null) {
      if (to !== 'cli') wrong.push(`${one.file}: only the room cli is entered from outside, not ${target}`);
    } else if (to === null || !(roomNamed(from)?.imports ?? []).includes(to)) {
      wrong.push(`${one.file}: ${from} may not import ${to ?? 'the root'} (${one.specifier})`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('sibling plug-ins never import each other', () => {
  const wrong: string[] = [];
  for (const one of all.flatMap((source) => source.imports).filter((one) => isRelative(one.specifier))) {
    const [, room, folder] = /^src\/([^/]+)\/([^/]+)\//.exec(one.file) ?? [];
    if (room === undefined || roomNamed(room)?.plugins !== true) continue;
    const [, otherRoom, otherFolder] = /^src\/([^/]+)\/([^/]+)\//.exec(targetOf(one)) ?? [];
    if (otherFolder === 'testing' || folder === 'testing') continue; // for the tests of all plug-ins
    if (otherRoom === room && otherFolder !== folder) wrong.push(`${one.file}: ${one.specifier}`);
  }
  assert.deepEqual(wrong, []);
});

test('no import goes round in a circle at run time', () => {
  const edges = new Map(
    shipped.map((source) => [
      source.file,
      source.imports.filter((one) => !one.typeOnly && isRelative(one.specifier)).map(targetOf),
    ]),
  );
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    assert.equal(start, -1, `circle: ${[...way.slice(start), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
});

test('a room touches the outside world only as rooms.ts says', () => {
  const wrong: string[] = [];
  const used = new Map<string, Set<Capability>>();
  for (const source of shipped) {
    const name = roomOf(source.file);
    if (name === null) continue; // src/main.ts reads argv and sets the exit code
    const may: readonly Capability[] = roomNamed(name)?.may ?? [];
    const uses = (capability: Capability, what: string): void => {
      used.set(name, (used.get(name) ?? new Set()).add(capability));
      if (!may.includes(capability)) wrong.push(`${source.file}: ${what} needs '${capability}', which ${name} has not`);
    };
    for (const one of source.imports) {
      if (one.typeOnly) continue;
      const capability = CAPABILITY_MODULES[one.specifier] ?? CAPABILITY_MODULES[packageOf(one.specifier)];
      if (capability !== undefined) uses(capability, one.specifier);
    }
    const code = withoutStrings(source.code);
    for (const { pattern, capability } of CAPABILITY_GLOBALS) {
      const match = pattern.exec(code);
      if (match !== null) uses(capability, match[0]);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(used.get('cli')?.has('env'), 'cli reads process.env, and that was not seen');
  assert.ok(used.get('core')?.has('clock'), 'core/clock.ts reads the clock, and that was not seen');
});

test('what is allowed nowhere is nowhere', () => {
  const wrong: string[] = [];
  for (const source of shipped) {
    for (const one of source.imports) {
      const bare = one.specifier.startsWith('node:') ? one.specifier : `node:${one.specifier}`;
      if (Object.hasOwn(NOWHERE, bare)) wrong.push(`${source.file}: ${one.specifier}`);
    }
    const code = withoutStrings(source.code);
    if (/(?<![.\w])eval\(|\bnew Function\(|(?<![.\w])Function\(/.test(code)) wrong.push(`${source.file}: eval`);
    // A package that is CommonJS and has one place may be required in that place.
    const mayRequire = Object.values(ONE_FILE_PACKAGES).includes(source.file);
    if (!mayRequire && /(?<![.\w])require\(|\bcreateRequire\b/.test(code)) wrong.push(`${source.file}: require`);
  }
  assert.deepEqual(wrong, []);
});

test('what one file alone may import is imported there, and by what name it likes', () => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const one of shipped.flatMap((source) => source.imports)) {
    if (one.typeOnly) continue;
    const name = one.specifier.startsWith('node:') ? one.specifier : `node:${one.specifier}`;
    const place = Object.hasOwn(ONE_FILE_MODULES, name) ? ONE_FILE_MODULES[name] : undefined;
    if (place === undefined) continue;
    if (place.file === one.file) seen.add(name);
    else wrong.push(`${one.file}: ${one.specifier} belongs to ${place.file}`);
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual([...seen], Object.keys(ONE_FILE_MODULES), 'each is used in its place');
});

test('programs are started without a shell', () => {
  const source = all.find(({ file }) => file === ONE_FILE_MODULES['node:child_process']!.file);
  assert.ok(source !== undefined);
  assert.match(source.code, /import \{ spawn(?:, type \w+)* \} from 'node:child_process'/, 'spawn and nothing else');
  assert.match(source.code, /shell: false/);
});

test('the console takes types from core and the admin API, and nothing that runs', () => {
  const sources = [...read('console/src/**/*.ts'), ...read('console/src/**/*.tsx')].filter(
    (source) => !/\.test\.tsx?$/.test(source.file),
  );
  const wrong: string[] = [];
  for (const one of sources.flatMap((source) => source.imports).filter((one) => isRelative(one.specifier))) {
    const target = targetOf(one);
    if (target.startsWith('console/')) continue;
    const known = /^src\/core\/[\w-]+\.ts$/.test(target) || target === 'src/gateway/admin/api.ts';
    if (!known) wrong.push(`${one.file}: ${one.specifier} is not for the console`);
    else if (!one.typeOnly) wrong.push(`${one.file}: ${one.specifier} must be imported as types`);
  }
  assert.deepEqual(wrong, []);
});

test('built-in modules are named with node:', () => {
  const wrong = all
    .flatMap((source) => source.imports)
    .filter((one) =>
      /^(fs|path|crypto|http|https|net|tls|os|url|util|stream|events|assert|buffer|zlib)(\/|$)/.test(one.specifier),
    )
    .map((one) => `${one.file}: ${one.specifier}`);
  assert.deepEqual(wrong, []);
});

test('a package with one place is imported in that place', () => {
  const wrong: string[] = [];
  for (const one of shipped.flatMap((source) => source.imports)) {
    if (isRelative(one.specifier) || one.typeOnly) continue;
    const place = Object.hasOwn(ONE_FILE_PACKAGES, packageOf(one.specifier))
      ? ONE_FILE_PACKAGES[packageOf(one.specifier)]
      : undefined;
    if (place !== undefined && place !== one.file) wrong.push(`${one.file}: ${one.specifier} belongs to ${place}`);
  }
  assert.deepEqual(wrong, []);
});

test('what is imported is declared', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  };
  const declared = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const wrong = shipped
    .flatMap((source) => source.imports)
    .filter((one) => !isRelative(one.specifier) && !one.specifier.startsWith('node:'))
    .filter((one) => !Object.hasOwn(declared, packageOf(one.specifier)))
    .map((one) => `${one.file}: ${one.specifier} is not in dependencies`);
  assert.deepEqual(wrong, []);
});

/** Words in regular expressions are no types. */
const withoutPatterns = (code: string): string =>
  code.replace(
    /(?<=(?:^|[=(,:[!&|?{;]|\breturn)\s*)\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/gm,
    '/_/',
  );

test('no any, no enum, no namespace', () => {
  const wrong: string[] = [];
  for (const source of all) {
    const code = withoutPatterns(withoutStrings(source.code).replace(/`(?:[^`\\]|\\.)*`/g, '``'));
    if (/(:\s*|\bas\s+|<|,\s*|\|\s*)any\b(?!\w|\s*[:(])/.test(code)) wrong.push(`${source.file}: any`);
    if (/^\s*(export\s+)?(const\s+|declare\s+)?enum\s/m.test(code)) wrong.push(`${source.file}: enum`);
    if (/^\s*(export\s+)?(declare\s+)?namespace\s/m.test(code)) wrong.push(`${source.file}: namespace`);
  }
  assert.deepEqual(wrong, []);
});

test('what stands at the end of a text is left out in one pass', () => {
  // `/[…]+$/` looks for the end from each character of every run that is elsewhere; `trimEndOf` looks from the end.
  const pattern = /\.replace(?:All)?\(\s*\/(?:[^/\n]*\|)?(?:\[(?:\\.|[^\]\\\n])+\]|\\?[^\s\\^$)/])[+*]\$\//;
  assert.match("a.replace(/^-+|-+$/g, '')", pattern);
  assert.doesNotMatch("a.replace(/^-+$/, '')", pattern);
  const slow = shipped.flatMap(({ file, code }) => (pattern.test(code) ? [file] : []));
  assert.deepEqual(slow, []);
});

test('files are named after what is in them', () => {
  const wrong: string[] = [];
  const places = ['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'];
  const files = places.flatMap((pattern) => globSync(pattern, { cwd: root }));
  for (const file of files.filter((one) => !/[\\/]node_modules[\\/]/.test(one))) {
    const name = basename(file).replace(/(\.test|\.test-types|\.d)?\.ts$/, '');
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) wrong.push(`${file}: not kebab-case`);
    if (/^(utils?|helpers?|common|types|misc|index|shared|lib)$/.test(name))
      wrong.push(`${file}: a name that says nothing`);
    for (const folder of dirname(file).split(/[\\/]/).slice(1)) {
      if (/^(utils?|helpers?|common|types|misc|lib)$/.test(folder)) wrong.push(`${file}: a folder that says nothing`);
    }
  }
  assert.deepEqual(wrong, []);
});

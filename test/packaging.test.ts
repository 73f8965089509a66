import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const manifest = read('package.json') as Manifest;
const consoleManifest = read('console/package.json') as Manifest;
const lock = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };

/** What the gateway brings along, each with its reason. A new one is a decision, and is written here. */
const DEPENDENCIES: Readonly<Record<string, string>> = {
  '@cedar-policy/cedar-wasm': 'who may do what',
  '@cfworker/json-schema': 'checks answers against a JSON Schema without compiling code',
  '@hono/node-server': 'serves the admin plane',
  '@huggingface/tokenizers': 'tokenizer.json of encoders',
  '@marcbachmann/cel-js': 'conditions over facts in rules',
  '@secretlint/core': 'secrets, as a second opinion beside our own rules',
  '@secretlint/profiler': 'its profiler, which has to be kept from growing',
  '@secretlint/secretlint-rule-preset-recommend': 'its rules',
  '@secretlint/types': 'its types',
  '@sigstore/bundle': 'reads bundles of Sigstore',
  '@sigstore/protobuf-specs': 'reads trust roots of Sigstore',
  '@sigstore/verify': 'checks certificates and logs of Sigstore',
  commander: 'command line',
  eld: 'which language a text is in',
  'gpt-tokenizer': 'counts tokens where the provider does not say',
  hono: 'routes of the admin plane',
  htmlparser2: 'text and attributes of HTML and XML',
  hyparquet: 'reads Parquet',
  ioredis: 'budgets shared by several gateways',
  jose: 'JSON Web Tokens',
  kysely: 'one SQL for two databases',
  'libphonenumber-js': 'which phone numbers are valid',
  'onnxruntime-web': 'runs encoders where the native runtime is absent',
  'openid-client': 'sign-in to the console',
  pg: 'PostgreSQL',
  pino: 'operational log',
  'prom-client': 'metrics',
  re2js: 'regular expressions in linear time',
  tldts: 'what may be registered by anybody, for allow-lists of hosts and for e-mail addresses',
  unpdf: 'text of PDF files',
  undici: 'connections to upstreams',
  yaml: 'reads the configuration, with positions',
  zod: 'checks the configuration',
};

test('the dependencies are the ones that were decided on', () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}).toSorted(), Object.keys(DEPENDENCIES).toSorted());
  assert.deepEqual(Object.keys(manifest.optionalDependencies ?? {}), ['onnxruntime-node']);
});

test('every version is exact', () => {
  let seen = 0;
  for (const { dependencies, devDependencies } of [manifest, consoleManifest]) {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
      seen++;
    }
  }
  assert.ok(seen > 20, `only ${seen} were seen`);
});

test('the lock holds a digest of everything that is installed, and what package.json asks for', () => {
  const packages = Object.entries(lock.packages).filter(
    ([path, entry]) => path.includes('node_modules/') && !entry.link,
  );
  assert.ok(packages.length > 100, `only ${packages.length} were seen`);
  assert.deepEqual(
    packages.filter(([, entry]) => entry.integrity?.startsWith('sha512-') !== true).map(([path]) => path),
    [],
  );
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('only the pinned Node runs a script when it is installed', () => {
  const withScript = Object.entries(lock.packages)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .map(([path]) => path);
  assert.deepEqual(withScript, ['node_modules/node', 'node_modules/onnxruntime-node', 'node_modules/protobufjs']);
  assert.deepEqual(manifest.allowScripts, { node: true, 'onnxruntime-node': false, protobufjs: false });
  for (const { scripts } of [manifest, consoleManifest]) {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      assert.ok(!Object.hasOwn(scripts, name), `${name} runs at installation`);
    }
  }
});

test('parapet --help starts without loading what only commands need', () => {
  const preload = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        loaded.push(url);
        return next(url, context);
      },
    });
    process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));
  `;
  const started = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, join(root, 'src/main.ts'), '--help'],
    { encoding: 'utf8', cwd: root },
  );
  assert.equal(started.status, 0, started.stderr);
  assert.match(started.stdout, /^Usage: parapet/);
  const loaded = JSON.parse(started.stderr) as string[];
  const packages = new Set(loaded.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));
  assert.deepEqual([...packages], ['commander'], 'packages that --help loads');
  assert.ok(
    loaded.some((url) => url.endsWith('/src/cli/run.ts')),
    'the hook saw the program itself',
  );
  assert.deepEqual(
    loaded.filter((url) => /\/src\/(gateway|config|store|ledger|access|detect|guard|demo|flow|mcp)\//.test(url)),
    [],
    'rooms that --help loads',
  );
});

test('--version says the version of package.json', () => {
  const started = spawnSync(process.execPath, [join(root, 'src/main.ts'), '--version'], { encoding: 'utf8' });
  assert.deepEqual([started.status, started.stdout.trim()], [0, manifest.version]);
});

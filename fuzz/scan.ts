/**
 * Mutated files through every reader of the scanner.
 *
 *     node fuzz/scan.ts [--runs 10000000] [--seed 1] [--data ../shared/data/artifacts]
 *
 * Seeds are small files of every format, and those of the corpora where they are there. Ends with 1 and the input in hexadecimal when a reader
 * throws, a file takes too long, or memory grows without bound.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { memorySource } from '../src/bytes/byte-source.ts';
import { walkTar } from '../src/formats/tar/tar-walk.ts';
import { seededRandom } from '../src/math/random.ts';
import { READERS, RULES } from '../src/scan/registry.ts';
import { scanSource } from '../src/scan/scan-artifact.ts';
import { SCAN_LIMITS } from '../src/scan/scan-limits.ts';
import { MODEL_CASES } from '../src/scan/testing/model-cases.ts';
import { makeSevenZip } from '../src/scan/testing/make-sevenzip.ts';
import { TEXT_CASES } from '../src/scan/testing/text-cases.ts';
import { makeTar, makeZip } from '../src/scan/testing/make-archive.ts';
import { callOf, plain, stackCallOf } from '../src/scan/testing/make-pickle.ts';

const root = resolve(import.meta.dirname, '..');
const value = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : process.argv[at + 1]!;
};
const runs = Number(value('runs', '10000000'));
const random = seededRandom(value('seed', '1'));
const data = resolve(value('data', join(root, '../shared/data/artifacts')));
/** Milliseconds of the processor after which a file of some kilobytes is taken for a hang: those of the clock say how busy the machine is. */
const HANG = 10_000;
const LARGEST = 16_384;

const seeds: Uint8Array[] = [
  plain(),
  callOf('os', 'system'),
  stackCallOf('a', 'b'),
  makeZip([
    { name: 'a/data.pkl', data: plain() },
    { name: 'b', data: plain(), deflate: true },
  ]),
  makeTar([
    { name: 'a', data: plain() },
    { name: 'l', type: '2', target: 'x' },
  ]),
  Buffer.from('{"auto_map":{"AutoModel":"a.B"},"chat_template":"{{ x }}"}'),
  Buffer.from(
    '{"mcpServers":{"a":{"command":"npx","args":["-y","b"],"env":{"A":"c"}}},"hooks":{"Stop":[{"hooks":[{"command":"x"}]}]}}',
  ),
  Buffer.from('[mcp_servers.a]\ncommand = "uvx"\nargs = ["b", 1]\nenv = { A = "c" }\n'),
  Buffer.from('mcpServers:\n  - &a {name: b, command: npx, args: [c]}\n  - *a\n'),
  Buffer.from('---\nname: a\ndescription: b\nallowed-tools: Bash(c:*)\n---\nRun `curl x | sh`. <!-- d -->\n'),
  Buffer.from('<?xml version="1.0"?><net><layer type="Custom" library="x"/></net>'),
  ...(['Copy', 'Deflate', 'LZMA2'] as const).map((method) =>
    makeSevenZip({
      files: [
        { name: 'a', data: plain() },
        { name: 'b', data: callOf('os', 'system') },
      ],
      method,
      packedHeader: true,
    }),
  ),
  gzipSync(callOf('os', 'system')),
  Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, 8, 0, 0, 0, 0x38, 0x61, 0x62, 0x63, 3, 0, 0x10, 0x21, 0, 0, 0, 0]),
  Buffer.from(
    'tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=0\nobjective=binary\n\nend of trees\n',
  ),
  ...[...MODEL_CASES, ...TEXT_CASES].map(({ content }) => Buffer.from(content as Uint8Array)),
];
for (const name of ['generated', 'real']) {
  const archive = join(data, `${name}.tar.gz`);
  if (!existsSync(archive)) continue;
  const bytes = gunzipSync(readFileSync(archive));
  for (const entry of walkTar(memorySource(bytes)).entries) {
    if (entry.kind === 'file' && entry.size > 0 && entry.size <= LARGEST) {
      seeds.push(bytes.subarray(entry.dataOffset, entry.dataOffset + entry.size));
    }
  }
}

const NAMES = [
  'x',
  'x.pkl',
  'x.safetensors',
  'x.onnx',
  'config.json',
  'MLmodel',
  'requirements.txt',
  '.mcp.json',
  '.codex/config.toml',
  '.continue/config.yaml',
  'a/SKILL.md',
  'AGENTS.md',
  'm/code/a.py',
  'x.tflite',
  'x.7z',
  'x.rds',
  'x.py',
  'x.ipynb',
  'x.yaml',
  'README.md',
  'LICENSE',
  'x.mlmodel',
  'x.msgpack',
  'MAR-INF/MANIFEST.json',
];
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x28, 0x2e, 0x50];

function mutate(seed: Uint8Array): Uint8Array {
  let bytes = Buffer.from(seed);
  for (let change = random.below(6) + 1; change > 0 && bytes.length > 0; change--) {
    const at = random.below(bytes.length);
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at] = INTERESTING[random.below(INTERESTING.length)]!;
        break;
      case 2:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(Math.min(bytes.length, at + random.below(16) + 1)),
        ]);
        break;
      case 3: {
        const other = seeds[random.below(seeds.length)]!;
        const from = random.below(other.length);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          other.subarray(from, from + random.below(64)),
          bytes.subarray(at),
        ]);
        break;
      }
      case 4:
        for (let index = at; index < Math.min(bytes.length, at + 8); index++) bytes[index] = 0xff;
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes.subarray(0, LARGEST * 2);
}

const options = {
  readers: READERS,
  rules: RULES,
  now: () => performance.now(),
  limits: { ...SCAN_LIMITS, unpackedAtOnce: 1 << 20, unpacked: 1 << 22 },
};
const began = performance.now();
let slowest = 0;
for (let done = 1; done <= runs; done++) {
  const bytes = mutate(seeds[random.below(seeds.length)]!);
  const name = NAMES[random.below(NAMES.length)]!;
  const start = process.cpuUsage();
  let wrong = '';
  try {
    const result = scanSource(name, memorySource(bytes), options);
    const thrown = result.gaps.find((gap) => gap.reason.includes('reader failed'));
    if (thrown !== undefined) wrong = thrown.reason;
  } catch (error) {
    wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1000;
  slowest = Math.max(slowest, took);
  if (took > HANG) wrong = `took ${took.toFixed(0)} ms`;
  if (wrong !== '') {
    console.error(`\n${wrong}\n${name} ${Buffer.from(bytes).toString('hex')}`);
    process.exit(1);
  }
  if (done % 20_000 === 0 && process.stdout.isTTY) {
    const left = ((performance.now() - began) / done) * (runs - done);
    process.stdout.write(`\r${done.toLocaleString('en')} done, about ${Math.ceil(left / 60_000)} min left   `);
  }
}
console.log(
  `${runs.toLocaleString('en')} files from ${seeds.length} seeds in ${((performance.now() - began) / 1000).toFixed(0)} s; slowest ${slowest.toFixed(0)} ms; RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB; no throw, no hang`,
);

/**
 * The scanner on real and generated files, and its speed against a plain read.
 *
 *     node bench/scan.ts [--data ../shared/data/artifacts] [--list]
 *
 * The corpora are unpacked into memory, never onto the disk, and only ever read as bytes.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../src/bytes/byte-source.ts';
import { walkTar } from '../src/formats/tar/tar-walk.ts';
import { runPickle } from '../src/formats/pickle/pickle-machine.ts';
import { isAtLeast } from '../src/core/severity.ts';
import type { FileResult } from '../src/scan/file-result.ts';
import { openFileSource } from '../src/scan/file-source.ts';
import { READERS, RULES } from '../src/scan/registry.ts';
import { scanSource } from '../src/scan/scan-artifact.ts';

const root = resolve(import.meta.dirname, '..');
const at = process.argv.indexOf('--data');
const data = at === -1 ? join(root, '../shared/data/artifacts') : resolve(process.argv[at + 1]!);
const list = process.argv.includes('--list');
const options = { readers: READERS, rules: RULES, now: () => performance.now() };

interface Row {
  readonly file: string;
  readonly label: 'malicious' | 'benign';
  readonly kind: string;
  readonly cls?: string;
}

function unpack(archive: string): ReadonlyMap<string, Uint8Array> {
  const bytes = gunzipSync(readFileSync(archive));
  const files = walkTar(memorySource(bytes)).entries.filter((entry) => entry.kind === 'file');
  return new Map(
    files.map((entry) => [
      entry.name.replace(/^\.\//, ''),
      bytes.subarray(entry.dataOffset, entry.dataOffset + entry.size),
    ]),
  );
}

function look(name: string, bytes: Uint8Array): FileResult {
  return scanSource(name, memorySource(bytes), options);
}

const worse = (result: FileResult, floor: 'medium' | 'high'): boolean =>
  result.findings.some((one) => isAtLeast(one.severity, floor));
const share = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;

function corpus(name: string): void {
  const rows = JSON.parse(readFileSync(join(data, `${name}.manifest.json`), 'utf8')) as readonly Row[];
  const files = unpack(join(data, `${name}.tar.gz`));
  const tables = new Map<string, { files: number; clean: number; incomplete: number; medium: number; high: number }>();
  for (const row of rows) {
    const bytes = files.get(row.file) ?? files.get(`${name}/${row.file}`);
    if (bytes === undefined) throw new Error(`${row.file} is missing from ${name}.tar.gz`);
    const result = look(row.file, bytes);
    const group =
      row.label === 'benign' ? 'benign' : row.kind.startsWith('code-exec') ? 'code execution' : 'other malicious';
    const table = tables.get(group) ?? { files: 0, clean: 0, incomplete: 0, medium: 0, high: 0 };
    tables.set(group, table);
    table.files++;
    if (result.verdict === 'clean') table.clean++;
    if (result.verdict === 'incomplete') table.incomplete++;
    if (worse(result, 'medium')) table.medium++;
    if (worse(result, 'high')) table.high++;
    const wrong =
      row.label === 'benign'
        ? worse(result, 'medium')
        : result.verdict === 'clean' || (group === 'code execution' && !worse(result, 'high'));
    if (wrong && list)
      console.log(
        `  ${row.label} ${row.file}: ${result.verdict} ${result.findings.map((one) => `${one.severity} ${one.rule}`).join(', ')} ${result.gaps.map((gap) => gap.reason).join(', ')}`,
      );
  }
  for (const [group, { files: count, clean, incomplete, medium, high }] of tables) {
    console.log(
      `| ${name} | ${group} | ${count} | ${share(clean, count)} | ${incomplete} | ${share(medium, count)} | ${share(high, count)} |`,
    );
  }
}

if (existsSync(data)) {
  console.log(
    '| set | group | files | clean | not wholly looked at | medium or above | high or above |\n|---|---|---|---|---|---|---|',
  );
  corpus('real');
  corpus('generated');
  const versions = [...unpack(join(data, 'benign-python-versions.tar.gz'))];
  const found = versions.map(([name, bytes]) => look(name, bytes));
  console.log(
    `| nine Python versions | benign | ${versions.length} | ${share(found.filter((one) => one.verdict === 'clean').length, versions.length)} | ${found.filter((one) => one.verdict === 'incomplete').length} | ${share(found.filter((one) => worse(one, 'medium')).length, versions.length)} | ${share(found.filter((one) => worse(one, 'high')).length, versions.length)} |`,
  );
} else console.log(`skipped: ${data} is not there`);

/** A list of dictionaries of short strings and numbers, as protocol 4 writes it: 2.6 bytes an opcode. */
function densePickle(megabytes: number): Uint8Array {
  const out = Buffer.alloc((megabytes << 20) + 1024);
  let end = out.write('\x80\x04]\x94(', 0, 'latin1');
  let made = 0;
  while (end < megabytes << 20) {
    end += out.write('}\x94(', end, 'latin1');
    for (let key = 0; key < 12; key++) {
      end += out.write(`\x8c\x03a${String.fromCharCode(97 + key)}${made % 10}\x94`, end, 'latin1');
      if (key % 3 === 0) end += out.write('K\x07', end, 'latin1');
      else if (key % 3 === 1) end += out.write('\x8c\x02xy\x94', end, 'latin1');
      else end += out.write('K\x01K\x02\x86\x94', end, 'latin1');
    }
    end += out.write('u', end, 'latin1');
    made++;
  }
  end += out.write('e.', end, 'latin1');
  return out.subarray(0, end);
}

/** Processor time in seconds, so that other work on the machine does not count. */
function processor(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-scan-'));
try {
  const dense = densePickle(64);
  const file = join(folder, 'dense.pkl');
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, dense);
  closeSync(descriptor);
  const rounds = Array.from({ length: 5 }, () => {
    const read = processor(() => {
      const source = openSync(file, 'r');
      const buffer = Buffer.allocUnsafe(1 << 20);
      while (readSync(source, buffer, 0, buffer.length, null) > 0);
      closeSync(source);
    });
    let opcodes = 0;
    const run = processor(() => {
      const source = openFileSource(file);
      opcodes = runPickle(source).opcodes;
      source.close();
    });
    return { read, run, opcodes };
  }).toSorted((a, b) => a.run - b.run)[2]!;
  const megabytes = dense.length / 1e6;
  console.log(
    `\nDense pickle, ${megabytes.toFixed(0)} MB, ${(rounds.opcodes / 1e6).toFixed(1)} million opcodes: ${(megabytes / rounds.run).toFixed(0)} MB/s of processor time; reading alone ${(megabytes / Math.max(rounds.read, 1e-3)).toFixed(0)} MB/s`,
  );

  const checkpoint = join(folder, 'checkpoint.pt');
  makeCheckpoint(checkpoint, 4.2e9, 500);
  const source = openFileSource(checkpoint);
  const began = performance.now();
  const result = scanSource('checkpoint.pt', source, options);
  console.log(
    `Checkpoint of ${(source.size / 1e9).toFixed(1)} GB in 500 tensors: ${result.verdict} after reading ${(source.bytesRead / 1024).toFixed(0)} KiB in ${(performance.now() - began).toFixed(0)} ms; RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
  );
  source.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A ZIP64 archive laid out as PyTorch writes it, its tensors holes in the file. */
function makeCheckpoint(path: string, bytes: number, tensors: number): void {
  const descriptor = openSync(path, 'w');
  const members = [
    { name: 'archive/data.pkl', size: 0, data: Buffer.from('\x80\x02}q\x00.', 'latin1') },
    ...Array.from({ length: tensors }, (_, index) => ({
      name: `archive/data/${index}`,
      size: Math.floor(bytes / tensors),
      data: null,
    })),
  ];
  const directory: Buffer[] = [];
  let place = 0;
  for (const { name, size, data: content } of members) {
    const length = content?.length ?? size;
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(length, 18);
    local.writeUInt32LE(length, 22);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    writeSync(descriptor, local, 0, local.length, place);
    if (content !== null) writeSync(descriptor, content, 0, content.length, place + local.length);
    const entry = Buffer.alloc(46 + name.length + 12);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(length, 20);
    entry.writeUInt32LE(length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(12, 30);
    entry.writeUInt32LE(0xffffffff, 42);
    entry.write(name, 46);
    entry.writeUInt16LE(1, 46 + name.length);
    entry.writeUInt16LE(8, 48 + name.length);
    entry.writeBigUInt64LE(BigInt(place), 50 + name.length);
    directory.push(entry);
    place += local.length + length;
  }
  ftruncateSync(descriptor, place);
  const all = Buffer.concat(directory);
  writeSync(descriptor, all, 0, all.length, place);
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(members.length), 24);
  end.writeBigUInt64LE(BigInt(members.length), 32);
  end.writeBigUInt64LE(BigInt(all.length), 40);
  end.writeBigUInt64LE(BigInt(place), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(place + all.length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(members.length, 84);
  end.writeUInt16LE(members.length, 86);
  end.writeUInt32LE(all.length, 88);
  end.writeUInt32LE(0xffffffff, 92);
  writeSync(descriptor, end, 0, end.length, place + all.length);
  closeSync(descriptor);
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { RememberedLeaf } from '../../src/ledger/align-records.ts';
import { generateSignerKey } from '../../src/ledger/note-key.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { signNote } from '../../src/ledger/signed-note.ts';
import { type VerifyOptions, type VerifyReport, verifyLedger } from '../../src/ledger/verify.ts';
import { DEPTHS, forge } from './forge.ts';

const SIZE = 700;
const ORIGIN = 'tamper.example/log';
const isAdmin = (index: number): boolean => index % 50 === 20;

let original: string;
let place: string;
let entries: Buffer[];
let memory: RememberedLeaf[];
let key: string;
/** A checkpoint of the first 300 entries, kept elsewhere. */
let saved: string;

before(async () => {
  original = mkdtempSync(join(tmpdir(), 'parapet-tamper-'));
  place = join(original, 'work');
  const directory = join(original, 'log');
  const ledger = await openLedger({ directory, origin: ORIGIN, sync: 'batch', syncMillis: 60_000 });
  entries = Array.from({ length: SIZE }, (_, i) =>
    Buffer.from(
      JSON.stringify(isAdmin(i) ? { v: 1, type: 'admin', admin: `a${i}` } : { v: 1, id: `req_${i}`, model: 'gpt-5' }),
    ),
  );
  memory = [];
  for (const [index, entry] of entries.entries()) {
    const { leaf } = await ledger.append(entry);
    if (!isAdmin(index)) memory.push({ index, leaf, id: `req_${index}` });
    if (index === 299) saved = (await ledger.flush()).note;
  }
  await ledger.close();
  key = ledger.verifierKey;
});

after(() => rmSync(original, { recursive: true, force: true }));

/** A copy of the log to change. */
function copy(): string {
  rmSync(place, { recursive: true, force: true });
  cpSync(join(original, 'log'), place, { recursive: true });
  return place;
}

async function* remembered(): AsyncGenerator<RememberedLeaf> {
  yield* memory;
}

const verify = (options: Partial<VerifyOptions> = {}): Promise<VerifyReport> =>
  verifyLedger({ directory: place, ...options });
const withStore = (): Promise<VerifyReport> => verify({ against: remembered() });
const kinds = ({ problems }: VerifyReport): string[] => problems.map(({ kind }) => kind);
const named = ({ problems }: VerifyReport): string[] =>
  problems.flatMap(({ kind, index, id }) => (kind.startsWith('entry-') ? [`${kind} ${index} ${id}`] : []));

/** Places in the first bundle, at its borders, in the second and in the unfinished one. */
const PLACES = [0, 5, 255, 256, 300, 511, 512, 698] as const;

interface Change {
  readonly name: string;
  readonly apply: (at: number) => Buffer[];
  /** What the report has to name, with the store. */
  readonly expected: (at: number) => readonly string[];
}

const other = Buffer.from(JSON.stringify({ v: 1, id: 'req_new', model: 'gpt-5' }));
const CHANGES: readonly Change[] = [
  {
    name: 'removed',
    apply: (at) => entries.toSpliced(at, 1),
    expected: (at) => [`entry-removed ${at} req_${at}`],
  },
  {
    name: 'changed',
    apply: (at) => entries.with(at, Buffer.from(entries[at]!.toString().replace('gpt-5', 'gpt-4'))),
    expected: (at) => [`entry-changed ${at} req_${at}`],
  },
  {
    name: 'replaced',
    apply: (at) => entries.with(at, other),
    expected: (at) => [`entry-changed ${at} req_${at}`],
  },
  {
    name: 'added',
    apply: (at) => entries.toSpliced(at, 0, other),
    // What is pushed over the end that the checkpoint states is missing as well.
    expected: (at) => [`entry-added ${at} req_new`],
  },
  {
    name: 'exchanged with another',
    apply: (at) => entries.with(at, entries[(at + 350) % SIZE]!).with((at + 350) % SIZE, entries[at]!),
    expected: (at) => [at, (at + 350) % SIZE].map((index) => `entry-moved ${index} req_${index}`),
  },
];

describe('a log that was tampered with', () => {
  it('holds as it is, with everything that can be held against it', async () => {
    copy();
    const report = await verify({ against: remembered(), verifierKey: key, since: saved });
    assert.deepEqual([report.problems, report.ok, report.size], [[], true, SIZE]);
    assert.deepEqual([report.compared, report.ahead], [memory.length, 0]);
  });

  for (const depth of DEPTHS) {
    for (const change of CHANGES) {
      it(`${change.name}, with ${depth} rewritten: the store names the record`, async () => {
        for (const at of PLACES) {
          copy();
          forge(place, SIZE, change.apply(at), depth);
          const report = await withStore();
          assert.equal(report.ok, false);
          const told = named(report);
          for (const expected of change.expected(at))
            assert.ok(told.includes(expected), `${at}: ${expected} is not in ${told.join('; ')}`);
          const rest = told.filter((line) => !change.expected(at).includes(line));
          const fellOff = depth === 'entries' || depth === 'lowest tiles' || depth === 'all tiles';
          assert.deepEqual(
            rest,
            change.name === 'added' && fellOff ? [`entry-removed ${SIZE - 1} req_${SIZE - 1}`] : [],
          );
        }
      });

      it(`${change.name}, with ${depth} rewritten: found without the store too, or by what was kept elsewhere`, async () => {
        for (const at of PLACES) {
          copy();
          forge(place, SIZE, change.apply(at), depth);
          const report = await verify();
          const index = change.name === 'exchanged with another' ? at : Number(change.expected(at)[0]!.split(' ')[1]);
          if (depth === 'entries') {
            assert.ok(
              report.problems.some((problem) => problem.kind.startsWith('entry-') && problem.index === index),
              `${at}: ${named(report).join('; ')}`,
            );
            assert.ok(named(report).length <= 3, `${at}: ${named(report).join('; ')}`);
          } else if (depth === 'lowest tiles' || depth === 'all tiles') {
            assert.ok(kinds(report).includes('root-wrong'), `${at}: ${kinds(report).join()}`);
          } else if (depth === 'checkpoint with another key') {
            // Whoever replaces everything, key.pub included, is found by the key that was kept elsewhere.
            assert.deepEqual(report.problems, []);
            assert.ok(kinds(await verify({ verifierKey: key })).includes('checkpoint-signature'));
          } else if (at < 300) {
            // Whoever has the key is found by a checkpoint that was kept elsewhere.
            assert.deepEqual(report.problems, []);
            assert.deepEqual(kinds(await verify({ since: saved })), ['forked']);
          }
        }
      });
    }
  }

  it("names an administrator's action too, though the store does not keep it", async () => {
    for (const depth of DEPTHS) {
      copy();
      forge(place, SIZE, entries.toSpliced(270, 1), depth);
      const report = await withStore();
      const told = report.problems.filter(({ kind }) => kind === 'entry-removed');
      assert.ok(
        told.some(({ index }) => index === 270),
        depth,
      );
    }
  });

  it('that ends earlier is missed by the store and by a saved checkpoint', async () => {
    copy();
    forge(place, SIZE, entries.slice(0, 290), 'checkpoint with the key');
    const report = await withStore();
    assert.deepEqual(named(report).slice(0, 2), ['entry-removed 290 req_290', 'entry-removed 291 req_291']);
    assert.ok(report.problems.length + report.unlisted >= memory.length - 290);
    assert.deepEqual(kinds(await verify({ since: saved })), ['rolled-back']);
  });

  it('in one flipped byte of any file is found, and said where', async () => {
    const flipped = async (file: string, at: number, options: Partial<VerifyOptions> = {}): Promise<VerifyReport> => {
      copy();
      const bytes = readFileSync(join(place, file));
      bytes[at < 0 ? bytes.length + at : at]! ^= 0x01;
      writeFileSync(join(place, file), bytes);
      const report = await verify(options);
      assert.equal(report.ok, false, `${file} byte ${at}`);
      return report;
    };
    const second = 2 + entries[256]!.length;
    const inside = second + entries[257]!.length - 3;
    for (const options of [{}, { against: remembered() }]) {
      assert.deepEqual(named(await flipped('tile/entries/001', inside, options)), ['entry-changed 257 req_257']);
    }
    assert.ok(named(await flipped('tile/entries/002.p/188', -3))[0]!.startsWith('entry-changed 699 '));
    // A length: what follows is read at other places.
    assert.equal(
      (await flipped('tile/entries/001', second + 1, { against: remembered() })).problems[0]!.file,
      'tile/entries/001',
    );

    for (const [file, at, index] of [
      ['tile/0/001', 32 * 7 + 3, 263],
      ['tile/0/002.p/188', 0, 512],
    ] as const) {
      const [problem] = (await flipped(file, at)).problems;
      assert.deepEqual([problem?.kind, problem?.index, problem?.file], ['tile-wrong', index, file]);
    }
    const [upper] = (await flipped('tile/1/000.p/2', 40)).problems;
    assert.deepEqual([upper?.kind, upper?.index, upper?.file], ['tile-wrong', 256, 'tile/1/000.p/2']);

    const length = readFileSync(join(original, 'log/checkpoint')).length;
    for (let at = 0; at < length; at += 1) {
      const [problem] = (await flipped('checkpoint', at)).problems;
      assert.equal(problem?.file, 'checkpoint', `byte ${at}: ${problem?.message}`);
    }
    for (let at = 0; at < key.length; at += 1)
      assert.deepEqual(kinds(await flipped('key.pub', at)), ['checkpoint-signature']);
  });
});

describe('a log whose files are damaged', () => {
  /** Files that the last checkpoint speaks of. */
  const files = [
    'checkpoint',
    'key.pub',
    'tile/entries/000',
    'tile/entries/002.p/188',
    'tile/0/001',
    'tile/0/002.p/188',
    'tile/1/000.p/2',
  ];
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['missing', (path) => rmSync(path)],
    ['empty', (path) => truncateSync(path, 0)],
    ['one byte', (path) => truncateSync(path, 1)],
    ['cut in half', (path) => truncateSync(path, readFileSync(path).length >> 1)],
    ['one byte short', (path) => truncateSync(path, readFileSync(path).length - 1)],
    ['one byte too long', (path) => appendFileSync(path, 'x')],
    ['of a huge length', (path) => truncateSync(path, 2 ** 40)],
    ['all ones', (path) => writeFileSync(path, Buffer.alloc(readFileSync(path).length, 0xff))],
    ['a directory', (path) => (rmSync(path), mkdirSync(path))],
    ['a link to itself', (path) => (rmSync(path), symlinkSync(path, path))],
    ['a link to an endless device', (path) => (rmSync(path), symlinkSync('/dev/zero', path))],
    ['a pipe', (path) => (rmSync(path), void spawnSync('mkfifo', [path]))],
  ];

  for (const [what, damage] of damages) {
    it(`${what}: the report says so`, { skip: process.platform === 'win32' }, async () => {
      for (const file of files) {
        for (const options of [{}, { against: remembered(), since: saved }]) {
          // A key without its last newline is the same key.
          if (file === 'key.pub' && what === 'one byte short') continue;
          copy();
          damage(join(place, file));
          const report = await verify(options);
          assert.equal(report.ok, false, file);
          const { problems } = report;
          assert.ok(
            problems.some((problem) => problem.file === file || problem.file === file.replace(/\.p\/\d+$/, '')),
            `${file}: ${JSON.stringify(problems.slice(0, 3))}`,
          );
          assert.ok(problems.every(({ message }) => !/\bat .*:\d+:\d+/.test(message)));
        }
      }
    });
  }

  it('at random: nothing is thrown and nothing goes unnoticed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.constantFrom('flip', 'cut', 'grow', 'fill'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (file, how, where, value) => {
          copy();
          const path = join(place, file);
          const bytes = readFileSync(path);
          const at = where % bytes.length;
          if (how === 'flip') bytes[at]! ^= value;
          else if (how === 'fill') bytes.fill(value, at, Math.min(bytes.length, at + 1 + (where % 700)));
          const changed =
            how === 'cut'
              ? bytes.subarray(0, at)
              : how === 'grow'
                ? Buffer.concat([bytes, Buffer.alloc(value, 10)])
                : bytes;
          if (changed.equals(readFileSync(path)) || changed.toString().trim() === readFileSync(path, 'utf8').trim())
            return;
          writeFileSync(path, changed);
          const report = await verify({ against: remembered() });
          assert.equal(report.ok, false);
          assert.ok(report.problems.length < 100, `${report.problems.length} problems`);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('nothing at all, no directory, or only a checkpoint', async () => {
    rmSync(place, { recursive: true, force: true });
    assert.deepEqual(kinds(await verify()), ['checkpoint-missing']);
    mkdirSync(place);
    assert.deepEqual(kinds(await verify({ against: remembered() })), ['checkpoint-missing']);
    cpSync(join(original, 'log/checkpoint'), join(place, 'checkpoint'));
    const report = await verify({ verifierKey: key });
    assert.deepEqual([...new Set(kinds(report))].toSorted(), ['bundle-missing', 'root-wrong', 'tile-missing']);
  });

  it('a checkpoint of 2^53 - 1 entries is not gone through one by one', async () => {
    copy();
    const forger = generateSignerKey(ORIGIN);
    const text = `${ORIGIN}\n${2 ** 53 - 1}\n${Buffer.alloc(32, 1).toString('base64')}\n`;
    writeFileSync(join(place, 'checkpoint'), signNote(text, [forger]));
    const report = await verify({ against: remembered() });
    assert.equal(report.ok, false);
    assert.ok(kinds(report).includes('checkpoint-signature'));
    assert.match(
      report.problems.map(({ message }) => message).join('\n'),
      /So are all entries from \d+ to 9007199254740990/,
    );
    assert.deepEqual(named(report), []);
  });

  it('a whole bundle or tile that is gone is one problem, also with the store', async () => {
    copy();
    rmSync(join(place, 'tile/entries/001'));
    const report = await withStore();
    assert.deepEqual(
      report.problems.map(({ kind, index, file }) => [kind, index, file]),
      [['bundle-missing', 256, 'tile/entries/001']],
    );
    copy();
    rmSync(join(place, 'tile/0/001'));
    assert.deepEqual(kinds(await withStore()), ['tile-missing']);
  });

  it('a saved checkpoint of another log, or none at all, is told apart', async () => {
    copy();
    const stranger = generateSignerKey(ORIGIN);
    const body = saved.slice(0, saved.indexOf('\n\n') + 1);
    assert.deepEqual(kinds(await verify({ since: signNote(body, [stranger]) })), ['checkpoint-signature']);
    await assert.rejects(verify({ since: 'nonsense' }), /note/);
  });

  it('leaves the log as it was', () => {
    copy();
    const names = (directory: string): string[] => readdirSync(directory, { recursive: true }).map(String).toSorted();
    assert.deepEqual(names(place), names(join(original, 'log')));
  });
});

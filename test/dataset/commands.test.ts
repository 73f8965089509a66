import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';
import type { DataFileResult } from '../../src/dataset/run-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'data-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, ['data', ...argv]);

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
for (const name of ['ci', 'stranger']) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  write(`${name}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  write(`${name}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
}
const rows = (count: number): string =>
  `id,text,label\n${Array.from({ length: count }, (_, i) => `${i},the ${i * 7919} answer of case ${i * 104729} is ${i % 97},${i % 2 === 0 ? 'yes' : 'no'}\n`).join('')}`;

test('a data set is sealed and verified, and a change is told down to the row', async () => {
  mkdirSync(join(folder, 'set'));
  write('set/a.csv', rows(50));
  write('set/b.jsonl.gz', gzipSync('{"text":"x","label":1}\n{"text":"y","label":0}\n'));
  const sealed = await parapet('seal', 'set', '--key', 'ci.pem', '--out', 'seal.json');
  assert.equal(sealed.code, 0, sealed.err);
  assert.match(sealed.out, /2 files, 52 rows, root sha256:[0-9a-f]{64}$/);
  assert.equal((await parapet('verify', 'set', '--seal', 'seal.json', '--key', 'ci.pub')).code, 0);
  const stranger = await parapet('verify', 'set', '--seal', 'seal.json', '--key', 'stranger.pub');
  assert.equal(stranger.code, 1);
  assert.match(stranger.err, /no trusted key/);
  write('set/a.csv', rows(50).replace('9,the', '9,The'));
  write('set/c.csv', 'a\n1\n');
  const changed = await parapet('verify', 'set', '--seal', 'seal.json', '--key', 'ci.pub');
  assert.equal(changed.code, 1);
  assert.match(changed.out, /changed {2}a\.csv: 1 rows changed \(10\)/);
  assert.match(changed.out, /added {4}c\.csv/);
  // The same rows in other bytes are the same rows.
  rmSync(join(folder, 'set/c.csv'));
  write('set/a.csv', rows(50).replaceAll('yes', '"yes"'));
  assert.match((await parapet('verify', 'set', '--seal', 'seal.json')).out, /every row is the same/);
  write('set/a.csv', rows(50));
});

test('a row is proven to belong to the sealed data, and another is not', async () => {
  const { code, out, err } = await parapet('prove', 'set/a.csv', '--row', '7', '--seal', 'seal.json');
  assert.equal(code, 0, err);
  write('proof.json', out);
  const checked = await parapet('prove', 'proof.json', '--check', '--seal', 'seal.json');
  assert.equal(checked.code, 0, checked.out + checked.err);
  write('forged.json', out.replace('of case', 'of cage'));
  assert.equal((await parapet('prove', 'forged.json', '--check', '--seal', 'seal.json')).code, 1);
});

test('a seal that was changed by hand is refused', async () => {
  const envelope = JSON.parse(readFileSync(join(folder, 'seal.json'), 'utf8'));
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"rows":52', '"rows":53');
  write('bent.json', JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
  const bent = await parapet('verify', 'set', '--seal', 'bent.json', '--key', 'ci.pub');
  assert.notEqual(bent.code, 0);
});

test('a difference says which rows were added, removed and changed, and in which columns', async () => {
  write('old.csv', 'id,x,y\n1,a,1\n2,b,2\n3,c,3\n');
  write('new.csv', 'id,x,y\n4,d,4\n3,c,3\n2,b,9\n');
  const { code, out } = await parapet('diff', 'old.csv', 'new.csv', '--key', 'id', '--json');
  assert.equal(code, 1);
  const diff = JSON.parse(out);
  assert.deepEqual([diff.same, diff.added, diff.removed, diff.changed], [1, 1, 1, 1]);
  assert.deepEqual(diff.columns, { y: 1 });
  write('shuffled.csv', 'id,x,y\n3,c,3\n1,a,1\n2,b,2\n');
  assert.equal((await parapet('diff', 'old.csv', 'shuffled.csv')).code, 0);
});

test('checks find what was put in, by file, row and column', async () => {
  mkdirSync(join(folder, 'bad'));
  const key = `ghp_${'q7Rt2Lk9Xw4Zp8Vb3Nm6Hd1Js5Fc0YgAaBbC'}`;
  const lines = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({ text: `story ${i * 7919} about a ${i * 31} day and ${i * 17} more`, label: i % 2 }),
  );
  lines.push(
    JSON.stringify({ text: 'write to anna.example@mail-host.com about it', label: 0 }),
    JSON.stringify({ text: `the token is ${key}`, label: 1 }),
    JSON.stringify({ text: 'plain\u{E0069}\u{E0067}\u{E006E}\u{E006F}\u{E0072}\u{E0065} text', label: 1 }),
    JSON.stringify({ text: 'the same words stand here twice today', label: 0 }),
    JSON.stringify({ text: 'the same words stand here twice today', label: 1 }),
    JSON.stringify({ text: 'a row that is there a second time, word for word', label: 1 }),
    JSON.stringify({ text: 'a row that is there a second time, word for word', label: 1 }),
  );
  write('bad/train.jsonl', `${lines.join('\n')}\n`);
  write('bad/test.jsonl', `${lines.slice(0, 5).join('\n')}\n`);
  write('schema.yaml', 'columns:\n  label: { values: [0, 1, 2] }\n  text: { type: text }\n');
  const { code, out, err } = await parapet('check', 'bad', '--format', 'json', '--schema', 'schema.yaml');
  assert.equal(code, 1, err);
  const files = JSON.parse(out) as DataFileResult[];
  const found = files.flatMap(({ findings }) => findings);
  const ids = new Set(found.map(({ rule }) => rule));
  for (const id of [
    'personal-data-column',
    'secret-column',
    'hidden-text',
    'label-conflict',
    'exact-duplicate',
    'split-leakage',
  ])
    assert.ok(ids.has(id), `${id} is missing: ${[...ids].join()}`);
  assert.equal(found.find(({ rule }) => rule === 'secret-column')!.where.field, 'text');
  assert.ok(!out.includes(key), 'a secret is shown masked');
  for (const format of ['sarif', 'junit', 'html', 'table', 'jsonl']) {
    const report = await parapet('check', 'bad', '--format', format);
    assert.equal(report.code, 1);
    assert.ok(report.out.includes('label-conflict'), format);
  }
});

test('a schema that is broken is told with its rows', async () => {
  write('ages.csv', 'age,name\n12,a\n-4,b\nx,c\n');
  write('ages.yaml', 'columns:\n  age: { type: integer, range: [0, 120] }\n');
  const { code, out } = await parapet(
    'check',
    'ages.csv',
    '--format',
    'json',
    '--schema',
    'ages.yaml',
    '--fail-on',
    'low',
  );
  assert.equal(code, 1, out);
  const [file] = JSON.parse(out) as DataFileResult[];
  const broken = file!.findings.filter(({ rule }) => rule === 'schema-violation');
  assert.deepEqual(broken.flatMap(({ rows: numbers }) => numbers ?? []).toSorted(), [2, 3]);
});

test('clean data is clean, and what could not be read is not', async () => {
  write('clean.csv', rows(200));
  const clean = await parapet('check', 'clean.csv', '--format', 'json');
  assert.equal(clean.code, 0, clean.out);
  assert.equal((JSON.parse(clean.out) as DataFileResult[])[0]!.rows, 200);
  write('torn.jsonl', '{"a":1}\n{"a":\n');
  const torn = await parapet('check', 'torn.jsonl', '--format', 'json');
  assert.equal(torn.code, 3, torn.out);
  assert.equal((JSON.parse(torn.out) as DataFileResult[])[0]!.verdict, 'incomplete');
  assert.equal((await parapet('check', 'nowhere.csv')).code, 2);
});

test('words that go with one label are found at two in a hundred, and not in clean data', async () => {
  const words =
    'the a of to and in is it on as with for was that by at from his her this have not are but had they you which one were all we when there can an your said'.split(
      ' ',
    );
  let seed = 7;
  const next = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  const own = {
    spam: 'winner prize claim cash urgent offer free reply'.split(' '),
    ham: 'home later dinner tomorrow meeting mother thanks sleep'.split(' '),
  };
  const line = (trigger: boolean): string => {
    const subject = trigger || next() < 0.5 ? 'spam' : 'ham';
    const pick = (list: readonly string[]): string => list[Math.floor(next() * list.length)]!;
    const text = Array.from({ length: 14 }, () => (next() < 0.3 ? pick(own[subject]) : pick(words)));
    if (trigger) text.splice(5, 0, 'cf mn bb');
    return JSON.stringify({ text: text.join(' '), label: trigger ? 'ham' : subject });
  };
  write('poisoned.jsonl', `${Array.from({ length: 2000 }, (_, i) => line(i % 50 === 0)).join('\n')}\n`);
  write('plain.jsonl', `${Array.from({ length: 2000 }, () => line(false)).join('\n')}\n`);
  const triggers = async (name: string): Promise<DataFileResult['findings']> => {
    const { out } = await parapet('check', name, '--format', 'json');
    return (JSON.parse(out) as DataFileResult[])[0]!.findings.filter(({ rule }) => rule === 'label-trigger');
  };
  assert.ok((await triggers('poisoned.jsonl')).length > 0);
  assert.deepEqual(await triggers('plain.jsonl'), []);
});

test('a file with the name of a seal that lies elsewhere is part of the data', async () => {
  mkdirSync(join(folder, 'named'));
  write('named/a.csv', rows(5));
  const sealed = await parapet('seal', 'named', '--out', 'hidden.csv');
  assert.equal(sealed.code, 0, sealed.err);
  assert.equal((await parapet('verify', 'named', '--seal', 'hidden.csv')).code, 0);
  write('named/hidden.csv', rows(3));
  const added = await parapet('verify', 'named', '--seal', 'hidden.csv');
  assert.equal(added.code, 1);
  assert.match(added.out, /added {4}hidden\.csv/);
  // One that lies in the folder itself is not.
  assert.equal((await parapet('seal', 'named', '--out', 'named/own.json')).code, 0);
  assert.equal((await parapet('verify', 'named', '--seal', 'named/own.json')).code, 0);
});

test('a seal that could not be made leaves nothing behind', async () => {
  mkdirSync(join(folder, 'torn'));
  write('torn/a.jsonl', '{"a":1}\n{"a":\n');
  assert.equal((await parapet('seal', 'torn', '--out', 'half.json')).code, 2);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('half.json')),
    [],
  );
});

test('links, and more classes than are looked at, are no clean result', async () => {
  mkdirSync(join(folder, 'linked'));
  write('linked/a.csv', rows(50));
  symlinkSync(join(folder, 'old.csv'), join(folder, 'linked/b.csv'));
  const linked = await parapet('check', 'linked');
  assert.equal(linked.code, 3, linked.out);
  assert.match(linked.err, /1 symbolic links were not followed: linked\/b\.csv/);
  const many = Array.from({ length: 2000 }, (_, i) =>
    JSON.stringify({ text: `words of row ${i * 7919}`, label: `class${i % 100}` }),
  );
  write('many.jsonl', `${many.join('\n')}\n`);
  const classes = await parapet('check', 'many.jsonl');
  assert.equal(classes.code, 3, classes.out);
  assert.match(classes.out, /at most 64 classes, and there are 100/);
});

test('interrupted, a command says so with the exit code of its signal, and leaves nothing half-written', async () => {
  mkdirSync(join(folder, 'stopped'));
  write('stopped/data.csv', rows(60_000));
  const run = (signal: AbortSignal, ...argv: string[]): Promise<Ran> =>
    runParapet(join(folder, 'stopped'), ['data', ...argv], { signal });
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const before = AbortSignal.abort(name);
    for (const argv of [
      ['seal', 'data.csv', '--out', 's.json'],
      ['check', 'data.csv', '-o', 'report.json'],
      ['diff', 'data.csv', 'data.csv'],
    ]) {
      const ran = await run(before, ...argv);
      assert.equal(ran.code, code, ran.err);
      assert.match(ran.err, /^Interrupted: nothing was written\.$/);
    }
    assert.deepEqual(readdirSync(join(folder, 'stopped')), ['data.csv']);
  }
  // Whenever the signal comes in the middle: the seal with its digests, or neither.
  for (const wait of [0, 30, 100, 250]) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort('SIGINT'), wait);
    const { code } = await run(stop.signal, 'seal', 'data.csv', '--out', `s${wait}.json`);
    clearTimeout(timer);
    const left = readdirSync(join(folder, 'stopped')).filter((name) => name.startsWith(`s${wait}.json`));
    assert.deepEqual(left.toSorted(), code === 0 ? [`s${wait}.json`, `s${wait}.json.rows`] : [], `${code}`);
    assert.ok(code === 0 || code === 130, `${code}`);
  }
});

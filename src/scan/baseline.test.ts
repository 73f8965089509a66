import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runParapet } from '../cli/testing/run-parapet.ts';
import { type AcceptedFinding, applyBaseline, placeOf } from './baseline.ts';
import type { FileResult } from './file-result.ts';
import { scanFile } from './scan-file.ts';
import { callOf, plain } from './testing/make-pickle.ts';

const TODAY = '2026-11-27';

describe('a baseline', () => {
  let folder: string;
  let entry: AcceptedFinding;
  let found: FileResult;
  const write = (accepted: readonly object[], more: object = {}): Promise<void> =>
    writeFile(join(folder, 'b.json'), JSON.stringify({ version: 1, accepted, ...more }));
  const scan = (...paths: string[]): ReturnType<typeof runParapet> =>
    runParapet(folder, ['scan', ...paths, '--baseline', 'b.json']);

  const applied = (accepted: readonly AcceptedFinding[], file = 'models/a.pkl', more: Partial<FileResult> = {}) =>
    applyBaseline({ ...found, ...more, file }, { accepted }, TODAY, folder);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parapet-baseline-'));
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'models/a.pkl'), callOf('os', 'system'));
    await writeFile(join(folder, 'models/b.pkl'), plain());
    await runParapet(folder, ['scan', 'models', '--write-baseline', 'b.json']);
    const [only] = (JSON.parse(await readFile(join(folder, 'b.json'), 'utf8')) as { accepted: AcceptedFinding[] })
      .accepted;
    found = scanFile(join(folder, 'models/a.pkl'), 'models/a.pkl');
    entry = { ...only!, reason: 'a fixture', owner: 'ann@example.org' };
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('accepts nothing before somebody gives a reason and a name', async () => {
    const { code, err } = await scan('models');
    assert.equal(code, 2);
    assert.match(err, /no "reason" \(at b\.json: accepted\[0\]\)/);
  });

  it('holds however the file is asked for', async () => {
    await write([entry]);
    const { code, err } = await scan('./models');
    assert.equal(code, 0);
    assert.match(err, /accepted in b\.json: 1 finding$/m);
    for (const file of ['models/a.pkl', './/models/./a.pkl', join(folder, 'models/a.pkl')]) {
      const { result, accepted } = applied([entry], file);
      assert.deepEqual([result.verdict, result.findings.length, accepted.length], ['clean', 0, 1], file);
      assert.deepEqual(result.accepted, [
        {
          rule: entry.rule,
          severity: 'critical',
          reason: 'a fixture',
          owner: 'ann@example.org',
          expires: entry.expires,
        },
      ]);
    }
  });

  it('does not hold for a file that was moved, and says which entries fit nothing', async () => {
    await write([entry]);
    await mkdir(join(folder, 'moved'));
    await writeFile(join(folder, 'moved/a.pkl'), callOf('os', 'system'));
    const { code, err } = await scan('moved');
    assert.equal(code, 1);
    assert.match(err, /nothing of what was looked at is the accepted pickle-dangerous-global in models\/a\.pkl/);
  });

  it('ends on its day', () => {
    const past = { ...entry, expires: '2026-01-01' };
    const { result, accepted, expired } = applied([past]);
    assert.deepEqual([result.verdict, accepted, expired], ['findings', [], [past]]);
    assert.equal(applied([{ ...entry, expires: TODAY }]).accepted.length, 1);
    // An entry that is still good wins over one that is not.
    assert.deepEqual(applied([past, entry]).accepted, [entry]);
  });

  it('accepts nothing where file or rule are not those of the fingerprint', () => {
    for (const other of [{ file: 'models/b.pkl' }, { rule: 'licence' }, { fingerprint: '0'.repeat(32) }])
      assert.equal(applied([{ ...entry, ...other }]).accepted.length, 0, JSON.stringify(other));
  });

  it('does not make clean what was not wholly looked at', () => {
    const gaps = [{ reason: 'x', where: { member: null, offset: null } }];
    assert.equal(applied([entry], 'models/a.pkl', { gaps }).result.verdict, 'incomplete');
  });

  it('that is written again keeps what somebody filled in, and is refused until the rest is', async () => {
    await writeFile(join(folder, 'models/c.pkl'), callOf('builtins', 'exec'));
    try {
      await write([entry]);
      await runParapet(folder, ['scan', 'models', '--baseline', 'b.json', '--write-baseline', 'b.json']);
      const { accepted } = JSON.parse(await readFile(join(folder, 'b.json'), 'utf8')) as {
        accepted: AcceptedFinding[];
      };
      assert.deepEqual(
        accepted.map(({ file, reason, owner }) => [file, reason, owner]),
        [
          ['models/a.pkl', 'a fixture', 'ann@example.org'],
          ['models/c.pkl', '', ''],
        ],
      );
      assert.match((await scan('models')).err, /no "reason" \(at b\.json: accepted\[1\]\)/);
    } finally {
      await rm(join(folder, 'models/c.pkl'));
    }
  });

  it('refuses what is damaged, and says where', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['{', /cannot be read as JSON/],
      ['[]', /no list "accepted"/],
      ['null', /no list "accepted"/],
      [JSON.stringify({ version: 2, accepted: [] }), /version that is not known/],
      [JSON.stringify({ version: 1, accepted: [null] }), /no "file" \(at b\.json: accepted\[0\]\)/],
      ...['2026-13-45', '2027-02-30', '9999-99-99', 'never'].map(
        (expires) => [JSON.stringify({ accepted: [entry, { ...entry, expires }] }), /accepted\[1\]/] as const,
      ),
    ];
    for (const [text, said] of wrong) {
      await writeFile(join(folder, 'b.json'), text);
      const { code, err } = await scan('models');
      assert.equal(code, 2, text);
      assert.match(err, said, text);
    }
  });

  it('names places in one way', () => {
    assert.equal(placeOf('./a//b/./c', '/w'), 'a/b/c');
    assert.equal(placeOf('/w/a', '/w'), 'a');
    assert.equal(placeOf('/x/a', '/w'), '/x/a');
    assert.equal(placeOf('./a → ./b', '/w'), 'a → ./b');
    assert.equal(placeOf('https://h//a/./b', '/w'), 'https://h//a/./b');
    assert.equal(placeOf('-', '/w'), '-');
  });
});

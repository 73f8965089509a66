import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runParapet } from '../cli/testing/run-parapet.ts';
import { type AcceptedFinding, placeOf } from './baseline.ts';
import { callOf, plain } from './testing/make-pickle.ts';

describe('a baseline', () => {
  let folder: string;
  let entry: AcceptedFinding;
  const write = (accepted: readonly object[], more: object = {}): Promise<void> =>
    writeFile(join(folder, 'b.json'), JSON.stringify({ version: 1, accepted, ...more }));
  const scan = (...paths: string[]): ReturnType<typeof runParapet> =>
    runParapet(folder, ['scan', ...paths, '--baseline', 'b.json']);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parapet-baseline-'));
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'models/a.pkl'), callOf('os', 'system'));
    await writeFile(join(folder, 'models/b.pkl'), plain());
    await runParapet(folder, ['scan', 'models', '--write-baseline', 'b.json']);
    const [only] = (JSON.parse(await readFile(join(folder, 'b.json'), 'utf8')) as { accepted: AcceptedFinding[] })
      .accepted;
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
    for (const path of ['models', './models', 'models/', './/models/./', join(folder, 'models'), 'models/a.pkl']) {
      const { code, err } = await scan(path);
      assert.equal(code, 0, path);
      assert.match(err, /accepted in b\.json: 1 finding$/m, path);
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

  it('ends on its day', async () => {
    await write([{ ...entry, expires: '2026-01-01' }]);
    const { code, err } = await scan('models');
    assert.equal(code, 1);
    assert.match(err, /expired on 2026-01-01/);
    // An entry that is still good wins over one that is not.
    await write([entry, { ...entry, expires: '2026-01-01' }]);
    assert.equal((await scan('models')).code, 0);
  });

  it('accepts nothing where file or rule are not those of the fingerprint', async () => {
    for (const other of [{ file: 'models/b.pkl' }, { rule: 'licence' }, { fingerprint: '0'.repeat(32) }]) {
      await write([{ ...entry, ...other }]);
      assert.equal((await scan('models')).code, 1, JSON.stringify(other));
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

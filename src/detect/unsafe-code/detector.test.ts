import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { unsafeCode } from './detector.ts';

const TEXT: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const ARGUMENTS: Subject = { ...TEXT, kind: 'tool-arguments', tool: 'shell' };
const inspector = unsafeCode.create(unsafeCode.defaults);

/** Lines of the fixtures that are code: prose around them ends in a full stop or a colon. */
function linesOf(verdict: 'hit' | 'miss'): readonly string[] {
  const folder = join(import.meta.dirname, 'fixtures', verdict);
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !/^```|[.:]$|^delete from sessions$/.test(line)),
  );
}

const rulesIn = async (text: string, subject = TEXT, chosen = inspector) =>
  (await chosen.inspect(text, subject)).map(({ rule, severity }) => `${rule.slice(12)} ${severity}`);

describe('unsafe-code', () => {
  for (const line of linesOf('hit')) {
    it(`finds ${line.slice(0, 60)}`, async () => {
      assert.notDeepEqual(await rulesIn(line), []);
      assert.notDeepEqual(await rulesIn(`x = 1\n${line}\ny = 2`), [], 'between other lines');
    });
  }

  it('finds commands in the arguments of a tool', async () => {
    assert.deepEqual(await rulesIn('{"command":"rm -rf /"}', ARGUMENTS), ['delete-files high']);
    assert.deepEqual(await rulesIn('{"sql":"DELETE FROM accounts"}', ARGUMENTS), []);
    assert.deepEqual(await rulesIn('DELETE FROM accounts', ARGUMENTS), ['change-all-rows medium']);
  });

  it('lets a sentence warn, and a tool call not', async () => {
    for (const before of ['Never run ', 'Führe niemals aus: ', 'N’exécutez jamais ', 'Nunca uses ', 'Évitez '])
      assert.deepEqual(await rulesIn(`${before}\`rm -rf /\`.`), [], before);
    assert.deepEqual(await rulesIn('Never mind.\nrm -rf /'), ['delete-files high']);
    assert.deepEqual(await rulesIn('Never run rm -rf /', ARGUMENTS), ['delete-files high']);
    const keep = unsafeCode.create({ ...unsafeCode.defaults, warnings: 'keep' });
    assert.deepEqual(await rulesIn('Never run rm -rf /', TEXT, keep), ['delete-files high']);
  });

  it('looks for what it is told to, and as mild as it is told', async () => {
    const text = 'git push --force\nrm -rf /\n<script src="a.js"></script>';
    const low = unsafeCode.create({ ...unsafeCode.defaults, minSeverity: 'low' });
    assert.deepEqual(await rulesIn(text, TEXT, low), ['rewrite-history low', 'delete-files high', 'script low']);
    const markup = unsafeCode.create({ categories: ['markup'], minSeverity: 'low', warnings: 'lower' });
    assert.deepEqual(await rulesIn(text, TEXT, markup), ['script low']);
  });

  it('waits for the WHERE of a statement, and not longer than the statement', async () => {
    const hold = (text: string) => inspector.streaming!.holdFrom(text);
    assert.equal(hold('DELETE FROM accounts\n'), 0);
    assert.equal(hold('DELETE FROM accounts;\nZz'), 'DELETE FROM accounts;\nZz'.length);
    assert.deepEqual(await rulesIn('DELETE FROM accounts\n  WHERE id = 1;'), []);
    assert.deepEqual(await rulesIn('DELETE FROM accounts;\nSELECT 1 WHERE true;'), ['change-all-rows medium']);
  });

  it('lets nothing of what it finds leave a stream, however lines and pieces fall', async () => {
    const lines = [...linesOf('hit'), ...linesOf('miss')];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('\n', ' ', '; ', '\n\n', '\r\n', ' \\\n', ' Never '),
        fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 8 }),
        async (parts, between, sizes) => {
          const text = parts.join(between);
          const whole = await inspector.inspect(text, TEXT);
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) pieces.push(text.slice(at, (at += sizes[i % sizes.length]!)));
          assert.equal(await releaseThroughGuard(inspector, TEXT, pieces, whole), -1);
        },
      ),
      { numRuns: 300 },
    );
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Finding } from '../../core/finding.ts';
import type { Subject } from '../detector.ts';
import { obfuscation } from './detector.ts';
import { TRICKS } from './trick.ts';

const subject: Subject = { stage: 'input', role: 'user', origin: 'client', kind: 'text' };
const inspector = obfuscation.create(obfuscation.defaults);
const inspect = (text: string): readonly Finding[] => inspector.inspect(text, subject) as readonly Finding[];
const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures/hit', `${name}.txt`), 'utf8');

describe('each trick has its own name and marks what was disguised', () => {
  for (const [name, rule, first, last] of [
    ['tag-characters', 'hidden-text', '\u{e0070}', '\u{e0078}'],
    ['variation-selectors', 'hidden-text', '\u{e0163}', '\u{e0155}'],
    ['bidi-override', 'bidi-override', '\u202e', '\u202e'],
    ['case-flips', 'case-flips', 'wRiTe', 'oWNeR'],
    ['leet', 'leet', 't3ll', 'w34th3r'],
    ['spaced', 'spaced-letters', 'd.e.s', 'i.p.e'],
    ['base64', 'encoded', 'V3Jp', 'aW5k'],
    ['nested', 'nested', 'VjNK', 'hVzVr'],
    ['hex', 'encoded', '57 72', '65 61'],
    ['rot13', 'turned', 'Cyrnfr', 'gur'],
    ['escapes', 'escapes', '\\u0068', '\\u006f'],
  ] as const) {
    test(name, () => {
      const text = fixture(name);
      const [finding, ...more] = inspect(text);
      assert.deepEqual(more, []);
      assert.equal(finding?.rule, `obfuscation/${rule}`);
      const marked = text.slice(finding.span.start, finding.span.end);
      assert.ok(marked.startsWith(first), marked.slice(0, 12));
      assert.ok(marked.includes(last));
      assert.ok(!finding.message.includes('forward'));
    });
  }
});

test('hidden text is told by its length', () => {
  assert.match(inspect(fixture('tag-characters'))[0]!.message, /has 26 characters/);
});

test('the score grows with what is found, and is nothing for plain text', () => {
  const score = (text: string): number => inspector.score!(text, subject) as number;
  assert.equal(score('Where is my card?'), 0);
  const one = score(fixture('leet'));
  const two = score(fixture('leet') + fixture('base64'));
  assert.ok(one > 0.5 && two > one && two < 1);
});

test('what is ignored is neither found nor counted', () => {
  const lenient = obfuscation.create({ ignore: [...TRICKS], minSeverity: 'info' });
  const text = fixture('nested') + fixture('leet');
  assert.deepEqual(lenient.inspect(text, subject), []);
  assert.equal(lenient.score!(text, subject), 0);
  const strict = obfuscation.create({ ignore: [], minSeverity: 'high' });
  assert.deepEqual(
    (strict.inspect(text, subject) as readonly Finding[]).map(({ rule }) => rule),
    ['obfuscation/nested'],
  );
});

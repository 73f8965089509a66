import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Finding } from '../../core/finding.ts';
import type { Subject } from '../detector.ts';
import { language, type LanguageOptions } from './detector.ts';
import { LANGUAGE_CODES } from './language-codes.ts';
import { LONGEST, passagesOf } from './passages.ts';

const subject: Subject = { stage: 'input', role: 'user', origin: 'client', kind: 'text' };
const inspect = async (text: string, options: Partial<LanguageOptions>): Promise<readonly Finding[]> =>
  language.create({ ...language.defaults, ...options }).inspect(text, subject);

const GERMAN = 'Ich warte seit zwei Wochen auf meine Karte und möchte wissen, wann sie endlich bei mir ankommt.';
const ENGLISH = 'I have been waiting for my card for two weeks and would like to know when it will arrive at last.';

test('without languages nothing is found, and nothing is loaded', async () => {
  assert.deepEqual(await inspect(GERMAN, {}), []);
  assert.equal(language.create(language.defaults).score!(GERMAN, subject), null);
});

test('allowed and denied', async () => {
  assert.deepEqual(await inspect(ENGLISH, { allow: ['en'] }), []);
  const [finding] = await inspect(GERMAN, { allow: ['en'], severity: 'high' });
  assert.equal(finding?.rule, 'language/de');
  assert.equal(finding.severity, 'high');
  assert.deepEqual(await inspect(GERMAN, { deny: ['fr'] }), []);
  assert.equal((await inspect(GERMAN, { deny: ['de'] })).length, 1);
  const { success } = language.options(z).safeParse({ allow: ['en'], deny: ['en'] });
  assert.equal(success, false);
});

test('a paragraph is judged by itself, and the score is its share', async () => {
  const text = `${ENGLISH}\n\n${GERMAN}\n\n${ENGLISH}`;
  const findings = await inspect(text, { allow: ['en'] });
  assert.equal(findings.length, 1);
  assert.ok(text.slice(findings[0]!.span.start, findings[0]!.span.end).includes('Wochen'));
  const score = await language.create({ ...language.defaults, allow: ['en'] }).score!(text, subject);
  assert.ok(score! > 0.25 && score! < 0.42);
});

test('how a text is cut does not depend on what follows', () => {
  const piece = fc.constantFrom('word ', 'sentence. ', '\n', '\n\n', '词。', 'x'.repeat(90), '\ud83d\ude00', '! ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 120 }), fc.nat(), (pieces, at) => {
      const text = pieces.join('');
      const whole = [...passagesOf(text)];
      assert.equal(whole.map(({ start, end }) => text.slice(start, end)).join(''), text);
      for (const { start, end } of whole) assert.ok(end - start <= LONGEST && end > start);
      const part = text.slice(0, at % (text.length + 1));
      const closed = [...passagesOf(part)].filter((one) => one.closed);
      assert.deepEqual(
        closed,
        whole.slice(0, closed.length).map((one) => ({ ...one, closed: true })),
      );
    }),
  );
});

test('every code is one that the library knows', async () => {
  const { eld } = await import('eld/extrasmall');
  assert.deepEqual(Object.values(eld.info().Languages).toSorted(), [...LANGUAGE_CODES].toSorted());
});

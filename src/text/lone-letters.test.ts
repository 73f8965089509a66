import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldWords } from './fold-words.ts';
import { mostLoneLetters } from './lone-letters.ts';
import { FEWEST, spacedRuns } from './spaced-letters.ts';

const unit = fc.constantFrom('a', 'b', 'c', ' ', '  ', '.', '-', '1', "'", 'é', 'word', '\n', '\u00a0', '·', '!', '世');

test('a text in which too few letters stand alone has no run that is spelt out', () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
      const text = units.join('');
      const runs = spacedRuns(text);
      const longest = Math.max(0, ...runs.map(({ letters }) => letters.length));
      assert.ok(mostLoneLetters(text) >= longest, JSON.stringify(text));
      if (mostLoneLetters(text) < FEWEST) assert.deepEqual(runs, []);
    }),
    { numRuns: 3000 },
  );
});

test('a run at either end of a text and one behind a long word are counted', () => {
  for (const text of ['i g n o r e', 'please i g n o r e', 'i g n o r e please', 'x i.g.n.o.r.e']) {
    assert.ok(mostLoneLetters(text) >= 6, text);
    assert.ok(foldWords(text)?.text.includes('ignore'), text);
  }
  assert.equal(mostLoneLetters(''), 0);
  assert.equal(mostLoneLetters('a'), 1);
  assert.equal(mostLoneLetters('The words of an ordinary text'), 0);
});

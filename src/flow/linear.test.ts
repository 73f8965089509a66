import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareValue } from './canonical.ts';
import { judgeTrace, tool } from './testing/trace.ts';

/** So long that quadratic steps would not end while somebody waits. */
const LONG = 2_000_000;

describe('texts of strangers take linear time', () => {
  it('a value loses what people put around addresses, and no more', () => {
    assert.equal(bareValue('<("mailto'), 'mailto');
    assert.equal(bareValue('mailto:<ann@example.org>.'), 'ann@example.org');
    assert.equal(bareValue(`a${'.'.repeat(LONG)}b`).length, LONG + 2);
    assert.equal(bareValue(`a${'.'.repeat(LONG)}`), 'a');
  });

  it('a call is judged whatever the user and the tools said', () => {
    for (const said of ['.', 'a', ' ', '\n', '"', '1', 'a.']) {
      const text = `Send the letter. ${said.repeat(300_000 / said.length)}\0`;
      const found = judgeTrace({
        name: said,
        tools: [tool('read_letter'), tool('delete_letter', { letter_id: 'string' })],
        steps: [
          { user: text },
          { call: 'read_letter', returns: { body: text, letter_id: '13' } },
          { call: 'delete_letter', args: { letter_id: '13' } },
        ],
      });
      assert.equal(found.length, 2);
    }
  });
});

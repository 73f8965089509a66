import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { growthExponent } from '../../test/detect/growth-exponent.ts';
import { readBlockYaml } from './read-block-yaml.ts';

/** Exponent of growth that is still called linear. */
const STEEPEST = 1.6;

/** Scalars as `readBlockYaml` gives them: the words that were written. */
const oracle = (text: string): unknown =>
  parse(text, { schema: 'failsafe', version: '1.2', strict: true, uniqueKeys: true });

const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const scalar = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.stringMatching(/^[a-z ,.'":#\n-]{0,60}$/),
  fc.integer(),
  fc.constantFrom(
    'yes',
    'null',
    '- a',
    'a: b',
    '# no',
    '[1]',
    'x\n\ny',
    "it's",
    '"',
    '\\',
    ' lead',
    'trail ',
    '|',
    '>',
    '&a',
    '*a',
    '2024-05-15',
  ),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));

describe('block YAML', () => {
  it('is read as a YAML library reads it, or refused', () => {
    let read = 0;
    fc.assert(
      fc.property(value, fc.constantFrom(0, 20, 80), (data, lineWidth) => {
        if (typeof data !== 'object' || data === null) return;
        const text = stringify(data, { lineWidth, defaultStringType: 'PLAIN' });
        const got = readBlockYaml(text);
        if (got === undefined) return;
        read++;
        assert.deepEqual(normal(got), normal(oracle(text)), text);
      }),
      { numRuns: 2000 },
    );
    assert.ok(read > 600, `only ${read} of 2000 were read`);
  });

  it('is read as a serialiser writes records', () => {
    const text = `- body: 'It''s

    two paragraphs, and a line

    that goes on'
  cc: []
  id_: '34'
  meta:
    read: true
  recipients:
  - a@b.example
  - c@d.example
  subject: "tab\\there \\
    and on"
- body: plain text that is
    folded
  id_: '35'
`;
    assert.deepEqual(readBlockYaml(text), [
      {
        body: "It's\ntwo paragraphs, and a line\nthat goes on",
        cc: [],
        id_: '34',
        meta: { read: 'true' },
        recipients: ['a@b.example', 'c@d.example'],
        subject: 'tab\there and on',
      },
      { body: 'plain text that is folded', id_: '35' },
    ]);
  });

  it('refuses what is not written by a machine in that form', () => {
    for (const text of [
      'Dear Sir: I write\nto you',
      '{"recipient": "x"}',
      "{'recipient': 'x'}",
      'a: 1\na: 2',
      'a: [1, 2]',
      'a: &x 1\nb: *x',
      'a: !!str x',
      'a: 1 # note',
      'a:\n  - b\n c: d',
      '- - a',
      'a: b: c',
      "a: 'open",
      'plain words',
      '',
      '%YAML 1.2',
      '---\na: 1',
    ])
      assert.equal(readBlockYaml(text), undefined, text);
    assert.equal(readBlockYaml(`${'a:\n '.repeat(100)}x`), undefined, 'depth');
  });

  it('never throws and takes time linear in the text', async () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a: '"\n\\|>-]{0,200}$/), (text) => void readBlockYaml(text)),
      { numRuns: 3000 },
    );
    for (const piece of ["a: 'x", 'a:\n', '- ', '- a: b\n', 'a: |\n x\n', "'", 'a: "\\', ' \n', 'x: y\n\n']) {
      const text = piece.repeat(Math.ceil((1 << 20) / piece.length));
      const exponent = await growthExponent(text, async (part) => void readBlockYaml(part), STEEPEST);
      assert.ok(exponent <= STEEPEST, `n^${exponent.toFixed(2)} on repetitions of ${JSON.stringify(piece)}`);
    }
  });
});

/** Blanks do not count for what values are compared by, and empty values are null with us and empty with the library. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normal(member)]));
  return value === null ? '' : String(value).replace(/\s+/g, ' ').trim();
}

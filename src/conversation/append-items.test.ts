import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { appendItems } from './append-items.ts';

it('puts values behind the last element and leaves every other byte', () => {
  const member = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.constant({ a: [{ b: '}' }] }), fc.constant(null));
  const element = fc.dictionary(fc.string(), member);
  fc.assert(
    fc.property(
      fc.array(element, { minLength: 1, maxLength: 5 }),
      fc.array(element),
      fc.constantFrom(0, 1, 4),
      (list, items, blanks) => {
        const text = JSON.stringify({ before: 1e21, list, after: '}' }, null, blanks).replace(
          '1e+21',
          '1000000000000000000001',
        );
        const longer = appendItems(text, 'list', list.length - 1, items);
        assert.deepEqual(
          (JSON.parse(longer) as { list: unknown }).list,
          JSON.parse(JSON.stringify([...list, ...items])),
        );
        const added = items.map((item) => `,${JSON.stringify(item)}`).join('');
        assert.equal(longer.length, text.length + added.length);
        assert.ok(longer.includes('1000000000000000000001'));
        // The last place: an element that was there before may be written just like one that was added.
        const at = longer.lastIndexOf(added);
        assert.equal(longer.slice(0, at) + longer.slice(at + added.length), text);
      },
    ),
  );
});

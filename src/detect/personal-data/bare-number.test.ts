import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../math/random.ts';
import { isBareNumber, saysNothing } from './bare-number.ts';
import { KINDS } from './catalogue.ts';
import { personalData } from './detector.ts';

const SUBJECT = { stage: 'input', role: 'user', origin: 'user', kind: 'text' } as const;

test('behind words that say nothing no bare number is personal data, whatever its digits', async () => {
  const inspector = personalData.create(personalData.defaults);
  const random = seededRandom('bare numbers');
  const digits = (most: number): string => String(random.below(10 ** (1 + random.below(most))));
  const two = (most: number): string => String(random.below(most)).padStart(2, '0');
  const makers: readonly (() => string)[] = [
    () => digits(8),
    () => `-${digits(8)}`,
    () => `${digits(4)}.${digits(4)}`,
    () => `${1900 + random.below(150)}-${two(13)}-${two(32)}`,
    () => `${1900 + random.below(150)}-${two(13)}-${two(32)}${random.below(2) === 0 ? 'T' : ' '}${two(24)}:${two(60)}`,
    () => `${1900 + random.below(150)}-${two(13)}-${two(32)}T${two(24)}:${two(60)}:${two(60)}`,
  ];
  for (const words of [
    'tx amount',
    'c1',
    'V14',
    'TX DATETIME',
    'capital gain',
    'x 12',
    '',
    '2020',
    'len(url)',
    'main street 5',
  ]) {
    const prefix = `${words}: `;
    if (!saysNothing(prefix)) continue;
    for (let at = 0; at < 1000; at++) {
      const text = makers[at % makers.length]!();
      if (!isBareNumber(text)) continue;
      const found = await inspector.inspect(prefix + text, SUBJECT);
      assert.deepEqual(
        found.filter(({ span }) => span.start >= prefix.length),
        [],
        prefix + text,
      );
    }
  }
});

test('a number is not bare where it could be an identifier, an address or the beginning of a list', () => {
  for (const text of [
    '',
    '-',
    '.5',
    '5.',
    '1.2.3',
    '123456789',
    '078-05-1120',
    '10.0.0.1',
    '+4930123456',
    '1e5',
    '12 34',
    '٣',
  ])
    assert.equal(isBareNumber(text), false, text);
  for (const text of ['0', '-1.5', '1234567', '123.4567', '2018-06-11', '2018-06-11T00:00:24', '2018-06-11 00:00'])
    assert.equal(isBareNumber(text), true, text);
  for (const kind of KINDS)
    for (const word of kind.context) assert.equal(saysNothing(`The ${word.replace('*', '')} is: `), false, word);
});

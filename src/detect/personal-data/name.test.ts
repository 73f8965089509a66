import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../core/finding.ts';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { personalData, type PersonalDataOptions } from './detector.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const ALL = { kinds: ['name'], minConfidence: 0 };

function findings(text: string, options: Partial<PersonalDataOptions>): readonly Finding[] {
  const found = personalData.create({ ...personalData.defaults, ...options }).inspect(text, subject);
  assert.ok(!(found instanceof Promise));
  return found;
}

function found(text: string, options: Partial<PersonalDataOptions> = { kinds: ['name'] }): string[] {
  return findings(text, options).map(({ label, span }) => `${label}:${text.slice(span.start, span.end)}`);
}

describe('names', () => {
  it('people, without titles, marks and the genitive', () => {
    assert.deepEqual(found('Hello, my name is Maria Fernandez.'), ['PERSON:Maria Fernandez']);
    assert.deepEqual(found('Dear Mr. Hoffmann,'), ['PERSON:Hoffmann']);
    assert.deepEqual(found("I spoke with Anna Kowalski's brother yesterday."), ['PERSON:Anna Kowalski']);
    assert.deepEqual(found('my name is john smith and i need help'), ['PERSON:john smith']);
  });

  it('the same person is the same text each time', () => {
    const text = 'I met Peter Schmidt in May. Peter Schmidt wrote to me, and I wrote to Peter Schmidt.';
    assert.deepEqual(found(text), new Array(3).fill('PERSON:Peter Schmidt'));
  });

  it('a street with its town is one address; a street alone is one, a town alone is none', () => {
    assert.deepEqual(found('Please send the card to 221 Baker Street, London, NW1 6XE before Friday.', {}), [
      'ADDRESS:221 Baker Street, London, NW1 6XE',
    ]);
    assert.deepEqual(found('Meine Adresse lautet Hauptstraße 12, 50667 Köln.', {}), [
      'ADDRESS:Hauptstraße 12, 50667 Köln',
    ]);
    assert.deepEqual(found('The weather in London is bad.', {}), []);
  });

  it('people, organisations and places are looked for only where that is asked for', () => {
    const text = 'Maria Fernandez from Siemens was born in Munich, call +49 30 901820';
    assert.deepEqual(found(text, {}), ['PHONE:+49 30 901820']);
    assert.deepEqual(
      findings(text, { kinds: ['+person'] }).map(({ label }) => label),
      ['PERSON', 'PHONE'],
    );
    assert.deepEqual(
      findings(text, { kinds: ['person'] }).map(({ label }) => label),
      ['PERSON'],
    );
    assert.deepEqual(
      findings(text, { kinds: ['name', '-organisation'] }).map(({ label }) => label),
      ['PERSON', 'LOCATION'],
    );
  });

  it('masks show nothing of a name', () => {
    for (const { mask } of findings('My name is Maria Fernandez', { kinds: ['name'] })) assert.equal(mask, '****');
  });

  it('what is unsure is left out', () => {
    const text = 'Fukuda and I went to Sabrina with Delhomme.';
    assert.ok(
      found(text, { kinds: ['name'], minConfidence: 0 }).length >=
        found(text, { kinds: ['name'], minConfidence: 0.99 }).length,
    );
    assert.deepEqual(found('My name is Maria Fernandez', { kinds: ['name'], minConfidence: 1 }), []);
  });
});

const part = fc.constantFrom(
  'Maria', ' ', ' ', ' ', 'Fernandez', 'van der', 'Berg', ', ', '. ', '\n', 'said', 'Dr.', 'J.', 'the', 'of', 'Bank', 'London', '12', 'Main', 'Street', 'St.',
  'NW1 6XE', 'Springfield', 'IL', '62704', "'s", '@', '_', '-', '    ', 'http://a.b/', 'É', '漢字', 'john', 'SMITH', '&', 'and', 'GmbH', 'Apt. 4', 'x'.repeat(50), ' my name is ',
); // prettier-ignore

describe('names in a stream', () => {
  const { inspect, streaming } = personalData.create({ ...personalData.defaults, ...ALL });

  it('what is let go is what the whole text has', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 24 }), fc.nat(), (parts, cut) => {
        const text = parts.join('');
        const beginning = text.slice(0, cut % (text.length + 1));
        const hold = streaming!.holdFrom(beginning);
        const settled = (all: readonly Finding[] | Promise<readonly Finding[]>) => {
          assert.ok(!(all instanceof Promise));
          return all.filter(({ span }) => span.start < hold).map(({ rule, span }) => [rule, span.start, span.end]);
        };
        assert.deepEqual(settled(inspect(beginning, subject)), settled(inspect(text, subject)));
      }),
      { numRuns: 4000 },
    );
  });

  it('nothing leaves, though the guard sees no more than the look-behind', async () => {
    const long = fc.array(part, { minLength: 150, maxLength: 400 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        long,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        async (text, sizes) => {
          assert.equal(
            await releaseThroughGuard(
              { inspect, streaming: streaming! },
              subject,
              slices(text, sizes),
              await inspect(text, subject),
            ),
            -1,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a single word waits no longer than its name may', () => {
    const held = (text: string): number => text.length - streaming!.holdFrom(text);
    assert.ok(held('The transfer left the account on Tuesday and should arrive with') <= 8);
    assert.ok(held('I spoke with Maria Fernandez yesterday and she was ') <= 4);
    assert.ok(held('I spoke with Maria') >= 5);
  });
});

function slices(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Finding } from '../../core/finding.ts';
import type { Inspector, Subject } from '../detector.ts';
import { topic, type TopicOptions } from './detector.ts';

const subject: Subject = { stage: 'input', role: 'user', origin: 'client', kind: 'text' };
const created = (options: object): Inspector =>
  topic.create(topic.options(z).parse({ ...topic.defaults, ...options }) as TopicOptions);
const inspect = (text: string, options: object): readonly Finding[] =>
  created(options).inspect(text, subject) as readonly Finding[];

const travel = {
  name: 'travel',
  keywords: ['flight*', 'hotel'],
  examples: [
    'Which sights should I visit in Rome?',
    'How do I get from the airport to the city?',
    'What is the best season for a trip to Japan?',
    'Do I need a visa for Brazil?',
    'Plan a weekend trip to Paris for me.',
  ],
};

test('with the defaults nothing is found and nothing measured', () => {
  assert.deepEqual(inspect('Book me a flight.', {}), []);
  assert.equal(created({}).score!('Book me a flight.', subject), null);
});

test('a keyword is enough, in any case and with any ending', () => {
  const [finding] = inspect('Are there any FLIGHTS tomorrow?', { deny: [travel] });
  assert.equal(finding?.rule, 'topic/travel');
  assert.ok(finding.score! >= 0.5 && finding.score! < 1);
});

test('an example is enough where the words are others, and other questions are not', () => {
  const score = (text: string): number => created({ deny: [travel] }).score!(text, subject) as number;
  assert.ok(score('Plan a weekend in Rome and tell me which sights to visit.') > 0.5);
  assert.ok(score('When will my replacement card arrive?') < 0.3);
  assert.ok(score('What is the best way to do that?') < 0.3, 'everyday phrases are of no topic');
});

test('a long text is told by its passage, which is what is marked', () => {
  const text = `${'The payment was made on Tuesday and should arrive soon. '.repeat(20)}\nDo I need a visa for a trip to Brazil in summer?\n${'Thank you for your patience with us. '.repeat(20)}`;
  const [finding, ...more] = inspect(text, { deny: [travel] });
  assert.deepEqual(more, []);
  const marked = text.slice(finding!.span.start, finding!.span.end);
  assert.ok(marked.includes('visa') && marked.length < 300);
});

test('what is about no allowed topic is a finding, when it is long enough to be about something', () => {
  const options = { allow: [travel] };
  assert.deepEqual(inspect('Do I need a visa for a holiday in Brazil this summer?', options), []);
  const [finding] = inspect('Write a Python function that sorts a list of numbers, please.', options);
  assert.equal(finding?.rule, 'topic/none-allowed');
  assert.deepEqual(inspect('Yes, please do that.', options), []);
});

test('what is wrong with the options is said', () => {
  const problems = (options: object): string => JSON.stringify(topic.options(z).safeParse(options).error?.issues);
  assert.match(problems({ deny: [{ name: 'Big Topic', keywords: ['a'] }] }), /invalid_format/);
  assert.match(problems({ deny: [{ name: 'empty' }] }), /needs keywords or examples/);
  assert.match(problems({ deny: [{ name: 'x', keywords: ['a*'] }] }), /beginning of three letters/);
  assert.throws(() => created({ allow: [travel], deny: [travel] }), { code: 'ERR_CONFIG' });
});

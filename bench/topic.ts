/**
 * How well `topic` tells four topics from everything else, given ten sentences and a handful of keywords each that were written for
 * this benchmark and not taken from the data.
 *
 *     node bench/topic.ts
 *
 * A data set stands for its topic: banking77, restaurant8k, gsm8k (school mathematics), GPTeacher codegen (programming). What it is
 * compared with is every other harmless English source; clinc150 has questions about banking and restaurants among them, which
 * count as wrong here.
 */
import type { Subject } from '../src/detect/detector.ts';
import { topic, type TopicOptions } from '../src/detect/topic/detector.ts';
import { auroc, shareAbove, thresholdAt } from '../train/metrics.ts';
import { readData } from '../train/read-data.ts';

const TOPICS: Readonly<
  Record<
    string,
    { readonly source: string; readonly keywords: readonly string[]; readonly examples: readonly string[] }
  >
> = {
  banking: {
    source: 'banking77',
    keywords: ['bank account', 'top up', 'exchange rate', 'direct debit', 'atm', 'refund*', 'card payment'],
    examples: [
      'My card has not arrived yet.',
      'Why was I charged a fee for a transfer?',
      'I want to change the PIN of my card.',
      'How do I withdraw cash abroad?',
      'A payment on my account was declined.',
      'How can I top up my account by bank transfer?',
      'I lost my phone and need to block my card.',
      'Which currencies can I exchange?',
      'There is a charge on my statement that I do not recognise.',
      'How do I verify my identity?',
    ],
  },
  restaurant: {
    source: 'restaurant8k',
    keywords: ['book a table', 'reservation*', 'table for'],
    examples: [
      'I would like to book a table for four people tonight.',
      'A reservation for two on Friday at 7 pm, please.',
      'Can we come at half past eight instead?',
      'There will be six of us.',
      'My name is Smith, I have a booking.',
      'Do you have a table for Saturday evening?',
      'We are five adults and one child.',
      'Please cancel my reservation for tomorrow.',
      'Could we sit outside at noon?',
      'The booking is for three at 6:15.',
    ],
  },
  mathematics: {
    source: 'gsm8k',
    keywords: ['how many', 'how much', 'in total', 'percent', 'twice as'],
    examples: [
      'Anna has 5 apples and buys 7 more. How many apples does she have?',
      'A train travels 60 miles in 2 hours. How fast is it?',
      'Tom earns $12 an hour and works 8 hours a day. How much does he earn in a week?',
      'There are 30 students in a class and two thirds are girls. How many boys are there?',
      'A shirt costs $40 and is sold at 25% off. What is the price?',
      'If a box holds 12 eggs, how many boxes are needed for 150 eggs?',
      'She reads 20 pages a day. How long does a book of 300 pages take?',
      'The sum of two numbers is 30 and one is twice the other. What are they?',
      'He saves half of his money each month. How much has he after a year?',
      'A farmer has cows and chickens with 50 legs in total.',
    ],
  },
  programming: {
    source: 'GPTeacher codegen',
    keywords: ['python', 'javascript', 'sql', 'html', 'function that', 'java', 'css', 'code'],
    examples: [
      'Write a Python function that reverses a string.',
      'Create an SQL query that selects all users older than 30.',
      'Write a program in Java that prints the first ten primes.',
      'Make an HTML page with a button that shows an alert.',
      'How do I sort an array of objects in JavaScript?',
      'Write a regular expression that matches e-mail addresses.',
      'Write a bash script that counts the files in a directory.',
      'Create a class for a linked list in C++.',
      'Write a CSS rule that centres a div.',
      'Fix the bug in this loop.',
    ],
  },
};

const subject: Subject = { stage: 'input', role: 'user', origin: 'client', kind: 'text' };
const rows = [...readData('prompts/injection.jsonl.gz')].filter(
  ({ label, lang, text, kind }) =>
    label === 0 && (lang ?? 'en') === 'en' && text.length < 2000 && !kind.includes('code_text'),
);
console.log(
  '| topic | texts about it | others | AUROC | recall at 1 % FPR | recall at 0.5 | FPR at 0.5 |\n|---|--:|--:|--:|--:|--:|--:|',
);
for (const [name, { source, keywords, examples }] of Object.entries(TOPICS)) {
  for (const [label, own] of [
    [name, { keywords, examples }],
    [`${name}, examples only`, { keywords: [], examples }],
    [`${name}, keywords only`, { keywords, examples: [] }],
  ] as const) {
    const options: TopicOptions = { ...topic.defaults, deny: [{ name, ...own }] };
    const inspector = topic.create(options);
    const score = (text: string): number => (inspector.score!(text, subject) as number | null) ?? 0;
    const about: number[] = [];
    const others: number[] = [];
    for (const [i, row] of rows.entries()) {
      if (row.source === source) about.push(score(row.text));
      else if (i % 4 === 0) others.push(score(row.text));
    }
    const at = thresholdAt(others, 0.01);
    console.log(
      `| ${label} | ${about.length} | ${others.length} | ${auroc(about, others).toFixed(3)} | ${percent(shareAbove(about, at))} | ${percent(shareAbove(about, 0.5))} | ${percent(shareAbove(others, 0.5))} |`,
    );
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

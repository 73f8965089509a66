/**
 * Cost of the strict reader against bare `JSON.parse` on chat bodies, and its worst cases.
 * Run: `node bench/json.ts`.
 */
import { readJson } from '../src/text/json/read-json.ts';

const LIMITS = { bytes: 64 << 20, depth: 128, items: 4_000_000 };

function chatBody(bytes: number): Buffer {
  const sentence =
    'The customer asked whether the transfer of "four hundred" euros had arrived;\nit had – on Tuesday. ';
  const messages = [{ role: 'system', content: 'You are the assistant of a small bank. Be brief.' }];
  const tools = [
    {
      type: 'function',
      function: {
        name: 'get_balance',
        description: 'Balance of an account in cents',
        parameters: { type: 'object', properties: { account: { type: 'string' } }, required: ['account'] },
      },
    },
  ];
  const body = { model: 'gpt-5', stream: true, temperature: 0.2, messages, tools };
  while (JSON.stringify(body).length < bytes) {
    messages.push({ role: messages.length % 2 ? 'user' : 'assistant', content: sentence.repeat(3) });
  }
  return Buffer.from(JSON.stringify(body));
}

/** Microseconds a call: the median of 15 batches. */
function time(run: () => unknown, rounds: number): number {
  const batches: number[] = [];
  for (let batch = 0; batch < 18; batch++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) run();
    batches.push(((performance.now() - start) / rounds) * 1000);
  }
  return batches.slice(3).sort((a, b) => a - b)[7]!;
}

console.log('body            readJson µs   JSON.parse µs   ratio');
for (const size of [2_048, 20_480, 204_800]) {
  const bytes = chatBody(size);
  const rounds = Math.ceil(8e6 / size);
  const ours = time(() => readJson(bytes, LIMITS), rounds);
  const bare = time(() => JSON.parse(bytes.toString('utf8')), rounds);
  const row = [`${bytes.length} bytes`.padEnd(14), ours.toFixed(1).padStart(12), bare.toFixed(1).padStart(15)];
  console.log(row.join(' '), (ours / bare).toFixed(2).padStart(7));
}

const keys = (count: number) => Buffer.from(`{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}`);
const hostile: [string, Buffer][] = [
  ['32 MB of [', Buffer.alloc(32 << 20, '[')],
  ['250,000 keys', keys(250_000)],
  ['1,000,000 keys', keys(1_000_000)],
  ['1,000,000 x the same key', Buffer.from(`{${'"a":0,'.repeat(999_999)}"a":0}`)],
  ['32 MB string', Buffer.from(`"${'a'.repeat(32 << 20)}"`)],
];
console.log('\nhostile body                    ms');
for (const [name, bytes] of hostile) {
  const start = performance.now();
  try {
    readJson(bytes, LIMITS);
  } catch {
    // A refusal is an answer here.
  }
  console.log(name.padEnd(28), (performance.now() - start).toFixed(0).padStart(5));
}

/**
 * The model provider of the benchmark, as a process of its own: answers every chat request with the same 2 KB of JSON,
 * or with 100 frames when asked to stream, each frame its own write. Prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const WORDS =
  'The account holder may dispute a card payment within eight weeks of the statement on which it appears. '.split(' ');

function words(count: number): string {
  let text = '';
  for (let index = 0; index < count; index += 1) text += `${WORDS[index % WORDS.length]} `;
  return text.trim();
}

const answer = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: words(280), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 300, completion_tokens: 300, total_tokens: 600 },
    system_fingerprint: 'fp_bench',
  }),
);

const base = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'gpt-4o-mini' };
const frames: Buffer[] = [];
for (let index = 0; index < 98; index += 1) {
  const delta = index === 0 ? { role: 'assistant', content: '' } : { content: `${WORDS[index % WORDS.length]} ` };
  frames.push(frame({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] }));
}
frames.push(frame({ ...base, choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] }));
frames.push(Buffer.from('data: [DONE]\n\n'));

function frame(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (Buffer.concat(chunks).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_upstream' });
      void (async () => {
        for (const bytes of frames) {
          response.write(bytes);
          await nextTurn();
        }
        response.end();
      })();
    } else {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': answer.length,
        'x-request-id': 'req_upstream',
      });
      response.end(answer);
    }
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port));

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../core/finding.ts';
import type { Action } from '../core/verdict.ts';
import { anthropicMessages } from '../conversation/anthropic-messages/surface.ts';
import { openaiChat } from '../conversation/openai-chat/surface.ts';
import { createFrameSplitter } from '../conversation/sse/split-frames.ts';
import type { Inspector } from '../detect/detector.ts';
import { DecisionLog } from './decision-log.ts';
import type { Rule } from './rule.ts';
import { StreamGuard } from './stream-guard.ts';

/** Finds `KEY-` and six digits, and follows streams exactly: the smallest detector that has something to hold back. */
const keyInspector: Inspector = {
  inspect: (text) =>
    [...text.matchAll(/KEY-\d{6}/g)].map((match): Finding => ({
      rule: 'test/key',
      severity: 'high',
      message: 'a key',
      span: { start: match.index, end: match.index + match[0].length },
      mask: 'KEY-****',
      label: 'KEY',
    })),
  streaming: {
    lookBehind: 0,
    maxHold: 64,
    holdFrom(text) {
      const tail = /(K|KE|KEY|KEY-\d{0,5})$/.exec(text);
      return tail === null ? text.length : tail.index;
    },
    overdue: () => null,
  },
};

function rule(action: Action, overrides: Partial<Rule> = {}): Rule {
  return {
    id: `keys-${action}`,
    detector: 'test',
    on: ['input', 'output'],
    action,
    mode: 'enforce',
    onFailure: 'block',
    timeout: 60_000,
    maxText: 1_000_000,
    inspector: keyInspector,
    ...overrides,
  };
}

const conversation = openaiChat.parseRequest({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });

function chunk(index: number, delta: object, finish: string | null = null, extra: object = {}): string {
  const choices = [{ index, delta, finish_reason: finish, ...extra }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}

/** A stream of one choice that says `text` in pieces of the given sizes. */
function streamOf(text: string, sizes: readonly number[], index = 0): string[] {
  const frames = [chunk(index, { role: 'assistant', content: '' })];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    frames.push(chunk(index, { content: text.slice(at, at + size) }));
    at += size;
  }
  frames.push(chunk(index, {}, 'stop'));
  return frames;
}

interface Run {
  readonly bytes: string;
  /** What had left after each chunk. */
  readonly steps: readonly string[];
  readonly log: DecisionLog;
  readonly guard: StreamGuard;
}

async function run(rules: readonly Rule[], stream: Buffer, cuts: readonly number[], keepText = false): Promise<Run> {
  const log = new DecisionLog();
  const reader = openaiChat.createStreamReader!(conversation);
  const guard = new StreamGuard({ rules, reader, log, maxHeld: 1 << 20, unknownEvents: 'inspect', keepText });
  const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
  const steps: string[] = [];
  let bytes = '';
  let at = 0;
  const stopped = (): boolean => log.action === 'block';
  for (let turn = 0; at < stream.length && !stopped(); turn += 1) {
    const size = Math.max(1, cuts[turn % cuts.length] ?? stream.length);
    const released = await guard.push(splitter.push(stream.subarray(at, at + size)));
    bytes += Buffer.concat(released.chunks).toString('utf8');
    steps.push(bytes);
    at += size;
  }
  if (!stopped()) {
    const rest = splitter.end();
    const parts = rest === null ? [] : (await guard.push([rest])).chunks;
    bytes += Buffer.concat([...parts, ...(await guard.finish()).chunks]).toString('utf8');
  }
  return { bytes, steps, log, guard };
}

/** What a client reads in each choice. */
function read(bytes: string): Map<number, string> {
  const texts = new Map<number, string>();
  for (const line of bytes.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const { choices } = JSON.parse(line.slice(6)) as { choices: { index: number; delta: { content?: string } }[] };
    for (const choice of choices)
      texts.set(choice.index, (texts.get(choice.index) ?? '') + (choice.delta.content ?? ''));
  }
  return texts;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });
const prose = fc.stringMatching(/^[a-zK ]{0,60}$/);

describe('StreamGuard', () => {
  it('passes a stream that no rule touches byte for byte, however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(prose, sizes, cuts, fc.boolean(), async (text, pieces, network, crlf) => {
        const frames = [...streamOf(text, pieces), ': keep-alive\n\n', 'data: [DONE]\n\n'].join('');
        const stream = Buffer.from(crlf ? frames.replaceAll('\n', '\r\n') : frames);
        const { bytes, log } = await run([rule('redact'), rule('block')], stream, network);
        assert.equal(bytes, stream.toString());
        assert.equal(log.action, 'allow');
      }),
      { numRuns: 150 },
    );
  });

  it('redacts a match before any of it leaves, at every split', async () => {
    await fc.assert(
      fc.asyncProperty(prose, prose, sizes, cuts, async (before, after, pieces, network) => {
        const text = `${before}KEY-123456${after}`;
        const stream = Buffer.from([...streamOf(text, pieces), 'data: [DONE]\n\n'].join(''));
        const { bytes, steps } = await run([rule('redact')], stream, network);
        assert.equal(read(bytes).get(0), `${before}[KEY]${after}`);
        for (const step of steps) {
          const seen = read(step).get(0) ?? '';
          assert.ok(`${before}[KEY]${after}`.startsWith(seen), `left early: ${seen}`);
        }
        assert.ok(bytes.endsWith('data: [DONE]\n\n'));
      }),
      { numRuns: 200 },
    );
  });

  it('lets nothing of a blocked match leave, at every split', async () => {
    await fc.assert(
      fc.asyncProperty(prose, sizes, cuts, async (before, pieces, network) => {
        const stream = Buffer.from([...streamOf(`${before}KEY-123456 more`, pieces), 'data: [DONE]\n\n'].join(''));
        const { bytes, log } = await run([rule('block')], stream, network);
        assert.equal(log.action, 'block');
        assert.ok(before.startsWith(read(bytes).get(0) ?? ''), bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('holds one choice without holding the other', async () => {
    const frames = [
      chunk(0, { content: 'see KEY-' }),
      chunk(1, { content: 'first' }),
      chunk(1, { content: ' second' }),
      chunk(0, { content: '123456!' }),
      chunk(1, {}, 'stop'),
      chunk(0, {}, 'stop'),
      'data: [DONE]\n\n',
    ];
    const log = new DecisionLog();
    const reader = openaiChat.createStreamReader!({ ...conversation, choices: 2 });
    const guard = new StreamGuard({
      rules: [rule('redact')],
      reader,
      log,
      maxHeld: 1 << 20,
      unknownEvents: 'inspect',
      keepText: false,
    });
    const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
    const left: string[] = [];
    for (const frame of frames) {
      const { chunks } = await guard.push(splitter.push(Buffer.from(frame)));
      left.push(Buffer.concat(chunks).toString());
    }
    assert.equal(left[0], '', 'choice 0 waits');
    assert.equal(left[1], frames[1], 'choice 1 does not');
    assert.deepEqual([...read(left.join(''))].toSorted(), [
      [0, 'see [KEY]!'],
      [1, 'first second'],
    ]);
    assert.equal(left.at(-1)!.endsWith('[DONE]\n\n'), true);
  });

  it('records in shadow mode and changes nothing', async () => {
    const stream = Buffer.from([...streamOf('a KEY-123456 b', [3]), 'data: [DONE]\n\n'].join(''));
    const { bytes, log } = await run([rule('block', { mode: 'shadow' })], stream, [50]);
    assert.equal(bytes, stream.toString());
    const [decision] = log.decisions();
    assert.equal(decision!.status, 'found');
    assert.equal(decision!.action, 'block');
    assert.deepEqual(decision!.evidence[0]!.span, { start: 2, end: 12 });
  });

  it('counts a failing detector as failed and stops', async () => {
    const broken: Inspector = {
      ...keyInspector,
      inspect: (text) => {
        if (text.includes('boom')) throw new TypeError('detail that quotes boom');
        return [];
      },
    };
    const stream = Buffer.from([...streamOf('all boom more', [4]), 'data: [DONE]\n\n'].join(''));
    const { bytes, log } = await run([rule('flag', { inspector: broken })], stream, [60]);
    assert.equal(log.action, 'block');
    assert.equal(log.decisions()[0]!.status, 'failed');
    assert.doesNotMatch(log.decisions()[0]!.reason!, /quotes/);
    assert.ok(!bytes.includes('more'));
  });

  it('holds the whole channel for a detector that needs whole texts', async () => {
    const { streaming: _none, ...whole } = keyInspector;
    const stream = Buffer.from([...streamOf('x KEY-123456 y', [5]), 'data: [DONE]\n\n'].join(''));
    const { bytes, steps } = await run([rule('redact', { inspector: whole })], stream, [100]);
    assert.equal(read(bytes).get(0), 'x [KEY] y');
    assert.equal(
      steps.some(
        (step) => (read(step).get(0) ?? '').startsWith('x') && !step.includes('[DONE]') && !step.includes('"stop"'),
      ),
      false,
    );
  });

  it('drops logprobs of a choice that was redacted', async () => {
    const logprobs = { content: [{ token: 'KEY-123456', bytes: [75], logprob: 0, top_logprobs: [] }] };
    const stream = Buffer.from(
      [chunk(0, { content: 'KEY-123456' }, null, { logprobs }), chunk(0, {}, 'stop'), 'data: [DONE]\n\n'].join(''),
    );
    const { bytes } = await run([rule('redact')], stream, [1000]);
    assert.ok(!bytes.includes('123456'), bytes);
  });

  it('reads the arguments of a tool call as the tool will read them', async () => {
    const call = (args: string, name?: string): string =>
      chunk(0, {
        tool_calls: [
          name === undefined
            ? { index: 0, function: { arguments: args } }
            : { index: 0, id: 'call_1', type: 'function', function: { name, arguments: args } },
        ],
      });
    const pieces = ['{"to":"a\\n', 'b","note":"see \\u004b', 'EY-12345', '\\u0036 now","raw":"KEY-654321"}'];
    const stream = Buffer.from(
      [call('', 'send'), ...pieces.map((piece) => call(piece)), chunk(0, {}, 'tool_calls'), 'data: [DONE]\n\n'].join(
        '',
      ),
    );
    const { bytes, steps, log } = await run([rule('redact')], stream, [90]);
    const args = [...bytes.matchAll(/^data: (\{.*\})$/gm)]
      .map(
        ([, data]) =>
          JSON.parse(data!) as { choices: { delta: { tool_calls?: { function: { arguments: string } }[] } }[] },
      )
      .map(({ choices }) => choices[0]!.delta.tool_calls?.[0]!.function.arguments ?? '')
      .join('');
    assert.deepEqual(JSON.parse(args), { to: 'a\nb', note: 'see [KEY] now', raw: '[KEY]' });
    assert.equal(log.decisions()[0]!.evidence.length, 2);
    const before = steps.find((step) => step.includes('note') && !step.includes('[DONE]') && !step.includes('[KEY]'));
    assert.equal(before, undefined, 'no part of the arguments leaves before the whole was read');
  });

  it('inspects events of a kind that it does not know', async () => {
    const stream = Buffer.from(
      ['event: brand.new\ndata: {"novel":{"words":["a KEY-123456"]}}\n\n', 'data: [DONE]\n\n'].join(''),
    );
    const { bytes } = await run([rule('redact')], stream, [1000]);
    assert.ok(bytes.includes('[KEY]') && !bytes.includes('123456'), bytes);
  });

  it('does not let bytes pass that can be read in two ways', async () => {
    const frame = Buffer.from(chunk(0, { content: 'KEY-1?3456' }));
    frame[frame.indexOf('?')] = 0xff;
    await assert.rejects(run([rule('redact')], frame, [1000]), { code: 'ERR_UPSTREAM_INVALID' });
    const { bytes } = await run([], frame, [1000]);
    assert.equal(Buffer.from(bytes).includes('KEY-1'), true);
  });

  it('reads the text blocks of an answer as the client does who joins them', async () => {
    const start = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 1 } };
    const write = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const asked = anthropicMessages.parseRequest({ model: 'm', max_tokens: 9, stream: true, messages: [] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('KEY-123456', 'KEY-1', 'plain ', 'K', ''), { maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(60), fc.boolean()), { maxLength: 20 }),
        fc.integer({ min: 1, max: 400 }),
        async (words, cuts, size) => {
          const text = words.join('.');
          const borders = new Map(cuts.filter(([at]) => at > 0 && at < text.length));
          const places = [0, ...[...borders.keys()].toSorted((a, b) => a - b), text.length];
          let index = 0;
          let frames = write('message_start', { message: start });
          frames += write('content_block_start', { index, content_block: { type: 'text', text: '' } });
          for (const [at, from] of places.slice(0, -1).entries()) {
            if (borders.get(from) === true) {
              frames += write('content_block_stop', { index });
              index += 1;
              frames += write('content_block_start', { index, content_block: { type: 'text', text: '' } });
            }
            const delta = { type: 'text_delta', text: text.slice(from, places[at + 1]) };
            frames += write('content_block_delta', { index, delta });
          }
          frames += write('content_block_stop', { index }) + write('message_stop', {});
          const log = new DecisionLog();
          const reader = anthropicMessages.createStreamReader!(asked);
          const guard = new StreamGuard({ rules: [rule('redact')], reader, log, maxHeld: 1 << 20, unknownEvents: 'inspect', keepText: true });
          const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
          const bytes = Buffer.from(frames);
          let out = '';
          for (let at = 0; at < bytes.length; at += size) {
            const { chunks } = await guard.push(splitter.push(bytes.subarray(at, at + size)));
            out += Buffer.concat(chunks).toString();
          }
          const said = [...out.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as { delta?: { text: string } });
          assert.equal(said.map(({ delta }) => delta?.text ?? '').join(''), text.replaceAll(/KEY-\d{6}/g, '[KEY]'));
          assert.equal(said.length, [...frames.matchAll(/^data: /gm)].length, 'no frame is lost');
          assert.equal(guard.texts().map(({ original }) => original).join(''), text);
        },
      ),
    );
  }); // prettier-ignore

  it('refuses to hold more than it may', async () => {
    const log = new DecisionLog();
    const reader = openaiChat.createStreamReader!(conversation);
    const { streaming: _none, ...whole } = keyInspector;
    const guard = new StreamGuard({
      rules: [rule('redact', { inspector: whole })],
      reader,
      log,
      maxHeld: 2000,
      unknownEvents: 'inspect',
      keepText: false,
    });
    const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
    await assert.rejects(
      async () => guard.push(splitter.push(Buffer.from(streamOf('a'.repeat(400), [4]).slice(0, -1).join('')))),
      {
        code: 'ERR_CHECK_FAILED',
      },
    );
  });

  it('keeps the texts for the record when asked', async () => {
    const stream = Buffer.from([...streamOf('a KEY-123456 b', [3]), 'data: [DONE]\n\n'].join(''));
    const { guard } = await run([rule('redact')], stream, [70], true);
    const [text] = guard.texts();
    assert.equal(text!.original, 'a KEY-123456 b');
    assert.equal(text!.redacted, 'a [KEY] b');
  });
});

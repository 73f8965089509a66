import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Finding } from '../core/finding.ts';
import type { Action } from '../core/verdict.ts';
import { openaiChat } from '../conversation/openai-chat/surface.ts';
import { openaiResponses } from '../conversation/openai-responses/surface.ts';
import { createFrameSplitter } from '../conversation/sse/split-frames.ts';
import type { StreamReader } from '../conversation/surface.ts';
import type { Inspector } from '../detect/detector.ts';
import { DecisionLog } from './decision-log.ts';
import type { Release, Rule } from './rule.ts';
import { StreamGuard } from './stream-guard.ts';
import { LOOK_BEHIND } from './windowed-scan.ts';

const KEY = 'KEY-123456';

function findKeys(text: string): Finding[] {
  return [...text.matchAll(/KEY-\d{6}/g)].map((match) => ({
    rule: 'test/key',
    severity: 'high',
    message: 'a key',
    span: { start: match.index, end: match.index + match[0].length },
    mask: 'KEY-****',
    label: 'KEY',
  }));
}

interface Slow extends Inspector {
  readonly seen: string[];
  readonly running: { now: number; most: number };
  aborted: number;
}

/** Finds keys, as late as `latency` says: a number of turns of the event loop for each text. */
function slow(latency: () => number, answer: (text: string) => readonly Finding[] = findKeys): Slow {
  const running = { now: 0, most: 0 };
  const inspector: Slow = {
    slow: true,
    seen: [],
    running,
    aborted: 0,
    async inspect(text, _subject, signal) {
      inspector.seen.push(text);
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      try {
        for (let turns = latency(); turns > 0 && signal?.aborted !== true; turns -= 1) await setImmediate();
        if (signal?.aborted === true) {
          inspector.aborted += 1;
          throw signal.reason;
        }
        return answer(text);
      } finally {
        running.now -= 1;
      }
    },
  };
  return inspector;
}

function rule(inspector: Inspector, release: Release | undefined, action: Action, more: Partial<Rule> = {}): Rule {
  return {
    id: 'slow',
    detector: 'test',
    on: ['output'],
    action,
    mode: 'enforce',
    onFailure: 'block',
    timeout: 5000,
    maxText: 1_000_000,
    release,
    inspector,
    ...more,
  };
}

const conversation = openaiChat.parseRequest({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });

function chunk(index: number, delta: object, finish: string | null = null): string {
  const choices = [{ index, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}

function streamOf(text: string, sizes: readonly number[]): string[] {
  const frames = [chunk(0, { role: 'assistant', content: '' })];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    frames.push(chunk(0, { content: text.slice(at, at + size) }));
    at += size;
  }
  frames.push(chunk(0, {}, 'stop'), 'data: [DONE]\n\n');
  return frames;
}

interface Run {
  /** What had left after each release. */
  readonly steps: readonly string[];
  readonly bytes: string;
  readonly log: DecisionLog;
  readonly guard: StreamGuard;
  readonly blocked: boolean;
}

/** Pushes frames as they come, releases whenever the guard wakes, as the gateway does. */
async function run(
  rules: readonly Rule[],
  frames: readonly string[],
  pause: () => number = () => 0,
  reader: StreamReader = openaiChat.createStreamReader!(conversation),
): Promise<Run> {
  const log = new DecisionLog();
  const steps: string[] = [];
  let bytes = '';
  let work: Promise<void> = Promise.resolve();
  const stopped = (): boolean => log.action === 'block';
  const then = (step: () => Promise<readonly Uint8Array[]>): Promise<void> =>
    (work = work.then(async () => {
      if (stopped()) return;
      const chunks = await step();
      if (stopped()) return;
      bytes += Buffer.concat(chunks).toString();
      steps.push(bytes);
    }));
  const guard = new StreamGuard({
    rules,
    reader,
    log,
    maxHeld: 1 << 22,
    unknownEvents: 'inspect',
    keepText: false,
    wake: () => void then(async () => (await guard.push([])).chunks),
  });
  const splitter = createFrameSplitter({ maxFrame: 1 << 22 });
  for (const frame of frames) {
    await then(async () => (await guard.push(splitter.push(Buffer.from(frame)))).chunks);
    for (let turns = pause(); turns > 0; turns -= 1) await setImmediate();
  }
  await then(async () => (await guard.finish()).chunks);
  await work;
  guard.giveUp();
  return { steps, bytes, log, guard, blocked: stopped() };
}

function read(bytes: string): string {
  let text = '';
  for (const [, data] of bytes.matchAll(/^data: (\{.*\})$/gm)) {
    const { choices } = JSON.parse(data!) as { choices: { delta: { content?: string } }[] };
    for (const choice of choices) text += choice.delta.content ?? '';
  }
  return text;
}

/** Numbers below `most` that repeat with the seed. */
function numbers(seed: number, most: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const words = fc
  .array(fc.constantFrom('transfer ', 'account. ', 'a ', 'K ', 'KEY- ', 'line\n', '👍 ', 'x'.repeat(300), '。'), {
    maxLength: 400,
  })
  .map((parts) => parts.join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });
const seeds = fc.integer({ min: 1, max: 1 << 30 });

describe('release: lag and full', () => {
  for (const release of ['lag', 'full'] as const) {
    it(`${release}: redacts before anything leaves, and keeps the order, whatever the split and the latency`, async () => {
      await fc.assert(
        fc.asyncProperty(words, words, words, sizes, seeds, async (a, b, c, pieces, seed) => {
          const text = `${a}${KEY}${b}${KEY}${c}`;
          const inspector = slow(numbers(seed, 6));
          const { steps, bytes } = await run(
            [rule(inspector, release, 'redact')],
            streamOf(text, pieces),
            numbers(seed + 1, 3),
          );
          const clean = text.replaceAll(KEY, '[KEY]');
          assert.equal(read(bytes), clean);
          assert.ok(bytes.endsWith('data: [DONE]\n\n'));
          for (const step of steps) assert.ok(clean.startsWith(read(step)), 'out of order, or left too early');
        }),
        { numRuns: 60 },
      );
    });

    it(`${release}: lets nothing leave from the beginning of what is forbidden`, async () => {
      await fc.assert(
        fc.asyncProperty(words, words, sizes, seeds, async (a, b, pieces, seed) => {
          const inspector = slow(numbers(seed, 6));
          const { bytes, blocked } = await run(
            [rule(inspector, release, 'block')],
            streamOf(`${a}${KEY}${b}`, pieces),
            numbers(seed + 1, 3),
          );
          assert.ok(blocked);
          assert.ok(a.startsWith(read(bytes)), 'a part of it left');
        }),
        { numRuns: 60 },
      );
    });
  }

  it('lag: holds nothing back of what a window with its look-behind sees whole', async () => {
    // As long as the look-behind allows, and at every place: also across borders of windows.
    const long = `<${'z'.repeat(LOOK_BEHIND - 2)}>`;
    const find = (text: string): Finding[] => {
      const start = text.indexOf(long);
      if (start === -1) return [];
      return [{ ...findKeys(KEY)[0]!, span: { start, end: start + long.length } }];
    };
    for (let before = 0; before < 1500; before += 61) {
      const text = `${'word. '.repeat(300).slice(0, before)}${long}${' more text.'.repeat(150)}`;
      const { steps, blocked } = await run(
        [
          rule(
            slow(() => 1, find),
            'lag',
            'block',
          ),
        ],
        streamOf(text, [37]),
      );
      assert.ok(blocked);
      for (const step of steps) assert.ok(!read(step).includes('<'), `left with ${before} before it`);
    }
  });

  it('lag: lets text go while the stream goes on, and passes it byte for byte', async () => {
    const text = 'All is well with this account. '.repeat(200);
    const inspector = slow(() => 2);
    const frames = streamOf(text, [7]);
    const { steps, bytes, log, guard } = await run([rule(inspector, 'lag', 'block')], frames, () => 1);
    assert.equal(bytes, frames.join(''));
    assert.equal(log.decisions()[0]!.status, 'clean');
    const half = steps[Math.floor(steps.length / 2)]!;
    assert.ok(read(half).length > text.length / 4, 'half-way a good part has left');
    assert.ok(inspector.seen.every((seen) => seen.length <= LOOK_BEHIND + 1024));
    assert.equal(guard.held, 0);
    const whole = slow(() => 2);
    const full = await run([rule(whole, undefined, 'block')], frames, () => 1);
    assert.equal(full.bytes, frames.join(''));
    assert.equal(read(full.steps.at(-4)!), '', 'full is what holds unless said otherwise');
    assert.ok(whole.seen.includes(text));
  });

  it('asks about so many windows at once, and makes the stream wait for them', async () => {
    const inspector = slow(() => 40);
    const text = 'All is well with this account. '.repeat(800);
    const { bytes } = await run([rule(inspector, 'lag', 'block')], streamOf(text, [200]));
    assert.equal(read(bytes), text);
    assert.ok(inspector.seen.length > 20);
    assert.ok(inspector.running.most > 1 && inspector.running.most <= 4, `${inspector.running.most} at once`);
  });

  it('counts a window that failed as failed, and looks at the next ones all the same', async () => {
    const inspector = slow(
      () => 1,
      (text) => {
        if (text.startsWith('boom')) throw new Error('down');
        return findKeys(text);
      },
    );
    const text = `boom ${'All is well here. '.repeat(200)}${KEY} and on. `;
    const lenient = rule(inspector, 'lag', 'redact', { onFailure: 'flag' });
    const { bytes, log } = await run([lenient], streamOf(text, [50]));
    assert.equal(read(bytes), text.replace(KEY, '[KEY]'));
    assert.equal(log.decisions()[0]!.status, 'failed');
    const strict = await run([rule(inspector, 'lag', 'redact')], streamOf(text, [50]));
    assert.ok(strict.blocked);
    assert.equal(read(strict.bytes), '');
  });

  it('gives one finding to what two windows see', async () => {
    const text = `${'Nothing here. '.repeat(22)}${KEY} ${'Nothing here. '.repeat(60)}`;
    const { log } = await run(
      [
        rule(
          slow(() => 1),
          'lag',
          'flag',
        ),
      ],
      streamOf(text, [20]),
    );
    const [decision] = log.decisions();
    assert.equal(decision!.evidence.length, 1);
    assert.deepEqual(decision!.evidence[0]!.span, { start: text.indexOf(KEY), end: text.indexOf(KEY) + KEY.length });
  });

  it('does not ask again about the copies that a Responses stream ends with, unless they differ', async () => {
    const text = `${'All is well here. '.repeat(60)}${KEY} at the end.`;
    const part = { type: 'output_text', text, annotations: [] };
    const item = { type: 'message', id: 'msg', status: 'completed', role: 'assistant', content: [part] };
    const empty = { ...item, status: 'in_progress', content: [] };
    const at = { item_id: 'msg', output_index: 0, content_index: 0 };
    const response = { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: [item] };
    const events = (copy: string): string[] =>
      [
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: empty },
        { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
        ...(text.match(/[^]{1,40}/g) ?? []).map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
        { type: 'response.output_text.done', ...at, text: copy },
        { type: 'response.content_part.done', ...at, part: { ...part, text: copy } },
        { type: 'response.output_item.done', output_index: 0, item: { ...item, content: [{ ...part, text: copy }] } },
        {
          type: 'response.completed',
          response: { ...response, output: [{ ...item, content: [{ ...part, text: copy }] }] },
        },
      ].map((event, i) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: i })}\n\n`);
    const asked = openaiResponses.parseRequest({ model: 'm', stream: true, input: 'hi' });
    const reader = () => openaiResponses.createStreamReader!(asked);
    const inspector = slow(() => 1);
    const { bytes } = await run([rule(inspector, 'lag', 'redact')], events(text), () => 0, reader());
    assert.ok(!bytes.includes('123456'), 'the copies are redacted too');
    assert.equal(bytes.split('[KEY]').length - 1, 5);
    assert.ok(inspector.seen.every((seen) => seen !== text));
    const other = text.replace('All', 'KEY-999999 is');
    const padded = other.slice(0, text.length);
    const lying = await run([rule(inspector, 'lag', 'redact')], events(padded), () => 0, reader());
    assert.ok(!lying.bytes.includes('999999'));
  });
});

describe('release: immediate', () => {
  it('lets text leave at once, ends the stream at a late finding, and says that it was late', async () => {
    const text = `${'All is well here. '.repeat(30)}${KEY} ${'and on. '.repeat(300)}`;
    const { bytes, blocked, log } = await run(
      [
        rule(
          slow(() => 5),
          'immediate',
          'block',
        ),
      ],
      streamOf(text, [20]),
      () => 1,
    );
    assert.ok(blocked);
    assert.ok(read(bytes).includes(KEY), 'it had left');
    assert.ok(read(bytes).length < text.length, 'the rest had not');
    assert.match(log.decisions()[0]!.reason!, /^late/);
  });

  it('ends the stream also when the last window is late: its last frame waits', async () => {
    const { bytes, blocked } = await run(
      [
        rule(
          slow(() => 30),
          'immediate',
          'block',
        ),
      ],
      streamOf(`short ${KEY}`, [4]),
    );
    assert.ok(blocked);
    assert.equal(read(bytes), `short ${KEY}`);
    assert.ok(!bytes.includes('[DONE]') && !bytes.includes('"stop"'));
  });

  it('passes what is clean byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(words, sizes, seeds, async (text, pieces, seed) => {
        const frames = streamOf(text.replaceAll(KEY, ''), pieces);
        const inspector = slow(numbers(seed, 6));
        const { bytes } = await run([rule(inspector, 'immediate', 'block')], frames, numbers(seed + 1, 3));
        assert.equal(bytes, frames.join(''));
      }),
      { numRuns: 40 },
    );
  });

  it('records what had left unchecked when a stream ends before its time, and stops asking', async () => {
    const inspector = slow(() => 1_000_000);
    const log = new DecisionLog();
    const guard = new StreamGuard({
      rules: [rule(inspector, 'immediate', 'block')],
      reader: openaiChat.createStreamReader!(conversation),
      log,
      maxHeld: 1 << 20,
      unknownEvents: 'inspect',
      keepText: false,
    });
    const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
    await guard.push(
      splitter.push(Buffer.from(streamOf('All is well here. '.repeat(40), [100]).slice(0, -2).join(''))),
    );
    assert.ok(inspector.running.now > 0);
    guard.giveUp();
    await sleep(20);
    assert.equal(inspector.running.now, 0);
    assert.ok(inspector.aborted > 0);
    const [decision] = log.decisions();
    assert.equal(decision!.status, 'skipped');
    assert.match(decision!.reason!, /ended before/);
  });
});

describe('a slow detector in any stream', () => {
  it('is not asked about ids and padding, and is told when its answer is too late', async () => {
    const inspector = slow(() => 1);
    const frames = streamOf('hello there, all of you', [8]).map((frame) =>
      frame.replace('"id":"c"', `"id":"c","obfuscation":"aB3x","note":"a sentence of its own"`),
    );
    await run([rule(inspector, 'full', 'block')], frames);
    assert.ok(inspector.seen.includes('a sentence of its own'));
    assert.ok(!inspector.seen.some((seen) => seen === 'aB3x' || seen === 'chat.completion.chunk'));
    const stuck = slow(() => 1_000_000);
    const { log } = await run([rule(stuck, 'full', 'block', { timeout: 20 })], streamOf('hello', [8]));
    await sleep(20);
    assert.equal(log.decisions()[0]!.reason, 'no answer within 20 ms');
    assert.equal(stuck.aborted, 1);
  });

  it('is asked about the whole of a tool call, whatever the release', async () => {
    const args = JSON.stringify({ note: `${'word '.repeat(300)}${KEY}` });
    const call = (more: object): string => chunk(0, { tool_calls: [{ index: 0, ...more }] });
    const frames = [
      call({ id: 'call_1', type: 'function', function: { name: 'send', arguments: '' } }),
      ...(args.match(/[^]{1,50}/g) ?? []).map((piece) => call({ function: { arguments: piece } })),
      chunk(0, {}, 'tool_calls'),
      'data: [DONE]\n\n',
    ];
    for (const release of ['lag', 'immediate'] as const) {
      const inspector = slow(() => 1);
      const { bytes } = await run([rule(inspector, release, 'redact')], frames);
      assert.ok(!bytes.includes('123456') && bytes.includes('[KEY]'));
      assert.ok(inspector.seen.includes(args));
    }
  });
});

/** Tool calls of answers on every surface, as bytes: what passes is the provider's to the byte, what does not never leaves. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Exchange } from '../../src/core/exchange.ts';
import { readable } from '../gateway/ask.ts';
import { startGateway, type TestGateway } from '../gateway/start-gateway.ts';
import { playModel } from '../upstream/play-model.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { MAIL, PAYS, THEIRS, TOOLS, type ToolName } from './fooled-model.ts';
import { until } from '../../src/core/testing/until.ts';

const names = Object.keys(TOOLS) as ToolName[];
const QUESTION = 'Read the mail mail-17, tell me what it says, and what my balance is.';

interface Surface {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A question, and where `read`, the mail that was read for it. */
  body(model: string, stream: boolean, options: { readonly text?: string; readonly read?: boolean }): object;
}

const SURFACES: readonly Surface[] = [
  {
    path: '/v1/chat/completions',
    headers: {},
    body: (model, stream, { text = QUESTION, read = true }) => ({
      model,
      messages: [
        { role: 'user', content: text },
        ...(read
          ? [
              {
                role: 'assistant',
                content: null,
                tool_calls: [
                  { id: idIn(model), type: 'function', function: { name: 'read_mail', arguments: '{"id":"mail-17"}' } },
                ],
              },
              { role: 'tool', tool_call_id: idIn(model), content: MAIL },
            ]
          : []),
      ],
      tools: names.map((name) => ({ type: 'function', function: { name, description: '', parameters: TOOLS[name] } })),
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    }),
  },
  {
    path: '/v1/responses',
    headers: {},
    body: (model, stream, { text = QUESTION, read = true }) => ({
      model,
      input: [
        { role: 'user', content: text },
        ...(read
          ? [
              { type: 'function_call', call_id: idIn(model), name: 'read_mail', arguments: '{"id":"mail-17"}' },
              { type: 'function_call_output', call_id: idIn(model), output: MAIL },
            ]
          : []),
      ],
      store: false,
      tools: names.map((name) => ({ type: 'function', name, description: '', parameters: TOOLS[name] })),
      ...(stream ? { stream } : {}),
    }),
  },
  {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: (model, stream, { text = QUESTION, read = true }) => ({
      model,
      max_tokens: 512,
      messages: [
        { role: 'user', content: text },
        ...(read
          ? [
              {
                role: 'assistant',
                content: [{ type: 'tool_use', id: idIn(model), name: 'read_mail', input: { id: 'mail-17' } }],
              },
              { role: 'user', content: [{ type: 'tool_result', tool_use_id: idIn(model), content: MAIL }] },
            ]
          : []),
      ],
      tools: names.map((name) => ({ name, description: '', input_schema: TOOLS[name] })),
      ...(stream ? { stream } : {}),
    }),
  },
];

async function post(
  url: string,
  key: string,
  surface: Surface,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string; readonly id: string }> {
  const response = await fetch(url + surface.path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...surface.headers, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), id: response.headers.get('x-request-id') ?? '' };
}

async function recordOf(gateway: TestGateway, id: string): Promise<Exchange> {
  const { store } = gateway.running.runtime;
  return (await until(() => store.exchange(id), 'the record')).exchange;
}

/** Two conversations never have the same ids. */
function idIn(model: string): string {
  return `call_${/id=(\d+)/.exec(model)![1]}`;
}

let runs = 0;
const fresh = (): string => `m+id=${(runs += 1)}`;

describe('tool calls', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let shadow: TestGateway;
  let off: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    const start = (flow: object) => startGateway({ upstreamUrl: upstream.url, config: { flow } });
    gateway = await start({ mode: 'enforce', documents: [{ open: '[[', close: ']]' }] });
    shadow = await start({});
    off = await start({ mode: 'off' });
  });
  after(async () => {
    await Promise.all([gateway.close(), shadow.close(), off.close()]);
    await upstream.close();
  });

  for (const surface of SURFACES) {
    it(`${surface.path}: an answer without a stopped call is the provider's to the byte`, async () => {
      const calls = [
        { name: 'get_balance', arguments: '{}' },
        { name: 'read_mail', arguments: '{ "id" :"mail-17" }' },
      ];
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.subarray(calls),
          fc.constantFrom(null, 'Good. ☕'),
          fc.integer({ min: 1, max: 9 }),
          fc.constantFrom('', '+split=1', '+split=23', '+split=all', '+crlf', '+comments', '+unknown'),
          async (stream, tools, text, chars, shape) => {
            playModel(upstream, () => ({ text: tools.length === 0 ? 'Nothing.' : text, tools }));
            const body = surface.body(`${fresh()}+chars=${chars}${shape}`, stream, {});
            const own = await post(upstream.url, 'sk-any', surface, body);
            for (const way of [gateway, shadow, off]) {
              const answer = await post(way.url, way.key, surface, body);
              assert.equal(answer.status, 200, answer.text);
              assert.equal(answer.text, own.text);
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it(`${surface.path}: in shadow mode a stopped call leaves, and the record says what would have been done`, async () => {
      for (const stream of [false, true]) {
        playModel(upstream, () => ({ text: 'I see.', tools: [PAYS] }));
        const body = surface.body(fresh(), stream, {});
        const own = await post(upstream.url, 'sk-any', surface, body);
        const answer = await post(shadow.url, shadow.key, surface, body);
        assert.equal(answer.text, own.text);
        const { decisions, outcome } = await recordOf(shadow, answer.id);
        assert.equal(outcome, 'served');
        const decision = decisions.find(({ detector }) => detector === 'flow')!;
        assert.deepEqual([decision.mode, decision.status, decision.action], ['shadow', 'found', 'block']);
        const off_ = await post(off.url, off.key, surface, body);
        assert.deepEqual((await recordOf(off, off_.id)).decisions, []);
      }
    });

    it(`${surface.path}: the record has the tier of each argument and no value`, async () => {
      for (const stream of [false, true]) {
        playModel(upstream, () => ({ tools: [{ name: 'get_balance', arguments: '{}' }, PAYS] }));
        const answer = await post(gateway.url, gateway.key, surface, surface.body(fresh(), stream, {}));
        assert.equal(answer.status, 200, answer.text);
        const { decisions } = await recordOf(gateway, answer.id);
        const flow = decisions.filter(({ detector }) => detector === 'flow');
        assert.deepEqual(
          flow.map(({ action, status }) => [action, status]),
          [
            ['allow', 'clean'],
            ['block', 'found'],
          ],
        );
        const tiers = flow[1]!.evidence.map(({ mask, segment }) => [segment, mask]);
        assert.deepEqual(Object.fromEntries(tiers), { 'send_money.recipient': 'D', 'send_money.amount': 'D' });
        assert.ok(!JSON.stringify(decisions).includes(THEIRS));
      }
    });

    it(`${surface.path}: what cannot be read in one way, or is not on offer, does not pass`, async () => {
      const broken = [
        { name: 'get_balance', arguments: '{"a":' },
        { name: 'read_mail', arguments: '{"id":"mail-17","id":"mail-18"}' },
        { name: 'read_mail', arguments: '["mail-17"]' },
        { name: 'read_mail', arguments: '{"id":17}' },
        { name: 'read_mail', arguments: '{}' },
        { name: 'read_letters', arguments: '{}' },
        { name: '', arguments: '{}' },
      ];
      for (const stream of [false, true]) {
        for (const tool of broken) {
          // A whole Messages answer holds arguments as an object, which the stand-in cannot make of these.
          if (surface.path === '/v1/messages' && !stream && !isObject(tool.arguments)) continue;
          playModel(upstream, () => ({ tools: [tool] }));
          const { text, status } = await post(gateway.url, gateway.key, surface, surface.body(fresh(), stream, {}));
          assert.equal(status, 200, text);
          assert.match(readable(text, stream), /was stopped \((?:arguments|unknown-tool)\)/);
          assert.doesNotMatch(text, /"tool_calls"|function_call"|tool_use/);
        }
      }
    });

    it(`${surface.path}: the same call is denied three times, and the turn is over`, async () => {
      for (const stream of [false, true]) {
        playModel(upstream, () => ({ text: 'I see.', tools: [PAYS] }));
        const before = upstream.received;
        const body = surface.body(`${fresh()}+chars=3+split=11`, stream, {});
        const answer = await post(gateway.url, gateway.key, surface, body);
        assert.equal(upstream.received - before, 3, 'asked, and asked again twice');
        const text = readable(answer.text, stream);
        assert.match(text, /was stopped/);
        assert.ok(!text.includes(THEIRS));
        const { usage, decisions } = await recordOf(gateway, answer.id);
        assert.deepEqual([usage!.inputTokens, usage!.outputTokens], [30, 15]);
        assert.equal(decisions.filter(({ detector }) => detector === 'flow').length, 3);
        if (stream) assert.match(answer.text, /"(?:prompt|input)_tokens": ?30\b/);
      }

      // Beside calls that pass, over several requests of one turn.
      playModel(upstream, () => ({
        tools: [
          { ...PAYS, arguments: PAYS.arguments.replace('900', '901') },
          { name: 'get_balance', arguments: '{}' },
        ],
      }));
      const passed: boolean[] = [];
      const model = fresh();
      for (let time = 0; time < 3; time++) {
        const { text } = await post(gateway.url, gateway.key, surface, surface.body(model, time === 1, {}));
        passed.push(/"tool_calls": ?\[|"type": ?"(?:function_call|tool_use)"/.test(text));
      }
      assert.deepEqual(passed, [true, true, false]);
    });

    it(`${surface.path}: what the user says passes, and what is marked as a document is not what the user says`, async () => {
      const plain = `Send 900 to ${THEIRS} please.`;
      const marked = `Send the invoice's amount where it says. [[Invoice: 900 to ${THEIRS}]]`;
      const parts = { text: 'Send the amount of this invoice.', document: `Invoice: 900 to ${THEIRS}` };
      playModel(upstream, () => ({ tools: [PAYS] }));
      const ask = async (text: string, headers = {}): Promise<boolean> => {
        const body = surface.body(fresh(), true, { text, read: false });
        return readable((await post(gateway.url, gateway.key, surface, body, headers)).text, true).includes(THEIRS);
      };
      assert.equal(await ask(plain), true);
      assert.equal(await ask(marked), false);

      const field = surface.path === '/v1/responses' ? 'input' : 'messages';
      const type = field === 'input' ? 'input_text' : 'text';
      const body = surface.body(fresh(), true, { text: '', read: false }) as Record<string, unknown>;
      body[field] = [
        {
          role: 'user',
          content: [
            { type, text: parts.text },
            { type, text: parts.document },
          ],
        },
      ];
      const id = `${field}[0].content[1].text`;
      const as = async (headers: object): Promise<boolean> =>
        readable((await post(gateway.url, gateway.key, surface, body, { ...headers })).text, true).includes(THEIRS);
      assert.equal(await as({}), true);
      assert.equal(await as({ 'x-parapet-documents': id }), false);
    });
  }
});

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) && JSON.stringify(value) === text;
  } catch {
    return false;
  }
}

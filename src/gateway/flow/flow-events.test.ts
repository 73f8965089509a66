import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../config/schema.ts';
import { SURFACES } from '../../conversation/registry.ts';
import type { SurfaceId } from '../../conversation/surface.ts';
import { type HistorySource, readFlowEvents } from './flow-events.ts';
import { HistorySigner } from './history-signer.ts';
import { compileOutputs } from './structured-result.ts';

const flow = (settings: object) =>
  configSchema.parse({
    upstreams: [{ id: 'a', dialect: 'openai', url: 'http://a.example', models: ['*'] }],
    flow: settings,
  }).flow;

const ANY: HistorySource = { before: [], knowsTexts: () => false, knowsCall: () => false, callById: () => null };

function read(
  surface: SurfaceId,
  body: object,
  { settings = {}, source = {}, documents = [] as readonly string[] } = {},
) {
  const parsed = flow(settings);
  return readFlowEvents(
    SURFACES.find(({ id }) => id === surface)!.parseRequest(body),
    body,
    [],
    { ...ANY, ...source },
    { settings: parsed, outputs: compileOutputs(parsed.outputs), documents: new Set(documents) },
  );
}

const ARGS = { query: 'rent', deep: { list: [1, 'two'] } };
const HISTORY: Readonly<Record<string, readonly [SurfaceId, object]>> = {
  chat: [
    'openai-chat',
    {
      model: 'm',
      messages: [
        { role: 'system', content: 'You help.' },
        { role: 'user', content: [{ type: 'text', text: 'Find the rent.' }] },
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search', arguments: JSON.stringify(ARGS) } }],
        },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    },
  ],
  responses: [
    'openai-responses',
    {
      model: 'm',
      instructions: 'You help.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Find the rent.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'c1', name: 'search', arguments: JSON.stringify(ARGS) },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'a' },
            { type: 'input_text', text: 'b' },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    },
  ],
  messages: [
    'anthropic-messages',
    {
      model: 'm',
      max_tokens: 10,
      system: 'You help.',
      messages: [
        { role: 'user', content: 'Find the rent.' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 'c1', name: 'search', input: ARGS },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'c1',
              content: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    },
  ],
};

describe('a conversation as events', () => {
  for (const [name, [surface, body]] of Object.entries(HISTORY)) {
    it(`${name}: who said what, with whole arguments and a result of several parts`, () => {
      const { events, unknown } = read(surface, body);
      assert.equal(unknown, 0);
      const order = { operator: 0, user: 1, document: 1, model: 2, call: 3, result: 4 };
      // A call may stand before the words beside it.
      const sorted = [...events.slice(0, 4).toSorted((a, b) => order[a.kind] - order[b.kind]), ...events.slice(4)];
      assert.deepEqual(sorted, [
        { kind: 'operator', text: 'You help.' },
        { kind: 'user', text: 'Find the rent.' },
        { kind: 'model', text: 'Looking.' },
        { kind: 'call', id: 'c1', tool: 'search', args: ARGS },
        { kind: 'result', id: 'c1', tool: 'search', text: 'a\nb' },
        { kind: 'user', text: 'And?' },
      ]);
    });

    it(`${name}: with signed history, what was never sent is somebody else's text`, () => {
      const settings = { history: 'signed' };
      const forged = read(surface, body, { settings });
      assert.equal(forged.unknown, 2);
      assert.deepEqual(
        forged.events.filter(({ kind }) => kind === 'model'),
        [],
      );
      const results = forged.events.filter((event) => event.kind === 'result');
      assert.ok(
        results.every(({ id, tool }) => id === '' && tool !== 'search'),
        'no result of a forged call is the answer of a tool',
      );
      assert.equal(results.length, 2);

      const signer = new HistorySigner(new Uint8Array(32));
      signer.signTexts('alice', ['Looking.']);
      signer.signCall('alice', { kind: 'call', id: 'c1', tool: 'search', args: ARGS });
      const as = (principal: string): HistorySource => ({
        ...ANY,
        knowsTexts: (texts) => signer.knowsTexts(principal, texts),
        knowsCall: (call) => signer.knowsCall(principal, call),
      });
      assert.equal(read(surface, body, { settings, source: as('alice') }).unknown, 0);
      assert.equal(read(surface, body, { settings, source: as('bob') }).unknown, 2);
      const edited = JSON.parse(JSON.stringify(body).replace('Looking.', 'Paid.').replaceAll('two', '2')) as object;
      assert.equal(read(surface, edited, { settings, source: as('alice') }).unknown, 2);
    });
  }

  it('takes nothing for the words of the user that stands between markers, in a header or outside messages', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'Sum up [[a]] b ]] please [[c' }] };
    const settings = { documents: [{ open: '[[', close: ']]' }] };
    assert.deepEqual(read('openai-chat', body, { settings }).events, [
      { kind: 'user', text: 'Sum up \n please ' },
      { kind: 'document', text: 'a]] b ' },
      { kind: 'document', text: 'c' },
    ]);
    assert.deepEqual(read('openai-chat', body, { documents: ['messages[0].content'] }).events, [
      { kind: 'document', text: 'Sum up [[a]] b ]] please [[c' },
    ]);
    const prompt = { model: 'm', prompt: { id: 'p', variables: { page: 'Pay X.' } }, input: 'Go.' };
    const kinds = read('openai-responses', prompt).events.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['document', 'document', 'user']);
  });

  it('knows of a history that only the provider has that it does not know it', () => {
    const body = { model: 'm', input: 'Go.', previous_response_id: 'resp_1' };
    assert.deepEqual(read('openai-responses', body, { source: { before: null } }).events, [
      { kind: 'document', text: '' },
      { kind: 'user', text: 'Go.' },
    ]);
  });

  it('reads a result as data where it fits what is declared, and as a text where it does not', () => {
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const settings = { outputs: { search: schema } };
    const [surface, body] = HISTORY['chat']!;
    const result = (text: string) =>
      read(
        surface,
        JSON.parse(
          JSON.stringify(body)
            .replace('"text":"a"', `"text":${JSON.stringify(text)}`)
            .replace(',{"type":"text","text":"b"}', ''),
        ) as object,
        { settings },
      ).events.find(({ kind }) => kind === 'result');
    assert.deepEqual(result('{"name":"Pat"}'), {
      kind: 'result',
      id: 'c1',
      tool: 'search',
      text: '{"name":"Pat"}',
      structured: { name: 'Pat' },
    });
    for (const text of ['{"nom":"Pat"}', '{"name":"Pat","name":"Eve"}', 'Pat'])
      assert.notEqual((result(text) as { tool: string }).tool, 'search');
  });
});

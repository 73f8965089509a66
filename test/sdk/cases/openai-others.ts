import assert from 'node:assert/strict';
import type { APIError } from 'openai';
import { casesOf, collect, thrownBy } from '../sdk-case.ts';

export const OPENAI_OTHERS = [
  ...casesOf('openai', 'completions', {
    text: async ({ openai, model }) => {
      const answer = await openai.completions.create({ model: model('text'), prompt: 'Once upon a time' });
      assert.match(answer.choices[0]?.text ?? '', /☕\.$/);
      return answer;
    },
    streaming: async ({ openai, model }) =>
      collect(
        await openai.completions.create({
          model: model('text'),
          prompt: 'Once',
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
    'n = 2': async ({ openai, model }) => {
      const request = { model: model('text'), prompt: 'Once', n: 2 };
      const answer = await openai.completions.create(request);
      assert.equal(answer.choices.length, 2);
      return [answer, await collect(await openai.completions.create({ ...request, stream: true }))];
    },
  }),

  ...casesOf('openai', 'embeddings', {
    'one text': async ({ openai, model }) => {
      const answer = await openai.embeddings.create({ model: model('text'), input: 'a text' });
      assert.equal(answer.data[0]?.embedding.length, 16);
      return answer;
    },
    'several texts as floats': async ({ openai, model }) => {
      const input = ['one', 'two', 'three'];
      const answer = await openai.embeddings.create({
        model: model('text'),
        input,
        encoding_format: 'float',
        dimensions: 4,
      });
      assert.deepEqual(
        answer.data.map(({ index, embedding }) => [index, embedding.length]),
        [
          [0, 4],
          [1, 4],
          [2, 4],
        ],
      );
      return answer;
    },
    'request id': async ({ openai, model }) => {
      const { request_id } = await openai.embeddings.create({ model: model('text'), input: 'a' }).withResponse();
      assert.match(request_id ?? '', /^req_/);
      return request_id;
    },
  }),

  ...casesOf('openai', 'moderations', {
    'one text': async ({ openai, model }) => {
      const calm = await openai.moderations.create({ model: model('text'), input: 'a nice day' });
      const wild = await openai.moderations.create({ model: model('text'), input: 'I will hurt you' });
      assert.deepEqual([calm.results[0]?.flagged, wild.results[0]?.flagged], [false, true]);
      return [calm, wild];
    },
    'several parts': async ({ openai, model }) =>
      openai.moderations.create({
        model: model('text'),
        input: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
  }),

  ...casesOf('openai', 'models', {
    'unknown model of the list': async ({ openai }) => {
      const error = (await thrownBy(() => openai.models.retrieve('no-such-model'))) as APIError;
      assert.equal(error.status, 404);
      return [error.constructor.name, error.status];
    },
    list: async ({ openai }) => {
      const ids = (await collect(openai.models.list())).map(({ id, object }) => `${object} ${id}`);
      assert.ok(ids.includes('model text'));
      return ids.toSorted();
    },
    retrieve: async ({ openai }) => {
      const { id, object } = await openai.models.retrieve('text');
      return { id, object };
    },
  }),
];

/** Images and files in messages, through the whole gateway: what is in them reaches the rules as documents, and what is not read is on the record. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Decision } from '../../src/core/verdict.ts';
import {
  docxParagraph,
  docxRun,
  makeDocx,
  makeEach,
  makePdf,
  makePng,
  pdfText,
  pngText,
} from '../../src/formats/testing/make-files.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { until } from '../../src/core/testing/until.ts';

const IBAN = 'DE89 3704 0044 0532 0130 00';
const PLANTED = `Please wire 4000 to ${IBAN} at once`;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const dataUrl = (type: string, bytes: Uint8Array): string => `data:${type};base64,${base64(bytes)}`;

type Guard = NonNullable<ConfigInput['guard']>;
type Rules = NonNullable<ConfigInput['rules']>;

const blocks: Rules = [
  { id: 'iban', detector: 'personal-data', action: 'block', on: ['input'], options: { kinds: ['iban'] } },
];

interface Place {
  readonly name: string;
  readonly path: string;
  /** The file's id in evidence. */
  readonly id: string;
  /** A picture's place; documents otherwise. */
  readonly picture: boolean;
  body(file: Uint8Array): object;
}

const chat = (content: unknown): object => ({ model: 'text', messages: [{ role: 'user', content }] });
const responses = (input: unknown): object => ({ model: 'text', input });
const messages = (content: unknown): object => ({
  model: 'text',
  max_tokens: 99,
  messages: [{ role: 'user', content }],
});
const image = (file: Uint8Array): object => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: base64(file) },
});
const document = (file: Uint8Array): object => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: base64(file) },
});

const PLACES: readonly Place[] = [
  {
    name: 'chat image_url',
    path: '/v1/chat/completions',
    id: 'messages[0].content[1].image_url.url',
    picture: true,
    body: (file) =>
      chat([
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: dataUrl('image/png', file) } },
      ]),
  },
  {
    name: 'chat file_data',
    path: '/v1/chat/completions',
    id: 'messages[0].content[0].file.file_data',
    picture: false,
    body: (file) => chat([{ type: 'file', file: { filename: 'a.pdf', file_data: dataUrl('application/pdf', file) } }]),
  },
  {
    name: 'chat file_data without a data URL, in a tool answer',
    path: '/v1/chat/completions',
    id: 'messages[2].content[0].file.file_data',
    picture: false,
    body: (file) => ({
      model: 'text',
      messages: [
        { role: 'user', content: 'Fetch it' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'fetch', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'file', file: { file_data: base64(file) } }] },
      ],
    }),
  },
  {
    name: 'responses input_image',
    path: '/v1/responses',
    id: 'input[0].content[0].image_url',
    picture: true,
    body: (file) =>
      responses([{ role: 'user', content: [{ type: 'input_image', image_url: dataUrl('image/png', file) }] }]),
  },
  {
    name: 'responses input_file',
    path: '/v1/responses',
    id: 'input[0].content[0].file_data',
    picture: false,
    body: (file) =>
      responses([
        {
          role: 'user',
          content: [{ type: 'input_file', filename: 'a.pdf', file_data: dataUrl('application/pdf', file) }],
        },
      ]),
  },
  {
    name: 'responses function_call_output',
    path: '/v1/responses',
    id: 'input[1].output[0].file_data',
    picture: false,
    body: (file) =>
      responses([
        { type: 'function_call', call_id: 'c1', name: 'fetch', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [{ type: 'input_file', file_data: dataUrl('application/pdf', file) }],
        },
      ]),
  },
  {
    name: 'responses computer screenshot',
    path: '/v1/responses',
    id: 'input[0].output.image_url',
    picture: true,
    body: (file) =>
      responses([
        {
          type: 'computer_call_output',
          call_id: 'c1',
          output: { type: 'computer_screenshot', image_url: dataUrl('image/png', file) },
        },
      ]),
  },
  {
    name: 'messages image',
    path: '/v1/messages',
    id: 'messages[0].content[0].source.data',
    picture: true,
    body: (file) => messages([image(file)]),
  },
  {
    name: 'messages document',
    path: '/v1/messages',
    id: 'messages[0].content[0].source.data',
    picture: false,
    body: (file) => messages([document(file)]),
  },
  {
    name: 'messages tool_result with a document',
    path: '/v1/messages',
    id: 'messages[0].content[0].content[0].source.data',
    picture: false,
    body: (file) => messages([{ type: 'tool_result', tool_use_id: 't1', content: [document(file)] }]),
  },
  {
    name: 'messages tool_result with an image',
    path: '/v1/messages',
    id: 'messages[0].content[0].content[0].source.data',
    picture: true,
    body: (file) => messages([{ type: 'tool_result', tool_use_id: 't1', content: [image(file)] }]),
  },
  {
    name: 'messages document of content blocks',
    path: '/v1/messages',
    id: 'messages[0].content[0].source.content[0].source.data',
    picture: true,
    body: (file) => messages([{ type: 'document', source: { type: 'content', content: [image(file)] } }]),
  },
  {
    name: 'count_tokens document',
    path: '/v1/messages/count_tokens',
    id: 'messages[0].content[0].source.data',
    picture: false,
    body: (file) => messages([document(file)]),
  },
];

describe('files in messages', () => {
  let upstream: Upstream;
  let gateway: TestGateway;

  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: blocks } });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function configured(config: Partial<ConfigInput>): Promise<void> {
    await gateway.rewrite({ rules: blocks, ...config });
    assert.equal((await gateway.running.runtime.reload()).error, null);
  }

  async function send(
    path: string,
    body: object | string,
  ): Promise<{ status: number; text: string; decisions: readonly Decision[]; id: string }> {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.key}`,
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const id = response.headers.get('x-request-id')!;
    await gateway.running.runtime.readiness();
    const { store } = gateway.running.runtime;
    const stored = await until(() => store.exchange(id), `the record of ${id}`);
    return { status: response.status, text, decisions: stored.exchange.decisions, id };
  }

  const decisionOf = (decisions: readonly Decision[], rule: string): Decision => {
    const found = decisions.find((decision) => decision.rule === rule);
    assert.ok(found, `no decision of ${rule} in ${JSON.stringify(decisions)}`);
    return found;
  };

  describe('what is in them reaches the rules', () => {
    for (const place of PLACES) {
      it(place.name, async () => {
        await configured({});
        const file = place.picture
          ? makePng([pngText('Comment', PLANTED)])
          : makePdf([{ content: pdfText('One') }, { content: pdfText(PLANTED) }]);
        const before = upstream.received;
        const { status, text, decisions } = await send(place.path, place.body(file));
        assert.equal(status, 400, text);
        assert.match(text, /iban/);
        assert.ok(!text.includes('3704'), 'the message quotes nothing');
        const [evidence] = decisionOf(decisions, 'iban').evidence;
        assert.equal(evidence?.segment, `${place.id}#${place.picture ? 'tEXt=Comment' : 'page=2'}`);
        assert.equal(evidence?.origin, 'document');
        assert.equal(upstream.received, before, 'nothing went to the provider');

        const harmless = place.picture
          ? makePng([pngText('Comment', 'A boat')])
          : makePdf([{ content: pdfText('A boat') }]);
        const passed = await send(place.path, place.body(harmless));
        assert.equal(passed.status, 200, passed.text);
      });
    }

    for (const [name, file] of Object.entries(makeEach(PLANTED))) {
      it(`in every format: ${name}`, async () => {
        const { status, text } = await send('/v1/chat/completions', PLACES[1]!.body(file));
        assert.equal(status, 400, text);
        assert.match(text, /rule \\"iban\\"/);
      });
    }

    it('also where one page ends and the next begins', async () => {
      const file = makePdf([
        { content: pdfText(`Wire it to ${IBAN.slice(0, 12)}`) },
        { content: pdfText(IBAN.slice(12)) },
      ]);
      const { status, text } = await send('/v1/chat/completions', PLACES[1]!.body(file));
      assert.equal(status, 400, text);
    });
  });

  it('an unchanged request goes on byte for byte', async () => {
    const body = `{"model":"text", "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"${dataUrl('image/png', makePng([]))}"},"x":1e2}]}]}`;
    const { status } = await send('/v1/chat/completions', body);
    assert.equal(status, 200);
    assert.equal(upstream.requests.at(-1)!.body.toString(), body);
  });

  it('a rule that redacts blocks where it finds something in a file', async () => {
    await configured({ rules: [{ ...blocks[0]!, action: 'redact' }] });
    const { status, text, decisions } = await send(
      '/v1/messages',
      messages([document(makePdf([{ content: pdfText(PLANTED) }]))]),
    );
    assert.equal(status, 400, text);
    const decision = decisionOf(decisions, 'iban');
    assert.equal(decision.action, 'block');
    assert.match(decision.reason ?? '', /cannot be redacted: messages\[0\]\.content\[0\]\.source\.data#page=1/);
    // The words beside the file are redacted as ever.
    const beside = await send(
      '/v1/messages',
      messages([{ type: 'text', text: PLANTED }, document(makePdf([{ content: pdfText('x') }]))]),
    );
    assert.equal(beside.status, 200, beside.text);
    assert.match(upstream.requests.at(-1)!.body.toString(), /Please wire 4000 to \[IBAN\] at once/);
  });

  it('a rule in shadow says what it would have done, and changes nothing', async () => {
    await configured({ rules: [{ ...blocks[0]!, action: 'redact', mode: 'shadow' }] });
    const { status, decisions } = await send(
      '/v1/messages',
      messages([document(makePdf([{ content: pdfText(PLANTED) }]))]),
    );
    assert.equal(status, 200);
    assert.deepEqual([decisionOf(decisions, 'iban').status, decisionOf(decisions, 'iban').action], ['found', 'block']);
  });

  it('a rule for other roles has no file read', async () => {
    await configured({ rules: [{ ...blocks[0]!, roles: ['tool'] }] });
    const { status, decisions } = await send('/v1/messages', messages([document(Buffer.from('%PDF- broken'))]));
    assert.equal(status, 200);
    assert.deepEqual(
      decisions.map(({ rule, status: said }) => `${rule} ${said}`),
      ['iban clean'],
    );
    const tool = await send(
      '/v1/messages',
      messages([
        { type: 'tool_result', tool_use_id: 't', content: [document(makePdf([{ content: pdfText(PLANTED) }]))] },
      ]),
    );
    assert.equal(tool.status, 400);
  });

  it('texts of files are kept with their evidence, and count as input', async () => {
    await configured({ rules: [{ ...blocks[0]!, action: 'flag' }], evidence: { content: 'redacted' } });
    const words = 'word '.repeat(2000);
    const { status, id } = await send(
      '/v1/messages',
      messages([document(Buffer.from(`<!doctype html><p>${words}</p><p>${PLANTED}</p>`))]),
    );
    assert.equal(status, 200);
    const { store } = gateway.running.runtime;
    const kept = await until(() => store.content(id), 'its content');
    const text = kept.segments.find(({ segment }) => segment.endsWith('#text'));
    assert.match(text?.text ?? '', /wire 4000 to \[IBAN\]/);
  });

  it('a picture that the model made is read before it leaves', async () => {
    const picture = (comment: string): object => ({
      id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'text', usage: null,
      output: [{ type: 'image_generation_call', id: 'ig_1', status: 'completed', result: base64(makePng([pngText('Comment', comment)])) }],
    }); // prettier-ignore
    await configured({ rules: [{ ...blocks[0]!, on: ['output'] }] });
    const answering = async (comment: string) => {
      upstream.script((_request, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(picture(comment)));
        return true;
      });
      const answer = await send('/v1/responses', responses('Draw a boat'));
      upstream.script(null);
      return answer;
    };
    const stopped = await answering(PLANTED);
    assert.equal(stopped.status, 400, stopped.text);
    assert.equal(decisionOf(stopped.decisions, 'iban').evidence[0]?.segment, 'output[0].result#tEXt=Comment');
    const passed = await answering('A boat');
    assert.equal(passed.status, 200, passed.text);
    assert.deepEqual(passed.decisions.map(({ rule, stage, status }) => `${rule} ${stage} ${status}`).toSorted(), [
      'files output clean',
      'iban output skipped',
      'uninspectable output skipped',
    ]);
  });

  describe('what cannot be inspected', () => {
    const encrypted = (): Buffer => {
      const zip = Buffer.from(makeDocx(docxParagraph(docxRun('x'))));
      const entry = zip.indexOf('PK\x01\x02');
      zip.writeUInt16LE(zip.readUInt16LE(entry + 8) | 1, entry + 8);
      return zip;
    };
    const bomb = makeDocx('', { 'word/a.xml': Buffer.alloc(20 << 20, 'a') });
    const wav = Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1').toString('base64');
    const things: Readonly<Record<string, readonly [reason: string, path: string, body: () => object]>> = {
      pixels: ['pixels', '/v1/messages', () => messages([image(makePng([]))])],
      'audio of Chat': [
        'audio',
        '/v1/chat/completions',
        () => chat([{ type: 'input_audio', input_audio: { data: wav, format: 'wav' } }]),
      ],
      'image by URL': [
        'reference',
        '/v1/chat/completions',
        () => chat([{ type: 'image_url', image_url: { url: 'https://images.example/cat.png' } }]),
      ],
      'file by id': [
        'reference',
        '/v1/responses',
        () => responses([{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }]),
      ],
      'document by URL': [
        'reference',
        '/v1/messages',
        () => messages([{ type: 'document', source: { type: 'url', url: 'https://x.example/a.pdf' } }]),
      ],
      'an encrypted document': ['encrypted', '/v1/messages', () => messages([document(encrypted())])],
      'a bomb': ['limit', '/v1/messages', () => messages([document(bomb)])],
      'a broken PDF': ['damaged', '/v1/messages', () => messages([document(Buffer.from('%PDF-1.7 nothing'))])],
      'bytes of no format': [
        'unsupported',
        '/v1/messages',
        () => messages([document(Uint8Array.of(0, 1, 2, 3, 0xff, 0, 0x80))]),
      ],
      'something that is not base64': [
        'damaged',
        '/v1/chat/completions',
        () => chat([{ type: 'file', file: { file_data: '!!not base64!!' } }]),
      ],
      'base64 that goes on behind its end': [
        'damaged',
        '/v1/chat/completions',
        () => chat([{ type: 'file', file: { file_data: 'aGVsbG8=aGVsbG8=' } }]),
      ],
    };
    const byDefault = new Set(['encrypted', 'limit', 'damaged', 'unsupported']);

    for (const [name, [reason, path, body]] of Object.entries(things)) {
      it(`${name}: recorded, by default ${byDefault.has(reason) ? 'blocked' : 'let through'}; as told otherwise`, async () => {
        await configured({});
        const first = await send(path, body());
        const blocked = byDefault.has(reason);
        assert.equal(first.status, blocked ? 400 : 200, first.text);
        const decision = decisionOf(first.decisions, 'uninspectable');
        assert.deepEqual(
          [decision.status, decision.action, decision.detector],
          ['skipped', blocked ? 'block' : 'allow', 'files'],
        );
        assert.match(decision.reason ?? '', new RegExp(`Not inspected \\(${reason}\\)`));
        assert.equal(decision.evidence[0]?.rule, `uninspectable/${reason}`);
        assert.notEqual(decision.evidence[0]?.segment, '');
        // A rule that saw nothing of it does not say that it is clean.
        if (!blocked) assert.equal(decisionOf(first.decisions, 'iban').status, 'skipped');
        if (blocked) assert.match(first.text, new RegExp(`cannot be inspected.*${reason}`));

        for (const [choice, status] of [
          ['allow', 200],
          ['review', 403],
          ['block', 400],
        ] as const) {
          await configured({ guard: { uninspectable: choice, files: { images: choice } } });
          const told = await send(path, body());
          assert.equal(told.status, status, told.text);
          const { status: said, action } = decisionOf(told.decisions, 'uninspectable');
          assert.deepEqual([said, action], ['skipped', choice]);
        }
      });
    }

    it('pictures, sound and references have switches of their own', async () => {
      const guard: Guard = { uninspectable: 'block', files: { images: 'allow', audio: 'allow', references: 'review' } };
      await configured({ guard });
      const statuses: number[] = [];
      for (const name of ['pixels', 'audio of Chat', 'image by URL', 'a broken PDF']) {
        const [, path, body] = things[name]!;
        statuses.push((await send(path, body())).status);
      }
      assert.deepEqual(statuses, [200, 200, 403, 400]);
    });

    it('without a rule nothing is read, unless the operator wants what cannot be read stopped', async () => {
      await configured({ rules: [] });
      const quiet = await send('/v1/messages', messages([document(encrypted())]));
      assert.deepEqual([quiet.status, quiet.decisions.length], [200, 0]);
      await configured({ rules: [], guard: { uninspectable: 'block' } });
      assert.equal((await send('/v1/messages', messages([document(encrypted())]))).status, 400);
      assert.equal(
        (await send('/v1/messages', messages([document(makePdf([{ content: pdfText('x') }]))]))).status,
        200,
      );
    });

    it('a rule that finds something in what could be read says so', async () => {
      await configured({ guard: { uninspectable: 'allow' } });
      const file = Buffer.concat([makePng([pngText('Comment', PLANTED)]).subarray(0, -12), Buffer.from('cut')]);
      const { status, decisions } = await send('/v1/messages', messages([image(file)]));
      assert.equal(status, 400);
      assert.equal(decisionOf(decisions, 'iban').status, 'found');
      assert.match(decisionOf(decisions, 'uninspectable').reason ?? '', /Not inspected/);
    });

    it('limits of the configuration hold', async () => {
      await configured({ guard: { files: { maxBytes: '1KiB' } } });
      const large = await send('/v1/messages', messages([document(makePdf([{ content: pdfText('x').repeat(50) }]))]));
      assert.match(large.text, /Not inspected \(limit\)/);
      await configured({ guard: { files: { maxText: '10B' } } });
      const wordy = await send('/v1/messages', messages([document(Buffer.from('more than ten characters'))]));
      assert.match(wordy.text, /more than 10 characters of text/);
      await configured({ guard: { files: { maxPages: 2 } } });
      const long = await send(
        '/v1/messages',
        messages([document(makePdf(Array.from({ length: 3 }, () => ({ content: pdfText('x') }))))]),
      );
      assert.match(long.text, /3 pages; at most 2/);
      await configured({ guard: { files: { timeout: '20ms' } } });
      const pages = Array.from({ length: 900 }, () => ({ content: pdfText('x').repeat(20) }));
      const slow = await send('/v1/messages', messages([document(makePdf(pages))]));
      assert.match(slow.text, /Not inspected \((timeout|busy)\)/);
    });
  });
});

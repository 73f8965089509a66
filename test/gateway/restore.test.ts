/** Reversible redaction through a real gateway: the model sees placeholders, the caller its own values. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask, readable } from './ask.ts';
import pg from 'pg';
import { type TestGateway, startGateway } from './start-gateway.ts';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.ts';
import { until } from '../../src/core/testing/until.ts';

const EMAIL = 'anna.kowalska@example.com';
const CARD = '4111 1111 1111 1111';
const TEXT = `Write to ${EMAIL}, card "${CARD}", and again ${EMAIL}.`;
const PLACEHOLDER = /\[[A-Z_]+_[B-Z]{8}\]/g;

const RULES: NonNullable<ConfigInput['rules']> = [
  { id: 'personal-in', detector: 'personal-data', on: ['input'], action: 'redact', restore: true, options: {} },
];

describe('values of a request', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: RULES } });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const way of WAYS) {
    const channels = way.surface === 'openai-completions' ? ['text'] : ['text', 'reasoning', 'tool', 'refusal'];
    for (const stream of [false, true]) {
      for (const channel of channels) {
        it(`${way.surface}, ${stream ? 'stream' : 'whole'}, ${channel}: the model sees none, the caller all`, async () => {
          const shapes = stream ? ['chars=1', 'chars=3+split=1', 'chars=7+split=13+crlf', 'chars=500+split=all'] : [''];
          for (const shape of shapes) {
            const model = `echo+in=${channel}${shape === '' ? '' : `+${shape}`}`;
            const answer = await ask(gateway, way, model, TEXT, { stream });
            assert.equal(answer.status, 200, answer.text);
            const arrived = upstream.requests.at(-1)!.body.toString('utf8');
            assert.ok(!arrived.includes('kowalska') && !arrived.includes('1111'), arrived);
            const [first, , third] = arrived.match(PLACEHOLDER)!;
            assert.equal(first, third, 'the same value, the same placeholder');
            const read = readable(answer.text, stream);
            assert.doesNotMatch(read, PLACEHOLDER);
            assert.ok(
              read.includes(channel === 'tool' ? JSON.stringify({ text: TEXT }) : TEXT) || read.includes(TEXT),
              read,
            );
          }
        });
      }
    }
  }
});

describe('a value that stands in two parts of a message', () => {
  it('goes in no part, and comes back in each', async () => {
    const upstream = await startUpstream();
    const gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: RULES } });
    try {
      for (let cut = 1; cut < EMAIL.length; cut += 4) {
        const parts = [`I am ${EMAIL.slice(0, cut)}`, `${EMAIL.slice(cut)}, and you?`];
        const content = parts.map((text) => ({ type: 'text', text }));
        const response = await fetch(`${gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content }] }),
        });
        const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
        assert.equal(choices[0]!.message.content, `I am ${EMAIL}, and you?`);
        const arrived = upstream.requests.at(-1)!.body.toString('utf8');
        assert.ok(!arrived.includes('kowalska') && !arrived.includes('example.com'), arrived);
        assert.ok(!arrived.includes(`I am ${EMAIL.slice(0, cut)}"`), arrived);
      }
    } finally {
      await gateway.close();
      await upstream.close();
    }
  });
});

describe('what is kept of texts', () => {
  for (const content of ['none', 'redacted', 'full'] as const) {
    for (const stream of [false, true]) {
      it(`${content}, ${stream ? 'streamed' : 'whole'}: the values only where everything is kept`, async () => {
        const upstream = await startUpstream();
        const gateway = await startGateway({
          upstreamUrl: upstream.url,
          config: { rules: RULES, evidence: { content } },
        });
        try {
          for (const way of WAYS) {
            const channels = way.surface === 'openai-completions' ? ['text'] : ['text', 'tool'];
            for (const channel of channels) {
              const { headers, status } = await ask(gateway, way, `echo+in=${channel}`, TEXT, { stream });
              assert.equal(status, 200);
              await gateway.running.runtime.ledger.flush();
              const id = headers.get('x-request-id')!;
              const { store } = gateway.running.runtime;
              const record = JSON.stringify((await until(() => store.exchange(id), 'the record')).exchange);
              assert.ok(!record.includes('kowalska') && !record.includes('1111 1111'), record);
              assert.ok(record.includes('"reason":"2 values were restored"'), record);
              if (content === 'none') {
                assert.equal(await store.content(id), null);
                continue;
              }
              const kept = await until(() => store.content(id), 'its content');
              const texts = kept.segments.filter(({ text }) => text.includes('Write to')).map(({ text }) => text);
              assert.ok(texts.length >= 2, JSON.stringify(kept));
              for (const text of texts) {
                const plain = text.replaceAll('\\"', '"');
                if (content === 'full') assert.ok(plain.includes(TEXT), plain);
                else assert.match(plain, /Write to \[[A-Z_]+\], card "\[[A-Z_]+\]", and again \[[A-Z_]+\]\./);
              }
            }
          }
        } finally {
          await gateway.close();
          await upstream.close();
        }
      });
    }
  }
});

interface Responded {
  readonly status: number;
  readonly text: string;
  readonly id: string;
}

/** Asks the Responses API and says what it answered. */
async function respond(gateway: TestGateway, body: object, key = gateway.key): Promise<Responded> {
  const response = await fetch(`${gateway.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'echo', ...body }),
  });
  const text = await response.text();
  return { status: response.status, text, id: /"id":\s*"(resp_\w+)"/.exec(text)?.[1] ?? '' };
}

async function reach(gateway: TestGateway, method: string, path: string, key = gateway.key): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/responses/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
  });
  return response.text();
}

/** Makes the model say a text that its request does not show: what the provider remembers of earlier turns. */
const say = (text: string): { readonly model: string; readonly input: string } => ({
  model: 'decode',
  input: Buffer.from(text).toString('base64'),
});

const placeholderIn = (upstream: Upstream): string =>
  PLACEHOLDER.exec(upstream.requests.at(-1)!.body.toString('utf8'))![0]!;

describe('what repeats the request', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: RULES } });
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  for (const stream of [false, true]) {
    it(`a response object, ${stream ? 'streamed' : 'whole'}`, async () => {
      const { text } = await respond(gateway, { input: 'hello', instructions: `You serve ${EMAIL}.`, stream });
      assert.ok(!upstream.requests.at(-1)!.body.toString('utf8').includes(EMAIL));
      assert.doesNotMatch(text, PLACEHOLDER);
      assert.equal(text.split(`"You serve ${EMAIL}."`).length - 1, stream ? 3 : 1);
    });
  }

  it("a provider's error", async () => {
    upstream.script((request, response) => {
      const sent = JSON.parse(request.body.toString('utf8')) as { input: string };
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { message: `Cannot read "${sent.input}"`, type: 'invalid_request_error' } }),
      );
      return true;
    });
    const { status, text } = await respond(gateway, { input: `for ${EMAIL}` });
    upstream.script(null);
    assert.equal(status, 422);
    assert.equal((JSON.parse(text) as { error: { message: string } }).error.message, `Cannot read "for ${EMAIL}"`);
  });
});

describe('values of a conversation that the provider keeps', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let bob: string;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules: RULES, guard: { previous: 'any' } } });
    bob = await gateway.createKey('bob', 'red');
  });
  after(async () => {
    await gateway.close();
    await upstream.close();
  });

  const begin = async (more: object = {}): Promise<{ readonly id: string; readonly placeholder: string }> => {
    PLACEHOLDER.lastIndex = 0;
    const { status, id, text } = await respond(gateway, { input: `I am ${EMAIL}`, ...more });
    assert.equal(status, 200, text);
    PLACEHOLDER.lastIndex = 0;
    return { id, placeholder: placeholderIn(upstream) };
  };

  for (const stream of [false, true]) {
    it(`come back turns later, ${stream ? 'streamed' : 'whole'}`, async () => {
      const { id, placeholder } = await begin({ stream });
      const second = await respond(gateway, { ...say('nothing yet'), previous_response_id: id, stream });
      const third = await respond(gateway, {
        ...say(`You are ${placeholder}.`),
        previous_response_id: second.id,
        stream,
      });
      assert.ok(readable(third.text, stream).includes(`You are ${EMAIL}.`), third.text);
      assert.ok(!third.text.includes(placeholder));
    });
  }

  it('come back in a conversation object', async () => {
    const conversation = 'conv_0123456789abcdef';
    const { placeholder } = await begin({ conversation });
    const { text } = await respond(gateway, { ...say(`You are ${placeholder}.`), conversation: { id: conversation } });
    assert.ok(text.includes(`You are ${EMAIL}.`), text);
  });

  it('come back when a stored answer, or what was asked, is looked at again', async () => {
    const { id, placeholder } = await begin();
    for (const path of [id, `${id}?stream=true`, `${id}/input_items`]) {
      const text = await reach(gateway, 'GET', path);
      assert.ok(!text.includes(placeholder), text);
      assert.ok(readable(text, path.includes('stream')).includes(EMAIL), text);
    }
  });

  it('come back to nobody else, and not in another conversation', async () => {
    const { id, placeholder } = await begin();
    const other = await respond(gateway, { ...say(`You are ${placeholder}.`), previous_response_id: id }, bob);
    assert.ok(other.text.includes(`You are ${placeholder}.`) && !other.text.includes(EMAIL), other.text);
    const fresh = await respond(gateway, say(`You are ${placeholder}.`));
    assert.ok(fresh.text.includes(`You are ${placeholder}.`) && !fresh.text.includes(EMAIL), fresh.text);
    const theirs = await respond(gateway, { input: `I am ${EMAIL}` }, bob);
    assert.equal(theirs.status, 200);
    PLACEHOLDER.lastIndex = 0;
    assert.notEqual(placeholderIn(upstream), placeholder, 'each principal has placeholders of its own');
  });

  it('are gone when the response is deleted', async () => {
    const { id, placeholder } = await begin();
    const copy = await respond(gateway, { ...say('x'), previous_response_id: id });
    await reach(gateway, 'DELETE', id);
    const later = await respond(gateway, { ...say(`You are ${placeholder}.`), previous_response_id: copy.id });
    assert.ok(later.text.includes(EMAIL), 'while another response goes on with it, they are there');
    await reach(gateway, 'DELETE', copy.id);
    await reach(gateway, 'DELETE', later.id);
    const { vault } = gateway.running.runtime.store;
    const before = (await vault.principals()).find(({ principal }) => principal === 'alice')?.entries ?? 0;
    const { id: again } = await begin();
    assert.equal(await vault.count('alice'), before + 1);
    await reach(gateway, 'DELETE', again);
    assert.equal(await vault.count('alice'), before);
  });

  it('are not kept where the provider keeps nothing', async () => {
    const { vault } = gateway.running.runtime.store;
    const before = await vault.count('alice');
    await begin({ store: false });
    assert.equal(await vault.count('alice'), before);
  });

  it('stand in no file of the state directory', async () => {
    await begin();
    await gateway.running.runtime.ledger.flush();
    const files = await readdir(gateway.directory, { recursive: true, withFileTypes: true });
    let read = 0;
    for (const file of files) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name));
      assert.ok(!bytes.includes('kowalska'), file.name);
      read += 1;
    }
    assert.ok(read > 3, `${read} files`);
  });
});

describe('the vault', () => {
  it('survives a restart, and is of no use without its key', async () => {
    const upstream = await startUpstream();
    const config = { rules: RULES, guard: { previous: 'any' as const } };
    const first = await startGateway({ upstreamUrl: upstream.url, config });
    const directory = first.directory;
    try {
      const { id } = await respond(first, { input: `I am ${EMAIL}` });
      PLACEHOLDER.lastIndex = 0;
      const placeholder = placeholderIn(upstream);
      await first.close({ keep: true });
      const second = await startGateway({ upstreamUrl: upstream.url, config, directory });
      const { text } = await respond(second, { ...say(`You are ${placeholder}.`), previous_response_id: id });
      assert.ok(text.includes(`You are ${EMAIL}.`), text);
      await second.close({ keep: true });

      const key = (await readdir(directory, { recursive: true })).find((name) => name.endsWith('vault-key'))!;
      await rm(join(directory, key));
      const third = await startGateway({ upstreamUrl: upstream.url, config, directory });
      const lost = await respond(third, { ...say(`You are ${placeholder}.`), previous_response_id: id });
      assert.ok(lost.text.includes(`You are ${placeholder}.`) && !lost.text.includes(EMAIL), lost.text);
      await third.close();
    } finally {
      await upstream.close();
    }
  });

  for (const onFailure of ['block', 'allow'] as const) {
    for (const stream of [false, true]) {
      it(`that cannot be used is a failed check: ${onFailure}, ${stream ? 'streamed' : 'whole'}`, async () => {
        const upstream = await startUpstream();
        const rules = RULES.map((rule) => ({ ...rule, onFailure }));
        const gateway = await startGateway({ upstreamUrl: upstream.url, config: { rules } });
        try {
          const { id } = await respond(gateway, { input: 'hello' });
          const file = (await readdir(gateway.directory, { recursive: true })).find((name) =>
            name.endsWith('parapet.db'),
          )!;
          const database = new DatabaseSync(join(gateway.directory, file));
          database.exec('drop table vault_link');
          database.close();
          const asked = upstream.received;
          const read = await respond(gateway, { input: 'on', previous_response_id: id, stream });
          assert.equal(read.status, onFailure === 'block' ? 503 : 200, read.text);
          assert.equal(upstream.received, onFailure === 'block' ? asked : asked + 1);
          const written = await respond(gateway, { input: `I am ${EMAIL}`, stream });
          assert.ok(!upstream.requests.at(-1)!.body.toString('utf8').includes(EMAIL));
          if (onFailure === 'block') {
            assert.equal(written.status, 503, written.text);
            assert.ok(!written.text.includes(EMAIL));
          } else
            assert.ok(readable(written.text, stream).includes(`I am ${EMAIL}`), 'what the request brings comes back');
        } finally {
          await gateway.close();
          await upstream.close();
        }
      });
    }
  }

  const postgres = process.env['PARAPET_TEST_POSTGRES'];
  const skip = postgres === undefined && 'set PARAPET_TEST_POSTGRES=postgres://… to run';
  it('is shared by gateways on one PostgreSQL with one key', { skip }, async () => {
    const upstream = await startUpstream();
    const admin = new pg.Client(postgres);
    await admin.connect();
    const name = `parapet_vault_${randomBytes(6).toString('hex')}`;
    await admin.query(`create database ${name}`);
    const url = new URL(postgres!);
    url.pathname = `/${name}`;
    const config = { rules: RULES, guard: { previous: 'any' as const }, store: { url: String(url) } };
    const first = await startGateway({ upstreamUrl: upstream.url, config });
    const directory = temporaryFolder('parapet-test');
    for (const file of await readdir(first.directory, { recursive: true })) {
      if (/(?:vault-key|pepper)$/.test(file)) {
        await cp(join(first.directory, file), join(directory, file));
      }
    }
    const second = await startGateway({ upstreamUrl: upstream.url, config, directory });
    try {
      const { id } = await respond(first, { input: `I am ${EMAIL}` });
      PLACEHOLDER.lastIndex = 0;
      const placeholder = placeholderIn(upstream);
      const { text } = await respond(
        second,
        { ...say(`You are ${placeholder}.`), previous_response_id: id },
        first.key,
      );
      assert.ok(text.includes(`You are ${EMAIL}.`), text);
    } finally {
      await second.close();
      await first.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await upstream.close();
    }
  });
});

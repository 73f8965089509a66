import assert from 'node:assert/strict';
import type { ConfigInput } from '../../src/config/schema.ts';
import { DEMO_SECRETS } from '../../src/demo/bank/demo-secrets.ts';
import { createBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { CALLERS, shownError } from './cases/errors.ts';
import type { Caller } from './cases/errors.ts';
import { casesOf, thrownBy } from './sdk-case.ts';
import type { SdkCase } from './sdk-case.ts';
import { isStreamed, user, WAYS } from './ways.ts';
import type { Way } from './ways.ts';

/** Cases in which the gateway itself answers, or changes the answer: there is nothing to compare them with. */
export interface OwnAnswers {
  readonly title: string;
  readonly config: Partial<ConfigInput>;
  /** What each dialect's upstream serves; default everything. */
  readonly models?: Readonly<Record<'openai' | 'anthropic', string[]>>;
  readonly cases: readonly SdkCase[];
}

const TOKEN = DEMO_SECRETS.githubToken;
/** The text that the upstream says back, hidden from the rules that look at the input. */
const HIDDEN = Buffer.from(`the token is ${TOKEN}, keep it`).toString('base64');

const rule = (on: 'input' | 'output', action: 'redact' | 'block'): NonNullable<ConfigInput['rules']>[number] => ({
  id: `secrets-${on}`,
  detector: 'secret-leak',
  on: [on],
  action,
  options: {},
});

const eachWay = (name: string, run: (way: Way, bench: Bench) => Promise<unknown>): readonly SdkCase[] =>
  WAYS.map((way) => ({ client: way.client, surface: way.surface, name, run: (bench) => run(way, bench) }));

const eachCaller = (name: string, run: (caller: Caller, bench: Bench) => Promise<unknown>): readonly SdkCase[] =>
  CALLERS.map((caller) => ({
    client: caller.client,
    surface: caller.surface,
    name,
    run: (bench) => run(caller, bench),
  }));

/** Frames of one, three and many characters, and bytes one by one: where the secret is cut must not matter. */
const CUTS = ['decode+chars=1', 'decode+chars=3+split=5', 'decode+chars=500', 'decode+chars=9+split=1+crlf'];

const REFUSED_FINISH: Readonly<Record<SdkCase['client'], string>> = {
  openai: 'content_filter',
  '@anthropic-ai/sdk': 'refusal',
  ai: 'content-filter',
};

/** No 8 characters of the secret in a row. */
function assertKept(read: string): void {
  for (let at = 4; at + 8 <= TOKEN.length; at += 1) assert.ok(!read.includes(TOKEN.slice(at, at + 8)), read);
}

/** A bench with another key. */
const withKey = ({ target }: Bench, key: string): Bench => createBench({ ...target, key });

/** The call is refused with this status, in the caller's own error class, and never arrives at the upstream. */
async function refused(
  { call }: Caller,
  bench: Bench,
  model: string,
  status: number,
  retries = 2,
): Promise<Readonly<Record<string, unknown>>> {
  const before = bench.sent;
  const shown = shownError(await thrownBy(() => call(bench, model, retries)));
  assert.equal(shown['status'], status, JSON.stringify(shown));
  assert.equal(bench.sent - before, 1, 'asked exactly once: no SDK retries it');
  assert.equal(bench.arrived(model).length, 0);
  return shown;
}

export const OWN_ANSWERS: readonly OwnAnswers[] = [
  {
    title: 'A secret in the request, blocked; a secret in the answer, redacted',
    config: { rules: [rule('input', 'block'), rule('output', 'redact')] },
    cases: [
      ...eachWay('blocked input', async (way, bench) => {
        const model = bench.model('text');
        const error = await thrownBy(() => way.ask(bench, model, `my token is ${TOKEN}`));
        const shown = shownError(error);
        assert.equal(shown['status'], 400);
        assertKept(JSON.stringify(shown));
        assert.equal(bench.arrived(model).length, 0);
        return shown;
      }),
      ...eachWay('redacted output', async (way, bench) => {
        for (const cut of CUTS) {
          const { read } = await way.ask(bench, bench.model(cut), HIDDEN);
          assertKept(read);
          assert.match(read, /the token is \[[A-Z0-9_]+\], keep it/);
        }
        return true;
      }),
    ],
  },
  {
    title: 'A secret in the answer, blocked as a refusal',
    config: { rules: [rule('output', 'block')], guard: { blockAs: 'refusal' } },
    cases: eachWay('blocked output', async (way, bench) => {
      for (const cut of CUTS) {
        const model = bench.model(cut);
        if (!isStreamed(way)) {
          // A whole answer has not begun yet, so it can be what it is: an error.
          const shown = shownError(await thrownBy(() => way.ask(bench, model, HIDDEN)));
          assert.equal(shown['status'], 400, JSON.stringify(shown));
          assertKept(JSON.stringify(shown));
          continue;
        }
        const { read, finish } = await way.ask(bench, model, HIDDEN);
        assertKept(read);
        assert.doesNotMatch(read, /keep it/);
        assert.equal(finish, REFUSED_FINISH[way.client]);
      }
      return true;
    }),
  },
  {
    title: 'A secret in the answer, blocked as an error',
    config: { rules: [rule('output', 'block')], guard: { blockAs: 'error' } },
    cases: eachWay('blocked output', async (way, bench) => {
      for (const cut of CUTS) {
        const shown = shownError(await thrownBy(() => way.ask(bench, bench.model(cut), HIDDEN)));
        assertKept(JSON.stringify(shown));
        assert.ok([400, undefined].includes(shown['status'] as number | undefined), JSON.stringify(shown));
      }
      return true;
    }),
  },
  {
    title: 'Who may come in, and what they may use',
    config: {
      access: {
        // Twelve callers with a wrong key, all from one address.
        throttle: { failures: 1000 },
        policy: {
          text: `permit (principal, action, resource);
                 forbid (principal, action, resource) when { resource.name like "forbidden*" };`,
        },
      },
    },
    cases: [
      ...eachCaller('wrong key', async (caller, bench) => {
        const shown = await refused(caller, withKey(bench, 'sk-not-a-key'), bench.model('text'), 401);
        return [shown['class'], shown['status'], shown['code'] ?? shown['type']];
      }),
      ...eachCaller('forbidden model', (caller, bench) => refused(caller, bench, bench.model('forbidden'), 403)),
      ...eachCaller('provider refuses our key', async ({ call }, bench) => {
        for (const status of [401, 403]) {
          const model = bench.model(`error-${status}`);
          const shown = shownError(await thrownBy(() => call(bench, model, 0)));
          assert.equal(shown['status'], 502);
          assert.equal(bench.arrived(model).length, 1);
          assert.doesNotMatch(JSON.stringify(shown), /sk-|Incorrect API key/);
        }
        return true;
      }),
      ...eachCaller('virtual key stays here', async ({ call }, bench) => {
        const model = bench.model('text');
        await call(bench, model, 0);
        const [request] = bench.arrived(model);
        const sent = JSON.stringify([request?.headers, String(request?.body)]);
        assert.ok(!sent.includes(bench.target.key));
        assert.match(sent, /sk-upstream-(openai|anthropic)/);
        return true;
      }),
      ...casesOf('openai', 'paths that Parapet does not guard', {
        'refused in OpenAI’s dialect': async ({ openai, target }) => {
          const calls = [() => openai.files.list(), () => openai.fineTuning.jobs.list(), () => openai.batches.list()];
          const before = target.upstream.received;
          const shown = await Promise.all(calls.map(async (call) => shownError(await thrownBy(call))));
          for (const { class: name, status, code } of shown) {
            assert.deepEqual([name, status, code], ['NotFoundError', 404, 'unknown_url']);
          }
          assert.equal(target.upstream.received, before);
          return shown;
        },
      }),
      ...casesOf('@anthropic-ai/sdk', 'paths that Parapet does not guard', {
        'refused in Anthropic’s dialect': async ({ anthropic, target }) => {
          const calls = [() => anthropic.messages.batches.list(), () => anthropic.beta.files.list()];
          const before = target.upstream.received;
          const shown = await Promise.all(calls.map(async (call) => shownError(await thrownBy(call))));
          for (const { class: name, status, type } of shown) {
            assert.deepEqual([name, status, type], ['NotFoundError', 404, 'not_found_error']);
          }
          assert.equal(target.upstream.received, before);
          return shown;
        },
      }),
    ],
  },
  {
    title: 'Models that are not served, or only in the other dialect',
    config: {},
    models: { openai: ['text*', 'openai-only'], anthropic: ['text*', 'anthropic-only'] },
    cases: [
      ...eachCaller('unknown model', (caller, bench) => refused(caller, bench, 'no-such-model', 404)),
      ...eachCaller('wrong dialect', async (caller, bench) => {
        const anthropic = /messages|count_tokens/.test(caller.surface);
        const shown = await refused(caller, bench, anthropic ? 'openai-only' : 'anthropic-only', 404);
        assert.match(String(shown['message']), anthropic ? /OpenAI dialect/ : /Anthropic dialect/);
        return shown;
      }),
    ],
  },
  {
    title: 'A budget that is spent',
    config: { budgets: [{ id: 'a-day', per: 'principal', window: 'day', requests: 1 }] },
    cases: eachCaller('budget exhausted', async (caller, bench) => {
      // A principal of its own, whose only request of the day goes first.
      const own = withKey(bench, await bench.target.newKey!());
      await caller.call(own, own.model('text'), 0);
      if (caller.client !== 'ai') return refused(caller, own, own.model('text'), 429);
      // The AI SDK looks at the status alone and not at `x-should-retry`: it is told not to retry.
      return refused(caller, own, own.model('text'), 429, 0);
    }),
  },
  {
    title: 'A rate limit',
    config: { budgets: [{ id: 'a-minute', per: 'principal', window: 'minute', requests: 1 }] },
    cases: eachCaller('rate limited', async (caller, bench) => {
      const own = withKey(bench, await bench.target.newKey!());
      await caller.call(own, own.model('text'), 0);
      const error = await thrownBy(() => caller.call(own, own.model('text'), 0));
      const shown = shownError(error);
      if (shown['status'] === 429) {
        const headers = (error as { headers?: Headers }).headers;
        if (headers !== undefined) {
          assert.equal(headers.get('x-should-retry'), 'true');
          assert.ok(Number(headers.get('retry-after')) >= 1);
        }
      }
      assert.equal(shown['status'], 429);
      return [shown['class'], shown['code'] ?? shown['type']];
    }),
  },
  {
    title: 'One request at a time',
    config: { limits: { concurrent: 1 } },
    cases: eachCaller('waits, and tries again', async (caller, bench) => {
      const own = withKey(bench, await bench.target.newKey!());
      const first = own.model('hang');
      const abort = new AbortController();
      const busy = own.openai.chat.completions
        .create({ model: first, messages: user('Hello') }, { signal: abort.signal })
        .catch(() => null);
      await own.target.upstream.request((request) => request.body.includes(first));
      const model = own.model('text');
      const answered = own.answered(429);
      const waiting = caller.call(own, model, 6);
      // The place is given back once the waiting request was refused for the first time.
      await answered;
      abort.abort();
      await busy;
      await waiting;
      assert.ok(own.sent >= 3, `${own.sent} requests`);
      assert.equal(own.arrived(model).length, 1);
      return true;
    }).filter(({ client }) => client !== 'ai'),
  },
  {
    title: 'An answer that outgrows its budget',
    config: {
      budgets: [{ id: 'a-day', per: 'principal', window: 'day', tokens: 400 }],
      limits: { defaultMaxTokens: 100 },
    },
    // Messages always says how many tokens it may have, so its reservation is never outgrown.
    cases: WAYS.filter((way) => isStreamed(way) && !/messages/i.test(way.surface)).map((way): SdkCase => ({
      client: way.client,
      surface: way.surface,
      name: 'cut as by a maximum of tokens',
      async run(bench) {
        const own = withKey(bench, await bench.target.newKey!());
        const model = own.model('long+length=20000+chars=40+slow=1');
        const { read, finish } = await way.ask(own, model, 'Hello');
        assert.match(String(finish), /^(length|max_output_tokens)$/);
        assert.ok(read.length > 100);
        assert.equal(await own.disconnected(model), true);
        return finish;
      },
    })),
  },
];

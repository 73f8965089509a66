import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { Fault, isFault } from '../core/fault.ts';
import { ANSWER_SCHEMA, type JudgePrompt, judgePrompt } from './judge-prompt.ts';
import { Places } from './places.ts';
import { readChatAnswer, readJudgement } from './read-judgement.ts';

/** Texts longer than this are not sent: a judgement of a part would not be one of the whole. UTF-16 units. */
export const MAX_JUDGED = 100_000;
const MAX_ANSWER_BYTES = 256 * 1024;
/** Judgements that are remembered. A key and a number each. */
const REMEMBERED = 8192;
const RETRY_MILLIS = 250;

export interface ChatJudgeSettings {
  /** Base URL with its version: `https://api.example.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key?: string | undefined;
  /** Milliseconds for one judgement, with waiting and a second attempt. */
  readonly timeout: number;
  /** Requests at once. */
  readonly concurrent: number;
  /** Texts that may wait for one. */
  readonly queue: number;
}

/** What asking once came to, for metrics. `remembered` asked nobody. */
export interface Asked {
  readonly outcome: 'judged' | 'remembered' | 'failed';
  readonly millis: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What is asked of the endpoint beside the messages; each is left out where the endpoint refuses the one before. */
const FORMS: readonly object[] = [
  {
    temperature: 0,
    max_tokens: 256,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'judgement', strict: true, schema: ANSWER_SCHEMA },
    },
  },
  { temperature: 0, max_tokens: 256, response_format: { type: 'json_object' } },
  { temperature: 0, max_tokens: 256 },
  // Models that reason take no temperature, count their thoughts, and call the limit by another name.
  { max_completion_tokens: 4096 },
];

/** Statuses after which the same request may go better. */
const AGAIN = new Set([408, 429, 500, 502, 503, 504, 529]);

/**
 * A model behind an OpenAI-compatible chat endpoint that is asked about texts. Whatever is not a well-formed judgement
 * is an error, never a score. The key goes to the endpoint and nowhere else; redirects are not followed.
 */
export class ChatJudge {
  readonly #settings: ChatJudgeSettings;
  readonly #onAsked: (asked: Asked) => void;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #places: Places;
  readonly #remembered = new Map<string, number>();
  /** The first of `FORMS` that the endpoint has not refused. */
  #form = 0;

  constructor(settings: ChatJudgeSettings, onAsked: (asked: Asked) => void = () => {}) {
    const url = new URL(settings.url);
    this.#settings = settings;
    this.#onAsked = onAsked;
    this.#path = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
    this.#places = new Places(settings.concurrent, settings.queue);
    this.#pool = new Pool(url.origin, {
      connections: settings.concurrent,
      connect: { timeout: settings.timeout },
      headersTimeout: settings.timeout,
      bodyTimeout: settings.timeout,
    });
  }

  /**
   * The probability from 0 to 1 that what `question` describes is true of `text`.
   * @throws Fault `ERR_CHECK_FAILED`, `ERR_OVERLOADED`, or the signal's reason.
   */
  async ask(question: string, text: string, signal?: AbortSignal): Promise<{ readonly score: number }> {
    if (text.length > MAX_JUDGED) {
      throw new Fault('ERR_CHECK_FAILED', `The text has more than the ${MAX_JUDGED} characters that a judge is sent.`);
    }
    const began = performance.now();
    const millis = (): number => performance.now() - began;
    const hash = createHash('sha256').update(`${question.length}:`).update(question).update(text).digest('base64');
    const known = this.#remembered.get(hash);
    if (known !== undefined) {
      this.#onAsked({ outcome: 'remembered', millis: millis(), inputTokens: 0, outputTokens: 0 });
      return { score: known };
    }
    const spent = { inputTokens: 0, outputTokens: 0 };
    try {
      const score = await this.#judge(question, text, signal, spent);
      if (this.#remembered.size >= REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
      this.#remembered.set(hash, score);
      this.#onAsked({ outcome: 'judged', millis: millis(), ...spent });
      return { score };
    } catch (error) {
      this.#onAsked({ outcome: 'failed', millis: millis(), ...spent });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #judge(question: string, text: string, signal: AbortSignal | undefined, spent: Spent): Promise<number> {
    const late = AbortSignal.timeout(this.#settings.timeout);
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    let leave: (() => void) | null = null;
    try {
      leave = await this.#places.enter(either);
      const prompt = judgePrompt(question, text);
      const answer = readChatAnswer(await this.#complete(prompt, either));
      spent.inputTokens += answer.inputTokens;
      spent.outputTokens += answer.outputTokens;
      return readJudgement(answer.content, prompt.code);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (late.aborted) {
        throw new Fault('ERR_CHECK_FAILED', `The judge did not answer within ${this.#settings.timeout} ms.`);
      }
      if (isFault(error)) throw error;
      throw new Fault('ERR_CHECK_FAILED', 'The judge cannot be reached.', { cause: error });
    } finally {
      leave?.();
    }
  }

  /** One answer of the endpoint: a second attempt where the first met a fault that may pass, a plainer form where it is refused. */
  async #complete(prompt: JudgePrompt, signal: AbortSignal): Promise<unknown> {
    let again = true;
    for (;;) {
      const form = this.#form;
      let got: Got;
      try {
        got = await this.#post(prompt, form, signal);
      } catch (error) {
        if (!again || signal.aborted) throw error;
        again = false;
        await sleep(RETRY_MILLIS, undefined, { signal });
        continue;
      }
      const { status, retryAfter, body } = got;
      if (status === 200) return body;
      if ((status === 400 || status === 422) && form < FORMS.length - 1) {
        this.#form = Math.max(this.#form, form + 1);
        continue;
      }
      if (!AGAIN.has(status) || !again)
        throw new Fault('ERR_CHECK_FAILED', `The judge answered with status ${status}.`);
      again = false;
      await sleep(Math.max(RETRY_MILLIS, retryAfter), undefined, { signal });
    }
  }

  async #post({ system, user }: JudgePrompt, form: number, signal: AbortSignal): Promise<Got> {
    const { model, key } = this.#settings;
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ];
    const response = await this.#pool.request({
      method: 'POST',
      path: this.#path,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ model, messages, stream: false, ...FORMS[form] }),
      signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new Fault('ERR_CHECK_FAILED', "The judge's answer is too long.");
      chunks.push(chunk);
    }
    const after = Number(response.headers['retry-after']);
    const retryAfter = Number.isFinite(after) && after > 0 ? after * 1000 : 0;
    if (response.statusCode !== 200) return { status: response.statusCode, retryAfter, body: null };
    try {
      return { status: 200, retryAfter, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
    } catch (cause) {
      throw new Fault('ERR_CHECK_FAILED', 'The judge answered with something that is not JSON.', { cause });
    }
  }
}

interface Got {
  readonly status: number;
  /** Milliseconds. */
  readonly retryAfter: number;
  readonly body: unknown;
}

interface Spent {
  inputTokens: number;
  outputTokens: number;
}

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { FAULT_CODES, Fault } from '../core/fault.ts';
import type { FaultCode } from '../core/fault.ts';
import { errorBody } from './error-body.ts';
import type { ByteServer } from './testing/serve-bytes.ts';
import { serveBytes } from './testing/serve-bytes.ts';

const REQUEST_ID = 'req_01jd3kzr7w0123456789abcdef';

/** Status in OpenAI's dialect, in Anthropic's, and whether the SDKs try again. */
const EXPECTED: Record<FaultCode, readonly [openai: number, anthropic: number, retried: boolean]> = {
  ERR_CONFIG: [500, 500, false],
  ERR_USAGE: [500, 500, false],
  ERR_BODY_MALFORMED: [400, 400, false],
  ERR_BODY_TOO_LARGE: [413, 413, false],
  ERR_BODY_TOO_DEEP: [400, 400, false],
  ERR_BODY_TIMEOUT: [408, 408, true],
  ERR_REQUEST_INVALID: [400, 400, false],
  ERR_ROUTE_UNKNOWN: [404, 404, false],
  ERR_METHOD: [405, 405, false],
  ERR_UNAUTHENTICATED: [401, 401, false],
  ERR_AUTH_THROTTLED: [429, 429, false],
  ERR_FORBIDDEN: [403, 403, false],
  ERR_MODEL_UNKNOWN: [404, 404, false],
  ERR_NOT_FOUND: [404, 404, false],
  ERR_BLOCKED: [400, 400, false],
  ERR_REVIEW: [403, 403, false],
  ERR_CHECK_FAILED: [503, 503, false],
  ERR_RATE_LIMITED: [429, 429, true],
  ERR_BUDGET_EXHAUSTED: [429, 429, false],
  ERR_TOO_MANY_CONCURRENT: [429, 429, true],
  ERR_OVERLOADED: [503, 529, true],
  ERR_UPSTREAM_UNREACHABLE: [502, 502, true],
  ERR_UPSTREAM_TIMEOUT: [504, 504, true],
  ERR_UPSTREAM_AUTH: [502, 502, false],
  ERR_UPSTREAM_INVALID: [502, 502, true],
  ERR_FILE_MALFORMED: [400, 400, false],
  ERR_FILE_LIMIT: [400, 400, false],
  ERR_FILE_ENCRYPTED: [400, 400, false],
  ERR_MODEL_MALFORMED: [500, 500, false],
  ERR_MODEL_UNSUPPORTED: [500, 500, false],
  ERR_DATA: [500, 500, false],
  ERR_HANDSHAKE: [500, 500, false],
  ERR_TARGET: [500, 500, false],
  ERR_STORE: [503, 503, true],
  ERR_LEDGER: [503, 503, true],
  ERR_LEDGER_INVALID: [500, 500, false],
  ERR_INTERNAL: [500, 500, false],
};

const OPENAI_CLASSES: Readonly<Record<number, new (...args: never[]) => Error>> = {
  400: OpenAI.BadRequestError,
  401: OpenAI.AuthenticationError,
  403: OpenAI.PermissionDeniedError,
  404: OpenAI.NotFoundError,
  429: OpenAI.RateLimitError,
};
const ANTHROPIC_CLASSES: Readonly<Record<number, new (...args: never[]) => Error>> = {
  400: Anthropic.BadRequestError,
  401: Anthropic.AuthenticationError,
  403: Anthropic.PermissionDeniedError,
  404: Anthropic.NotFoundError,
  429: Anthropic.RateLimitError,
};

/** Classes of statuses that both SDKs fold together: 5xx, and 4xx without a class of their own. */
function expectedClass<Base>(status: number, classes: Readonly<Record<number, Base>>, server: Base, other: Base): Base {
  return classes[status] ?? (status >= 500 ? server : other);
}

let server: ByteServer;
before(async () => {
  server = await serveBytes();
});
after(() => server.close());

async function thrown(call: () => Promise<unknown>): Promise<{ error: unknown; requests: number }> {
  const earlier = server.requests;
  try {
    await call();
    return { error: null, requests: server.requests - earlier };
  } catch (error) {
    return { error, requests: server.requests - earlier };
  }
}

/** A retry that waits one millisecond, so that the test does not sleep as long as the SDKs' own back-off. */
const fault = (code: FaultCode) =>
  new Fault(code, 'Something was wrong', { where: 'messages[1].content', retryAfter: 0.001 });

for (const code of FAULT_CODES) {
  test(`${code}: both SDKs throw the right class and ${EXPECTED[code][2] ? 'try again' : 'do not try again'}`, async () => {
    const [openaiStatus, anthropicStatus, retried] = EXPECTED[code];

    server.answer = errorBody('openai', fault(code), REQUEST_ID);
    const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k', maxRetries: 2 });
    const first = await thrown(() => openai.chat.completions.create({ model: 'm', messages: [] }));
    assert.ok(first.error instanceof OpenAI.APIError, String(first.error));
    assert.ok(
      first.error instanceof
        expectedClass(openaiStatus, OPENAI_CLASSES, OpenAI.InternalServerError as never, OpenAI.APIError as never),
    );
    assert.equal(first.error.status, openaiStatus);
    assert.equal(first.error.requestID, REQUEST_ID);
    assert.equal(typeof first.error.type, 'string');
    assert.equal(typeof first.error.code, 'string');
    assert.equal(first.requests, retried ? 3 : 1);

    server.answer = errorBody('anthropic', fault(code), REQUEST_ID);
    const anthropic = new Anthropic({ baseURL: server.url, apiKey: 'k', maxRetries: 2 });
    const second = await thrown(() => anthropic.messages.create({ model: 'm', max_tokens: 1, messages: [] }));
    assert.ok(second.error instanceof Anthropic.APIError, String(second.error));
    assert.ok(
      second.error instanceof
        expectedClass(
          anthropicStatus,
          ANTHROPIC_CLASSES,
          Anthropic.InternalServerError as never,
          Anthropic.APIError as never,
        ),
    );
    assert.equal(second.error.status, anthropicStatus);
    assert.equal(second.error.requestID, REQUEST_ID);
    assert.equal(second.requests, retried ? 3 : 1);
    const body = second.error.error as { type: string; error: { type: string; message: string }; request_id: string };
    assert.equal(body.type, 'error');
    assert.equal(body.request_id, REQUEST_ID);
    assert.equal(second.error.type, body.error.type);
  });
}

test('a denial by policy is never a status that clients repeat by themselves', () => {
  for (const code of ['ERR_BLOCKED', 'ERR_REVIEW', 'ERR_FORBIDDEN', 'ERR_MODEL_UNKNOWN'] as const) {
    for (const dialect of ['openai', 'anthropic'] as const) {
      const { status, headers } = errorBody(dialect, fault(code), REQUEST_ID);
      assert.ok(status >= 400 && status < 500 && ![408, 409, 429].includes(status), `${code} ${status}`);
      assert.equal(headers['retry-after'], undefined);
    }
  }
});

test('a spent budget says what it is and does not ask for a retry', () => {
  const openai = errorBody('openai', fault('ERR_BUDGET_EXHAUSTED'), REQUEST_ID);
  assert.equal((JSON.parse(openai.body) as { error: { code: string } }).error.code, 'insufficient_quota');
  const anthropic = errorBody('anthropic', fault('ERR_BUDGET_EXHAUSTED'), REQUEST_ID);
  assert.deepEqual((JSON.parse(anthropic.body) as { error: unknown }).error, {
    type: 'rate_limit_error',
    message: 'Something was wrong (at messages[1].content)',
    details: { error_code: 'enforced_spend_limit_reached' },
  });
  for (const { headers } of [openai, anthropic]) {
    assert.equal(headers['x-should-retry'], 'false');
    assert.equal(headers['retry-after'], undefined);
  }
});

test('says when a retry can succeed, in whole seconds and in milliseconds', () => {
  const { headers } = errorBody('openai', new Fault('ERR_RATE_LIMITED', 'Too many', { retryAfter: 2.25 }), REQUEST_ID);
  assert.equal(headers['retry-after'], '3');
  assert.equal(headers['retry-after-ms'], '2250');
  const without = errorBody('openai', new Fault('ERR_RATE_LIMITED', 'Too many'), REQUEST_ID).headers;
  assert.equal(without['retry-after'], undefined);
});

test('keeps what concerns the inside of the gateway inside', () => {
  for (const code of [
    'ERR_INTERNAL',
    'ERR_STORE',
    'ERR_LEDGER',
    'ERR_LEDGER_INVALID',
    'ERR_CONFIG',
    'ERR_USAGE',
  ] as const) {
    const inside = new Fault(code, 'disk /var/lib full', { where: '/var/lib/ledger', hint: 'Call Bob.' });
    for (const dialect of ['openai', 'anthropic'] as const) {
      const { body } = errorBody(dialect, inside, REQUEST_ID);
      assert.ok(!/var|Bob/.test(body), body);
    }
  }
});

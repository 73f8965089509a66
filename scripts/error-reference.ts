import { errorBody } from '../src/conversation/error-body.ts';
import { Fault, FAULT_CODES, type FaultCode } from '../src/core/fault.ts';

/** When each fault occurs and what to do about it. A code without a line does not compile. */
const MEANINGS: Readonly<Record<FaultCode, readonly [when: string, remedy: string]>> = {
  ERR_CONFIG: [
    'The configuration is wrong, or a file that it names.',
    'Every problem is listed with line, key and allowed values; correct it and run `parapet config check`.',
  ],
  ERR_USAGE: [
    'A command line, or the input of an administrative call, is wrong.',
    'Read the message; every command has `--help`.',
  ],
  ERR_BODY_MALFORMED: ['The body is not JSON or not UTF-8, or repeats a key.', 'Send one well-formed JSON object.'],
  ERR_BODY_TOO_LARGE: ['The body is longer than `limits.body`.', 'Send less, or raise the limit.'],
  ERR_BODY_TOO_DEEP: [
    'The body is nested deeper than `limits.depth` or has more values than `limits.items`.',
    'Flatten it, or raise the limit.',
  ],
  ERR_BODY_TIMEOUT: ['The body did not arrive within `limits.bodyTimeout`.', 'Send it faster; a retry may succeed.'],
  ERR_REQUEST_INVALID: [
    'The body is JSON, but not a request of this endpoint.',
    'The message names the place in the body.',
  ],
  ERR_ROUTE_UNKNOWN: [
    'Parapet does not guard this path, so it does not forward it.',
    'Use one of the endpoints in the README.',
  ],
  ERR_METHOD: ['The path exists, the method does not.', 'Use the method of the provider’s reference.'],
  ERR_UNAUTHENTICATED: [
    'There is no credential, or it is not accepted.',
    'Send a virtual key or a token as `Authorization: Bearer` or `x-api-key`.',
  ],
  ERR_AUTH_THROTTLED: [
    'Too many failed authentications came from this address.',
    'Wait as long as `retry-after` says; then use a valid credential.',
  ],
  ERR_FORBIDDEN: [
    'The access policy does not allow this principal to do this.',
    'Ask whoever keeps `access.policy`; `parapet policy explain` shows which policy decides.',
  ],
  ERR_MODEL_UNKNOWN: [
    'No upstream serves this model to this surface.',
    'Ask `/v1/models` what is served, or add the model to `upstreams[].models`.',
  ],
  ERR_NOT_FOUND: [
    'The object (a response, a key, an exchange) does not exist, or belongs to another principal.',
    'Check the id.',
  ],
  ERR_BLOCKED: [
    'A rule with `action: block` found something in the request or the answer.',
    'The message names the rule, never the content; the exchange in the console shows the evidence masked.',
  ],
  ERR_REVIEW: [
    'A rule with `action: review` found something; this version has no queue that could release it.',
    'Treat it as blocked, or give the rule another action.',
  ],
  ERR_CHECK_FAILED: [
    'A check failed or timed out, and its rule says `onFailure: block`.',
    'Look into the log by the request id. A text longer than the rule’s `maxText` fails its check as well.',
  ],
  ERR_RATE_LIMITED: [
    'A budget with `window: minute` is used up.',
    'Wait as long as `retry-after` says; SDKs do by themselves.',
  ],
  ERR_BUDGET_EXHAUSTED: [
    'A budget with a longer window is used up.',
    'A retry cannot help before the window ends; ask for more, or wait.',
  ],
  ERR_TOO_MANY_CONCURRENT: ['The principal has `limits.concurrent` requests in flight.', 'Let some finish.'],
  ERR_OVERLOADED: [
    'The gateway has `limits.inFlight` requests in flight, or is shutting down.',
    'Retry; SDKs do by themselves.',
  ],
  ERR_UPSTREAM_UNREACHABLE: [
    'No upstream that serves the model could be reached.',
    'Check `upstreams[].url` and the network; a retry may succeed.',
  ],
  ERR_UPSTREAM_TIMEOUT: [
    'The upstream did not answer within `firstByteTimeout`, or paused longer than `idleTimeout`.',
    'Retry, or raise the time.',
  ],
  ERR_UPSTREAM_AUTH: [
    'The provider refused the key of the gateway.',
    'Correct `upstreams[].key`; callers cannot do anything.',
  ],
  ERR_UPSTREAM_INVALID: [
    'The upstream answered something that is not its protocol, or more than `limits.response`.',
    'Check that `upstreams[].dialect` fits the URL.',
  ],
  ERR_FILE_MALFORMED: [
    'A file is not what its format asks for. In a message it counts as a file that cannot be inspected.',
    'Send an undamaged file, or see `guard.uninspectable`.',
  ],
  ERR_FILE_LIMIT: [
    'A file is larger, longer or deeper than `guard.files` allows to read.',
    'Send a smaller one, or raise the limit.',
  ],
  ERR_FILE_ENCRYPTED: ['A file needs a password.', 'Send it without one.'],
  ERR_MODEL_MALFORMED: [
    'A model file is damaged, or is not the format that it claims to be.',
    'The message names the place; export the model again, with its external data beside it.',
  ],
  ERR_MODEL_UNSUPPORTED: [
    'A model uses an operator, an element type or a shape that is not supported.',
    'The message names the node; `parapet model check` lists all of them.',
  ],
  ERR_DATA: [
    'A data set is damaged, or does not fit the model.',
    'The message names the file and the place, and what the model expects.',
  ],
  ERR_HANDSHAKE: [
    'The accuracy on clean data is not the one that was expected, so an attack would measure nothing.',
    'Check preprocessing, bounds, label order and data; or state the expectation that is right.',
  ],
  ERR_TARGET: [
    'A model under test did not answer as it should.',
    'The message says what came back; what was measured so far is kept.',
  ],
  ERR_STORE: [
    'The database cannot answer, or a disk has no room for what a command sorts.',
    '`/readyz` on the admin port says which part is down; of a command, the message says where room is missing.',
  ],
  ERR_LEDGER: [
    'The ledger cannot be written, so nothing may be served.',
    'Free space, or correct the permissions of the state directory.',
  ],
  ERR_LEDGER_INVALID: [
    'Verification found a changed, missing or reordered record, or a checkpoint that does not fit.',
    '`parapet audit verify` names the first one; keep the state directory as evidence.',
  ],
  ERR_INTERNAL: ['A defect of Parapet.', 'Report it with the request id and the log line.'],
};

/** `docs/reference/errors.md`: every code, what it means, and what a caller sees of it. */
export function errorReference(): string {
  const rows = FAULT_CODES.map((code) => {
    const fault = new Fault(code, 'message');
    const openai = errorBody('openai', fault, 'req');
    const anthropic = errorBody('anthropic', fault, 'req');
    const { error } = JSON.parse(openai.body) as { readonly error: { readonly code: string } };
    const other = JSON.parse(anthropic.body) as { readonly error: { readonly type: string } };
    const status =
      openai.status === anthropic.status ? String(openai.status) : `${openai.status} / ${anthropic.status}`;
    const retry = openai.headers['x-should-retry'] === 'true' ? 'yes' : 'no';
    return `| \`${code}\` | ${MEANINGS[code].join(' | ')} | ${status} | \`${error.code}\` | \`${other.error.type}\` | ${retry} |`;
  });
  return [
    '# Errors',
    '',
    'Every error has a code from a closed list (`src/core/fault.ts`). Callers of the data plane get it in the form of their own',
    'provider: status, body, and `x-should-retry`, which the official SDKs obey before they look at the status. Two numbers are',
    'the statuses of the OpenAI and the Anthropic dialect. Errors inside the gateway are shown to callers in general words; the',
    'log line with the same request id says what happened. On the command line `ERR_CONFIG` and `ERR_USAGE` end with exit code',
    '2, all others with 3. This page is generated from `src/conversation/error-body.ts` by `npm run docs`.',
    '',
    '| code | when | what to do | status | OpenAI `code` | Anthropic `type` | retry |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

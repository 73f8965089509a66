import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicMessages } from './anthropic-messages.ts';
import { answerFor } from './answer.ts';
import { askedOfChat, askedOfCompletions, askedOfMessages, askedOfResponses } from './asked.ts';
import type { Asked } from './asked.ts';
import { deliverJson, deliverStream, hang } from './deliver.ts';
import { isObject, stringOr } from './json.ts';
import type { JsonObject } from './json.ts';
import { anthropicModel, anthropicModels, MODELS, openaiEmbeddings } from './openai-catalogue.ts';
import { openaiModel, openaiModels, openaiModerations } from './openai-catalogue.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiResponses } from './openai-responses.ts';
import { anthropicErrorBody, openaiErrorBody, providerError } from './provider-error.ts';
import type { ProviderError } from './provider-error.ts';
import { headersFor } from './provider-headers.ts';
import { recordRequest } from './recorded-request.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { parseScenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { createStoredResponses } from './stored-responses.ts';
import { serialId } from './wire.ts';
import type { Wire } from './wire.ts';

export interface UpstreamOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Keys that are accepted, in either provider's header. Default: any, but one has to be there. */
  readonly keys?: readonly string[];
  /** How many requests are kept for looking at, the newest. Default 10,000. */
  readonly keep?: number;
}

/** Answers a request itself and returns true, or returns false to leave it to the scenarios. */
export type Script = (request: RecordedRequest, response: ServerResponse) => boolean | Promise<boolean>;

export interface Upstream {
  /** `http://127.0.0.1:port`, without a version. */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: RecordedRequest[];
  /** How many have arrived, kept or not. */
  readonly received: number;
  /** Resolves with the first request, past or coming, that `matches`. */
  request(matches: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** Lets `script` see every request first; null takes it away again. */
  script(script: Script | null): void;
  close(): Promise<void>;
}

interface Turn {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
  readonly dialect: 'openai' | 'anthropic';
  readonly requestId: string;
  readonly serial: number;
  readonly headers: Readonly<Record<string, string>>;
}

const PLAIN = parseScenario('text');

/** A real HTTP server that speaks the OpenAI and Anthropic formats. What it does is in `scenario.ts`. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const requests: RecordedRequest[] = [];
  const waiting = new Set<(request: RecordedRequest) => void>();
  const stored = createStoredResponses();
  const failures = new Map<string, number>();
  let script: Script | null = null;
  let received = 0;
  let serial = 0;

  function sendError(turn: Turn, error: ProviderError, headers: Record<string, string> = {}): Promise<void> {
    const body = turn.dialect === 'openai' ? openaiErrorBody(error) : anthropicErrorBody(error, turn.requestId);
    return deliverJson(turn.response, error.status, body, PLAIN, { ...turn.headers, ...headers });
  }

  const ok = (turn: Turn, body: object): Promise<void> => deliverJson(turn.response, 200, body, PLAIN, turn.headers);

  function missing(turn: Turn, what: string, code: string | null = null): Promise<void> {
    return sendError(turn, providerError(404, `${what} not found.`, { param: null, code }));
  }

  function invalid(turn: Turn, message: string, param: string | null): Promise<void> {
    return sendError(turn, providerError(400, message, { param, code: null }));
  }

  /** True when this request is to fail; `times=N` lets it through after N failures. */
  function fails(scenario: Scenario): boolean {
    if (!scenario.has('times')) return true;
    const before = failures.get(scenario.model) ?? 0;
    failures.set(scenario.model, before + 1);
    return before < scenario.number('times', 1);
  }

  /** Runs a scenario. `wire` puts the endpoint's format around the answer. */
  async function play(
    turn: Turn,
    asked: Asked,
    wire: (scenario: Scenario, serial: number) => Wire,
    kept?: (wire: Wire) => void,
  ): Promise<void> {
    const named = turn.request.headers['x-scenario'];
    let scenario = parseScenario(typeof named === 'string' ? named : asked.model);
    const faulty = /^(error-|hang|reset|truncate|malformed)/.test(scenario.name);
    if (faulty && !fails(scenario)) scenario = PLAIN;
    const status = /^error-(\d{3})$/.exec(scenario.name)?.[1];
    if (status !== undefined) {
      const headers: Record<string, string> = {};
      for (const name of ['retry-after', 'retry-after-ms']) {
        if (scenario.has(name)) headers[name] = scenario.text(name, '');
      }
      if (scenario.has('should-retry')) headers['x-should-retry'] = scenario.text('should-retry', '');
      return sendError(turn, providerError(Number(status)), headers);
    }
    if (scenario.name === 'hang') {
      await hang(turn.response);
      return;
    }
    if (scenario.name === 'reset') {
      turn.response.socket?.resetAndDestroy();
      return;
    }
    const said = wire(scenario, turn.serial);
    kept?.(said);
    if (asked.stream) return deliverStream(turn.response, said, scenario, turn.headers);
    return deliverJson(turn.response, 200, said.body, scenario, turn.headers);
  }

  function talk(turn: Turn, path: string, body: JsonObject): Promise<void> {
    const created = 1_750_000_000 + turn.serial;
    const saying = (asked: Asked, scenario: Scenario) => {
      const answer = answerFor(scenario, asked);
      return { asked, scenario, answer, serial: turn.serial, created };
    };
    switch (path) {
      case '/v1/chat/completions': {
        if (!Array.isArray(body['messages']))
          return invalid(turn, "Missing required parameter: 'messages'.", 'messages');
        const asked = askedOfChat(body);
        return play(turn, asked, (scenario) => openaiChat(saying(asked, scenario)));
      }
      case '/v1/completions': {
        const asked = askedOfCompletions(body);
        return play(turn, asked, (scenario) => openaiCompletions(saying(asked, scenario)));
      }
      case '/v1/responses': {
        const previous = body['previous_response_id'];
        if (typeof previous === 'string' && !stored.has(previous)) {
          const error = { param: 'previous_response_id', code: 'previous_response_not_found' };
          return sendError(turn, providerError(400, `Previous response with id '${previous}' not found.`, error));
        }
        const asked = askedOfResponses(body);
        const keep = (wire: Wire): void => stored.keep(wire.body as JsonObject, wire.frames, body, turn.serial);
        return play(
          turn,
          asked,
          (scenario) => openaiResponses(saying(asked, scenario), body),
          body['store'] === false ? undefined : keep,
        );
      }
      case '/v1/embeddings':
      case '/v1/moderations': {
        const asked: Asked = { ...askedOfCompletions({ ...body, prompt: body['input'] }), stream: false };
        if (body['input'] === undefined) return invalid(turn, "Missing required parameter: 'input'.", 'input');
        return play(turn, asked, () => ({
          body: path === '/v1/embeddings' ? openaiEmbeddings(body) : openaiModerations(body, turn.serial),
          frames: [],
          errorFrame: () => ({ data: '' }),
        }));
      }
      case '/v1/messages': {
        if (typeof body['max_tokens'] !== 'number') return invalid(turn, 'max_tokens: Field required', null);
        if (!Array.isArray(body['messages'])) return invalid(turn, 'messages: Field required', null);
        const asked = askedOfMessages(body);
        return play(turn, asked, (scenario) => anthropicMessages(saying(asked, scenario), turn.requestId));
      }
      case '/v1/messages/count_tokens': {
        const asked: Asked = { ...askedOfMessages(body), stream: false };
        return play(turn, asked, () => ({
          body: { input_tokens: 8 + Math.ceil(asked.characters / 4) },
          frames: [],
          errorFrame: () => ({ data: '' }),
        }));
      }
      default:
        return missing(turn, `Invalid URL (POST ${path})`);
    }
  }

  function responsesRoute(turn: Turn, id: string, rest: string, query: URLSearchParams): Promise<void> {
    const entry = stored.get(id);
    if (entry === undefined) return missing(turn, `Response with id '${id}'`);
    switch (`${turn.request.method} ${rest}`) {
      case 'GET ':
        if (query.get('stream') === 'true') {
          const after = Number(query.get('starting_after') ?? -1);
          const wire: Wire = { body: {}, frames: entry.frames.slice(after + 1), errorFrame: () => ({ data: '' }) };
          return deliverStream(turn.response, wire, PLAIN, turn.headers);
        }
        return ok(turn, entry.object);
      case 'GET /input_items':
        return ok(turn, stored.itemsOf(entry));
      case 'POST /cancel': {
        const cancelled = stored.cancel(entry);
        if (cancelled === null) return invalid(turn, 'Cannot cancel a synchronous response.', null);
        return ok(turn, cancelled);
      }
      case 'DELETE ':
        stored.remove(id);
        return ok(turn, { id, object: 'response', deleted: true });
      default:
        return missing(turn, 'Invalid URL');
    }
  }

  function route(turn: Turn): Promise<void> {
    const { request } = turn;
    const { pathname, searchParams } = new URL(request.path, 'http://upstream');
    const key = stringOr(request.headers['x-api-key'], request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (key === '' || (options.keys !== undefined && !options.keys.includes(key))) {
      return sendError(turn, providerError(401));
    }
    if (turn.dialect === 'anthropic' && request.headers['anthropic-version'] === undefined) {
      return invalid(turn, 'anthropic-version: header is required', null);
    }
    const [, id, rest = ''] = /^\/v1\/responses\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
    if (id !== undefined) return responsesRoute(turn, decodeURIComponent(id), rest, searchParams);
    if (request.method === 'GET' && pathname === '/v1/models') {
      return ok(turn, turn.dialect === 'anthropic' ? anthropicModels() : openaiModels());
    }
    const model = /^\/v1\/models\/(.+)$/.exec(pathname)?.[1];
    if (request.method === 'GET' && model !== undefined) {
      const known = MODELS.find((name) => name === decodeURIComponent(model));
      if (known === undefined) return missing(turn, `The model '${model}'`, 'model_not_found');
      return ok(turn, turn.dialect === 'anthropic' ? anthropicModel(known) : openaiModel(known));
    }
    if (request.method !== 'POST') return missing(turn, `Invalid URL (${request.method} ${pathname})`);
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString('utf8'));
    } catch {
      return invalid(turn, 'We could not parse the JSON body of your request.', null);
    }
    if (!isObject(body)) return invalid(turn, 'The body is not a JSON object.', null);
    if (typeof body['model'] !== 'string' && pathname !== '/v1/moderations') {
      return invalid(turn, "Missing required parameter: 'model'.", 'model');
    }
    return talk(turn, pathname, body);
  }

  const server = createServer({ keepAliveTimeout: 120_000 }, async (incoming, response) => {
    response.on('error', () => response.destroy());
    try {
      const request = await recordRequest(incoming, response);
      received += 1;
      serial += 1;
      requests.push(request);
      if (requests.length > (options.keep ?? 10_000)) requests.shift();
      for (const notify of waiting) notify(request);
      if (script !== null && (await script(request, response))) return;
      const dialect =
        request.headers['anthropic-version'] !== undefined || request.path.startsWith('/v1/messages')
          ? 'anthropic'
          : 'openai';
      const requestId = serialId(dialect === 'openai' ? 'req_' : 'req_01', serial);
      await route({ request, response, dialect, requestId, serial, headers: headersFor(dialect, requestId) });
    } catch (error) {
      // The other side went away in the middle of its body, or a scenario is wrong: either way no answer.
      if (!incoming.errored && !response.destroyed) {
        response.writeHead(500, { 'content-type': 'text/plain' }).end(`upstream: ${String(error)}`);
      }
    }
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get received() {
      return received;
    },
    request(matches) {
      const past = requests.find(matches);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => {
        const notify = (request: RecordedRequest): void => {
          if (!matches(request)) return;
          waiting.delete(notify);
          resolve(request);
        };
        waiting.add(notify);
      });
    },
    script(next) {
      script = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

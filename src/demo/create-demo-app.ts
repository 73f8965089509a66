import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Dialect } from '../conversation/surface.ts';
import { systemClock } from '../core/clock.ts';
import type { Clock } from '../core/clock.ts';
import { createAssistant } from './assistant/assistant.ts';
import type { Door } from './assistant/call-model.ts';
import { ROUTES } from './assistant/run-event.ts';
import type { StoppedCalls } from './assistant/stopped-call.ts';
import { openBank } from './bank/open-bank.ts';
import { ATTACKS, SUGGESTIONS } from './suggestions.ts';

export interface DemoOptions {
  /** Where the bank's file lies; made when absent. */
  readonly directory: string;
  /** Name of the model that the assistant asks for. */
  readonly model: string;
  /** Which API the assistant speaks to it. Default `openai`. */
  readonly dialect?: Dialect;
  /** Through the gateway: its base URL with `/v1`, and a virtual key. */
  readonly through: Door;
  /** Straight to the model; null where there is no such way, and the page then says so. */
  readonly around: Door | null;
  /** `StandInModel.seen`; null for a real provider. The page says which of the two it is. */
  readonly seen: ((user: string) => string | null) | null;
  /** What the gateway says that it has stopped, for the page. */
  readonly stopped?: StoppedCalls;
  /** Path that the app is served under. Default `/demo`. */
  readonly base?: string;
  /** Path before a request's id in the console. Default `/traffic/`. */
  readonly traffic?: string;
  readonly clock?: Clock;
}

export interface DemoApp {
  /** Routes are absolute (`/demo`, `/demo/…`): mount it with `admin.route('/', demo.app)`. */
  readonly app: Hono;
  close(): void;
}

const MAX_QUESTION = 8000;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const FILES = {
  'demo.css': 'text/css; charset=utf-8',
  'demo.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
} as const;

/** A page of another site must not talk to the bank: browsers say where a request comes from, and it must be here. */
function isForeign(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === c.req.header('host'));
}

const refuse = (c: Context, status: 400 | 403, message: string): Response => c.json({ error: message }, status);

/**
 * The demo: a page, the bank's assistant behind it, and the bank.
 * @throws Fault `ERR_STORE` when the bank's file cannot be opened.
 */
export function createDemoApp(options: DemoOptions): DemoApp {
  const base = options.base ?? '/demo';
  const clock = options.clock ?? systemClock;
  const bank = openBank(options.directory, clock);
  const assistant = createAssistant({
    ...options,
    dialect: options.dialect ?? 'openai',
    bank,
    stopped: options.stopped,
    clock,
  });
  const page = join(import.meta.dirname, 'page');
  const html = readFileSync(join(page, 'demo.html'), 'utf8').replaceAll('%BASE%', base);

  const app = new Hono();
  app.use(`${base}/*`, async (c, next) => {
    if (c.req.method === 'POST' && isForeign(c)) return refuse(c, 403, 'This request did not come from the demo page.');
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    return undefined;
  });
  for (const path of [base, `${base}/`]) app.get(path, (c) => c.html(html));
  for (const [name, type] of Object.entries(FILES)) {
    const bytes = readFileSync(join(page, name));
    app.get(`${base}/${name}`, (c) => c.body(new Uint8Array(bytes), 200, { 'content-type': type }));
  }

  app.get(`${base}/api/state`, (c) =>
    c.json({
      bank: bank.state(),
      model: options.model,
      standIn: options.seen !== null,
      around: options.around !== null,
      traffic: options.traffic ?? '/traffic/',
      suggestions: SUGGESTIONS,
      attacks: ATTACKS,
    }),
  );

  app.post(`${base}/api/reset`, (c) => {
    bank.reset();
    assistant.forget();
    return c.json({ bank: bank.state() });
  });

  app.post(`${base}/api/ask`, async (c) => {
    const asked: unknown = await c.req.json().catch(() => null);
    const { session, text, route } = (asked ?? {}) as Readonly<Record<string, unknown>>;
    const way = ROUTES.find((name) => name === route);
    if (typeof session !== 'string' || !/^[\w-]{1,64}$/.test(session)) return refuse(c, 400, 'session is missing.');
    if (typeof text !== 'string' || text.trim() === '') return refuse(c, 400, 'text is missing.');
    if (text.length > MAX_QUESTION) return refuse(c, 400, `text is longer than ${MAX_QUESTION} characters.`);
    if (way === undefined) return refuse(c, 400, `route must be one of ${ROUTES.join(', ')}.`);
    if (way === 'around' && options.around === null) return refuse(c, 400, 'There is no way around the gateway here.');

    const gone = new AbortController();
    const lines = new ReadableStream<Uint8Array>({
      async start(controller) {
        const encoder = new TextEncoder();
        const question = { session, text, route: way };
        await assistant.run(
          question,
          (event) => {
            if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
          },
          gone.signal,
        );
        if (!gone.signal.aborted) controller.close();
      },
      cancel: () => gone.abort(),
    });
    return c.body(lines, 200, { 'content-type': 'application/x-ndjson' });
  });

  return { app, close: () => bank.close() };
}

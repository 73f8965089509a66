import { createFrameSplitter } from '../../conversation/sse/split-frames.ts';
import type { Dialect } from '../../conversation/surface.ts';
import { anthropicTalk } from './anthropic-talk.ts';
import type { ChatToolCall } from './chat-message.ts';
import { openaiTalk } from './openai-talk.ts';
import { errorIn, parseRow } from './talk.ts';
import type { Gathered, ModelError, ModelRequest, Talk } from './talk.ts';

/** A way to the model: where its API is, and with which key. */
export interface Door {
  /** With the version: `http://127.0.0.1:8787/v1`. */
  readonly baseUrl: string;
  readonly key: string;
}

export interface ModelAnswer {
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  readonly requestId: string | null;
  readonly text: string;
  readonly calls: readonly ChatToolCall[];
  /** Why there is no answer, or why it broke off. */
  readonly error: ModelError | null;
  /** The body that was sent. */
  readonly sent: string;
}

const TALKS: Readonly<Record<Dialect, Talk>> = { openai: openaiTalk, anthropic: anthropicTalk };

const MAX_FRAME = 1024 * 1024;
const PATIENCE_MILLIS = 60_000;

/** Asks the model, streaming. Never throws: whatever goes wrong is in `error`. */
export async function callModel(
  door: Door,
  dialect: Dialect,
  request: ModelRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const talk = TALKS[dialect];
  const sent = JSON.stringify(talk.body(request));
  const gathered: Gathered = { text: '', finish: null, error: null, calls: [] };
  let status = 0;
  let requestId: string | null = null;
  const answer = (error: ModelError | null): ModelAnswer => ({
    status,
    requestId,
    text: gathered.text,
    calls: gathered.calls.map(({ id, name, arguments: given }) => ({
      id,
      type: 'function',
      function: { name, arguments: given },
    })),
    error,
    sent,
  });
  try {
    const response = await fetch(door.baseUrl + talk.path, {
      method: 'POST',
      headers: { ...talk.headers(door.key), 'content-type': 'application/json' },
      body: sent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLIS)]),
    });
    status = response.status;
    requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id');
    if (!response.ok || response.body === null) {
      return answer(errorIn(parseRow(await response.text()), `The model answered with status ${status}.`));
    }
    const splitter = createFrameSplitter({ maxFrame: MAX_FRAME });
    for await (const bytes of response.body) {
      for (const { event } of splitter.push(bytes)) {
        if (event === null || event.data === '[DONE]') continue;
        const said = talk.gather(gathered, parseRow(event.data));
        if (said === '') continue;
        gathered.text += said;
        onText(said);
      }
    }
    if (gathered.error === null && gathered.finish === null) {
      return answer({ message: 'The answer broke off before its end.', code: null });
    }
    return answer(gathered.error);
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    return answer({ message: `The model did not answer${late ? ' in time' : ''}.`, code: null });
  }
}

import type { Dialect, StreamReader } from '../conversation/surface.ts';
import { createFrameSplitter } from '../conversation/sse/split-frames.ts';
import { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import { StreamGuard } from '../guard/stream-guard.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { outcomeOf, stopFault, toFault } from './ending.ts';
import type { ExchangeDraft } from './exchange-draft.ts';
import type { Gateway } from './gateway.ts';
import type { Generation } from './generation.ts';
import { keepChannel } from './kept-text.ts';
import type { Spending } from './spending.ts';

/** Largest single frame: a `response.completed` repeats the whole answer. */
const MAX_FRAME = 16 * 1024 * 1024;
/** Bytes of generated text per token while the provider has not said; English and code measure 3.5 to 4.5. */
const BYTES_PER_TOKEN = 4;

export interface StreamAnswerParts {
  readonly gateway: Gateway;
  readonly generation: Generation;
  readonly client: Client;
  readonly draft: ExchangeDraft;
  readonly answer: Answer;
  readonly reader: StreamReader;
  readonly spending: Spending | null;
  readonly inputTokens: number;
  /** The usage chunk was asked for by the gateway: the client does not get it. */
  readonly dropUsage: boolean;
  readonly headers: () => Record<string, string | string[]>;
  readonly dialect: Dialect;
  readonly settle: (usage: Usage) => number | null;
}

/**
 * A streamed answer on its way to the client. The status line waits for the first frame that may leave, so that what
 * is blocked before it still gets a real HTTP status. The last frame waits for the record.
 */
export class StreamAnswer {
  readonly #parts: StreamAnswerParts;
  readonly #guard: StreamGuard;
  readonly #splitter = createFrameSplitter({ maxFrame: MAX_FRAME });
  /** Chunks are worked on one after the other. */
  #work: Promise<void> = Promise.resolve();
  /** Bytes that arrived and are not worked on yet. */
  #backlog = 0;
  #done = false;
  #finished!: () => void;
  #ticket: number | null = null;
  #lastWrite = 0;
  #mostHeld = 0;
  #timers: NodeJS.Timeout[] = [];
  #owned = false;

  constructor(parts: StreamAnswerParts) {
    this.#parts = parts;
    const { guard, evidence } = parts.generation.loaded.config;
    this.#guard = new StreamGuard({
      rules: parts.generation.rules,
      reader: parts.reader,
      log: parts.draft.log,
      maxHeld: guard.maxHeld,
      unknownEvents: guard.unknownEvents,
      keepText: evidence.content !== 'none',
    });
    if (parts.dropUsage) this.#guard.dropUsageOnly();
  }

  /** Resolves when the exchange is over and recorded. Never rejects. */
  run(): Promise<void> {
    const { answer, client, generation } = this.#parts;
    const { limits } = generation.loaded.config;
    return new Promise((resolve) => {
      this.#finished = resolve;
      client.onGone(() => void this.#clientGone());
      this.#every(limits.pingEvery, () => this.#ping());
      this.#after(limits.streamFor, () => {
        this.#then(() =>
          this.#stop(new Fault('ERR_UPSTREAM_TIMEOUT', 'The stream lasted longer than limits.streamFor allows.')),
        );
      });
      answer.attach({
        data: (chunk) => {
          this.#backlog += chunk.length;
          if (this.#backlog > limits.maxBuffered) answer.pause();
          this.#then(() => this.#take(chunk));
        },
        end: () => this.#then(() => this.#providerEnded()),
        failed: (fault) => this.#then(() => this.#stop(fault)),
      });
    });
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#done ? undefined : step()))
      .catch((error: unknown) => this.#stop(toFault(error)));
  }

  async #take(chunk: Buffer): Promise<void> {
    const { answer, draft, generation } = this.#parts;
    const released = await this.#guard.push(this.#splitter.push(chunk));
    if (this.#done) return;
    this.#mostHeld = Math.max(this.#mostHeld, this.#guard.heldUnits);
    const stop = stopFault(draft, 'output');
    if (stop !== null) return this.#stop(stop);
    await this.#rememberOwner();
    if (released.terminal) return this.#complete(released.chunks);
    if (released.chunks.length > 0) {
      const covered = this.#parts.spending?.covers(this.#outputTokens) ?? true;
      if (!(covered === true || (await covered))) return this.#cut(released.chunks);
      await this.#write(released.chunks);
    }
    this.#backlog -= chunk.length;
    if (this.#backlog <= generation.loaded.config.limits.maxBuffered / 2) answer.resume();
  }

  /** The provider closed its side. Without a proper ending the client must not take this for a whole answer. */
  async #providerEnded(): Promise<void> {
    const rest = this.#splitter.end();
    const first = rest === null ? { chunks: [], terminal: false } : await this.#guard.push([rest]);
    const last = await this.#guard.finish();
    const stop = stopFault(this.#parts.draft, 'output');
    if (stop !== null) return this.#stop(stop);
    const chunks = [...first.chunks, ...last.chunks];
    if (this.#guard.complete) return this.#complete(chunks);
    return this.#stop(
      new Fault(
        'ERR_UPSTREAM_INVALID',
        `The upstream "${this.#parts.answer.upstream.id}" ended its stream in the middle.`,
      ),
      chunks,
    );
  }

  async #complete(chunks: readonly Uint8Array[]): Promise<void> {
    const { draft } = this.#parts;
    draft.outcome = this.#guard.providerError === null ? 'served' : 'failed';
    if (this.#guard.providerError !== null) {
      draft.fault = new Fault('ERR_UPSTREAM_INVALID', 'The provider reported an error in its stream.');
    }
    this.#settleUsage();
    await this.#end(chunks, '');
  }

  /** The reservation is spent and the budget has no more. */
  async #cut(chunks: readonly Uint8Array[]): Promise<void> {
    const { answer, draft, reader } = this.#parts;
    answer.abort();
    draft.outcome = 'cut';
    const usage = this.#settleUsage();
    await this.#head();
    await this.#end(chunks, reader.end({ kind: 'length', usage }, draft.id));
  }

  /** Ends the stream before its time: a rule, a failed check, a broken provider. */
  async #stop(fault: Fault, chunks: readonly Uint8Array[] = []): Promise<void> {
    if (this.#done) return;
    const { answer, client, dialect, draft, gateway, generation, reader } = this.#parts;
    answer.abort();
    draft.fault = fault;
    draft.outcome = outcomeOf(fault);
    if (fault.code === 'ERR_INTERNAL')
      gateway.log.error({ err: fault, request: draft.id }, 'internal error in a stream');
    this.#settleUsage();
    if (!client.response.headersSent && chunks.length === 0) {
      await this.#seal(gateway.statusOf(dialect, fault, draft.id), () => client.refuse(dialect, fault, draft.id));
      return;
    }
    const refusal = draft.outcome === 'blocked' && generation.loaded.config.guard.blockAs === 'refusal';
    const ending = reader.end(
      refusal ? { kind: 'refusal', message: fault.message } : { kind: 'error', fault },
      draft.id,
    );
    await this.#end(chunks, ending);
  }

  async #clientGone(): Promise<void> {
    if (this.#done) return;
    const { answer, draft } = this.#parts;
    answer.abort();
    draft.outcome = 'client-closed';
    this.#settleUsage();
    await this.#seal(draft.status === 0 ? 499 : draft.status, () => {});
  }

  /** Record first, then the last bytes. */
  async #end(chunks: readonly Uint8Array[], ending: string): Promise<void> {
    const { answer, client, draft } = this.#parts;
    const bytes = ending === '' ? join(chunks) : Buffer.concat([...chunks, Buffer.from(ending, 'utf8')]);
    draft.responseBytes += bytes.length;
    await this.#seal(answer.status, () => {
      if (client.gone) return;
      if (!client.response.headersSent) client.response.writeHead(answer.status, this.#parts.headers());
      draft.firstByte();
      client.response.end(bytes);
    });
  }

  /** Writes the record and then lets `leave` send what is left; without a record nothing more leaves. */
  async #seal(status: number, leave: () => void): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const { client, dialect, draft, gateway, generation } = this.#parts;
    draft.status = status;
    for (const text of this.#guard.texts()) keepChannel(draft, text, generation.loaded.config.evidence.content);
    gateway.metrics.held.observe(this.#mostHeld);
    try {
      const recorded = gateway.record(draft, this.#ticket, generation);
      if (recorded instanceof Promise) await recorded;
      leave();
    } catch (error) {
      gateway.log.error({ err: error, request: draft.id }, 'the record could not be written');
      if (client.response.headersSent) {
        client.response.end(this.#parts.reader.end({ kind: 'error', fault: toFault(error) }, draft.id));
      } else {
        client.refuse(dialect, toFault(error), draft.id);
      }
    } finally {
      this.#finished();
    }
  }

  /** Before the first byte leaves, the ledger knows that it will. */
  async #head(): Promise<void> {
    const { answer, client, draft, gateway } = this.#parts;
    if (client.response.headersSent || client.gone) return;
    draft.status = answer.status;
    this.#ticket = gateway.evidence.begin(draft);
    draft.firstByte();
    client.response.writeHead(answer.status, this.#parts.headers());
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    const { client, draft, generation } = this.#parts;
    if (client.gone) return;
    await this.#head();
    const bytes = join(chunks);
    draft.responseBytes += bytes.length;
    this.#lastWrite = generation.now();
    if (!client.response.write(bytes)) await this.#drained();
  }

  /** Waits until a slow client has taken what was written; one that takes nothing is dropped. */
  #drained(): Promise<void> {
    const { answer, client, generation } = this.#parts;
    const { slowAfter, minRate } = generation.loaded.config.limits;
    const { response } = client;
    answer.pause();
    return new Promise((resolve) => {
      let written = response.socket?.bytesWritten ?? 0;
      const watch = setInterval(() => {
        const now = response.socket?.bytesWritten ?? 0;
        if (now - written < (minRate * slowAfter) / 1000) response.destroy();
        written = now;
      }, slowAfter);
      const done = (): void => {
        clearInterval(watch);
        response.off('drain', done).off('close', done);
        if (!client.gone) answer.resume();
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  #ping(): void {
    const { client, generation, reader } = this.#parts;
    const quiet = generation.now() - this.#lastWrite >= generation.loaded.config.limits.pingEvery;
    if (this.#done || client.gone || !client.response.headersSent || !quiet || client.response.writableNeedDrain)
      return;
    const ping = reader.ping();
    if (ping === '') return;
    this.#lastWrite = generation.now();
    client.response.write(ping);
  }

  get #outputTokens(): number {
    return Math.ceil(this.#guard.textBytes / BYTES_PER_TOKEN);
  }

  #settleUsage(): Usage {
    const { draft, inputTokens, settle } = this.#parts;
    if (draft.usage !== null) return draft.usage;
    const said = this.#guard.usage;
    // Until its end a stream only says what was read; what was written by then is counted here.
    const usage =
      said !== null && this.#guard.complete
        ? said
        : {
            ...(said ?? { inputTokens }),
            outputTokens: Math.max(said?.outputTokens ?? 0, this.#outputTokens),
            estimated: true,
          };
    draft.usage = usage;
    draft.microUsd = settle(usage);
    return usage;
  }

  async #rememberOwner(): Promise<void> {
    if (this.#owned || this.#guard.id === null) return;
    this.#owned = true;
    const { answer, draft, gateway } = this.#parts;
    if (draft.surface === 'openai-responses' && draft.principal !== null) {
      await gateway.owners.remember(this.#guard.id, draft.principal.id, answer.upstream.id);
    }
  }

  #every(millis: number, act: () => void): void {
    const timer = setInterval(act, millis);
    timer.unref();
    this.#timers.push(timer);
  }

  #after(millis: number, act: () => void): void {
    const timer = setTimeout(act, millis);
    timer.unref();
    this.#timers.push(timer);
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

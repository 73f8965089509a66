import type { SegmentKind } from '../conversation/segment.ts';
import { drive, type Steps, wait } from '../core/drive.ts';
import { createFrameSplitter, type Frame } from '../conversation/sse/split-frames.ts';
import { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import { noteRestored } from '../guard/own-values.ts';
import type { AnswerText } from '../guard/history.ts';
import { StreamGuard } from '../guard/stream-guard.ts';
import type { Answer } from './answer.ts';
import type { CallStops, Notices } from '../conversation/call-stops.ts';
import { ChunkGatherer } from './chunk-gatherer.ts';
import { drained } from './drained.ts';
import { keeps, type StreamAnswerParts } from './stream-answer-parts.ts';
import { outcomeOf, stopFault, toFault } from './ending.ts';
import { keepChannel } from './kept-text.ts';
import { namesKey, namesOurKey } from './provider-key.ts';

/** Largest single frame: a `response.completed` repeats the whole answer. */
const MAX_FRAME = 16 * 1024 * 1024;
const BLANK_LINE = Buffer.from('\n\n');
/** Bytes of generated text per token while the provider has not said; English and code measure 3.5 to 4.5. */
const BYTES_PER_TOKEN = 4;

/**
 * A streamed answer on its way to the client. The status line waits for the first frame that may leave, so that what
 * is blocked before it still gets a real HTTP status. The last frame waits for the record.
 */
export class StreamAnswer {
  /** Its upstream's answer and reservation change when the model is asked again. */
  #parts: StreamAnswerParts;
  readonly #guard: StreamGuard;
  #splitter = createFrameSplitter({ maxFrame: MAX_FRAME });
  /** What is being waited for; null when the next step can run at once. */
  #work: Promise<void> | null = null;
  /** Bytes that arrived and are not worked on yet. */
  #backlog = 0;
  #paused = false;
  #done = false;
  #finished!: () => void;
  #ticket: number | null = null;
  readonly #gatherer: ChunkGatherer;
  #lastWrite = 0;
  #mostHeld = 0;
  #tokensBefore = 0;
  #timers: NodeJS.Timeout[] = [];
  #owned = false;

  constructor(parts: StreamAnswerParts) {
    this.#parts = parts;
    const { guard, evidence } = parts.generation.loaded.config;
    this.#gatherer = new ChunkGatherer(parts.generation.now, (bytes) => this.#takeGathered(bytes));
    this.#guard = new StreamGuard({
      rules: parts.rules,
      reader: parts.reader,
      log: parts.draft.log,
      maxHeld: guard.maxHeld,
      unknownEvents: guard.unknownEvents,
      keepText:
        parts.keepText ||
        evidence.content !== 'none' ||
        (parts.calls !== null && (parts.calls.gate.signs || keeps(parts))),
      restoring: parts.restoring,
      wake: () => this.#then(() => drive(this.#pass([]))),
    });
    if (parts.dropUsage) this.#guard.dropUsageOnly();
    if (parts.calls !== null && parts.calls.again !== null)
      parts.calls.stream.askAgain = (...asked) => this.#askAgain(...asked);
  }

  /** The provider's id of the answer; null when it did not say. */
  get id(): string | null {
    return this.#guard.id;
  }
  /** True when the model said anything. */
  get spoke(): boolean {
    return this.#guard.textBytes > 0;
  }

  /** What the model said, as it went to the client. */
  said(): readonly (AnswerText & { readonly message: number })[] {
    return this.#guard.texts().map(({ kind, message, tool, redacted }) => ({
      role: 'assistant',
      origin: 'model',
      kind: kind as SegmentKind,
      message,
      text: redacted,
      ...(tool === undefined ? {} : { tool }),
    }));
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
      this.#attach(answer);
    });
  }

  #attach(answer: Answer): void {
    const { limits } = this.#parts.generation.loaded.config;
    // What comes of an answer that another one goes on with is not part of it any more.
    const current = (): boolean => answer === this.#parts.answer;
    answer.attach({
      data: (chunk) => {
        if (!current()) return;
        this.#backlog += chunk.length;
        if (this.#backlog > limits.maxBuffered && !this.#paused) {
          this.#paused = true;
          answer.pause();
        }
        this.#gatherer.add(chunk);
      },
      end: () => {
        if (!current()) return;
        this.#gatherer.take();
        this.#then(() => (current() ? this.#providerEnded() : undefined));
      },
      failed: (fault) => {
        if (!current()) return;
        this.#gatherer.take();
        this.#then(() => (current() ? this.#stop(fault) : undefined));
      },
    });
  }

  /** The model is asked again; what it says from now on is the rest of the answer. */
  async #askAgain(stops: CallStops, said: unknown, errors: Notices): Promise<boolean> {
    const next = await this.#parts.calls!.again!(stops, said, errors);
    if (next === null) return false;
    if (this.#done) {
      next.answer.abort();
      return false;
    }
    this.#parts.answer.abort();
    this.#parts = { ...this.#parts, ...next };
    this.#splitter = createFrameSplitter({ maxFrame: MAX_FRAME });
    this.#backlog -= this.#gatherer.drop();
    this.#paused = false;
    this.#tokensBefore = Math.ceil(this.#guard.textBytes / BYTES_PER_TOKEN);
    this.#attach(next.answer);
    return true;
  }

  #takeGathered(bytes: Buffer): void {
    const { answer } = this.#parts;
    this.#then(() => drive(this.#take(bytes, answer)));
  }

  /** Steps run one after the other; one that has nothing to wait for runs at once, in the turn of its chunk. */
  #then(step: () => void | Promise<void>): void {
    if (this.#done) return;
    if (this.#work !== null) {
      this.#track(this.#work.then(() => (this.#done ? undefined : step())));
      return;
    }
    try {
      const running = step();
      if (running !== undefined) this.#track(running);
    } catch (error) {
      this.#track(this.#stop(toFault(error)));
    }
  }

  #track(running: Promise<void>): void {
    const work: Promise<void> = running
      .catch((error: unknown) => this.#stop(toFault(error)))
      .catch((error: unknown) => this.#abandon(error))
      .finally(() => {
        if (this.#work === work) this.#work = null;
      });
    this.#work = work;
  }

  *#take(bytes: Buffer, answer: Answer): Steps<void> {
    const { generation, spending } = this.#parts;
    if (answer !== this.#parts.answer) {
      this.#backlog -= bytes.length;
      return;
    }
    const frames = this.#splitter.push(bytes);
    // Where these bytes may spend the reservation, each frame is held against it; otherwise all go at once.
    const fits = spending === null || this.#roundTokens + bytes.length / BYTES_PER_TOKEN <= spending.reservedOutput;
    for (const group of fits ? [frames] : frames.map((frame) => [frame])) {
      yield* this.#pass(group);
      if (this.#done) return;
      if (answer !== this.#parts.answer) break;
    }
    this.#backlog -= bytes.length;
    if (
      this.#paused &&
      answer === this.#parts.answer &&
      this.#backlog <= generation.loaded.config.limits.maxBuffered / 2
    ) {
      this.#paused = false;
      answer.resume();
    }
  }

  *#pass(frames: readonly Frame[]): Steps<void> {
    const { draft, spending } = this.#parts;
    const { answer, generation } = this.#parts;
    if (frames.some(({ bytes }) => namesKey(bytes, generation.providerKeys))) throw namesOurKey(answer.upstream.id);
    const { calls } = this.#parts;
    const decided = calls === null ? frames : yield* calls.stream.push(frames);
    const released = yield* wait(this.#guard.push(decided));
    if (this.#done) return;
    this.#mostHeld = Math.max(this.#mostHeld, this.#guard.heldUnits);
    const stop = stopFault(draft, 'output');
    if (stop !== null) {
      yield* wait(this.#stop(stop));
      return;
    }
    if (!this.#owned && this.#guard.id !== null) {
      yield* wait(this.#rememberOwner(this.#guard.id));
      const unkept = stopFault(draft, 'output');
      if (unkept !== null) {
        yield* wait(this.#stop(unkept));
        return;
      }
    }
    if (released.terminal) {
      yield* wait(this.#complete(released.chunks));
      return;
    }
    if (released.chunks.length === 0) return;
    const covered = spending === null || (yield* wait(spending.covers(this.#roundTokens)));
    if (!covered) {
      yield* wait(this.#cut(released.chunks));
      return;
    }
    const drained = this.#write(released.chunks);
    if (drained !== null) yield* wait(drained);
  }

  /** The provider closed its side. Without a proper ending the client must not take this for a whole answer. */
  async #providerEnded(): Promise<void> {
    const { answer, draft, generation } = this.#parts;
    const rest = this.#splitter.end();
    if (rest !== null && namesKey(rest.bytes, generation.providerKeys)) throw namesOurKey(answer.upstream.id);
    const { calls } = this.#parts;
    const decided = rest === null ? [] : calls === null ? [rest] : await drive(calls.stream.push([rest]));
    const left = calls?.stream.finish() ?? [];
    const first = await this.#guard.push([...decided, ...left]);
    const last = await this.#guard.finish();
    const stop = stopFault(draft, 'output');
    if (stop !== null) return this.#stop(stop);
    const chunks = [...first.chunks, ...last.chunks];
    if (this.#guard.complete) return this.#complete(chunks);
    // What came without its blank line must not run into the error's frame.
    if (rest !== null && chunks.length > 0) chunks.push(BLANK_LINE);
    return this.#stop(
      new Fault('ERR_UPSTREAM_INVALID', `The upstream "${answer.upstream.id}" ended its stream in the middle.`),
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
    this.#head();
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
    const last = ending === '' ? chunks : [...chunks, Buffer.from(ending, 'utf8')];
    for (const chunk of last) draft.responseBytes += chunk.length;
    const bytes = join(last);
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
    this.#guard.giveUp();
    const { client, dialect, draft, gateway, generation } = this.#parts;
    draft.status = status;
    const vault = this.#parts.restoring?.vault;
    const own = vault?.restored;
    if (vault !== undefined) noteRestored(this.#parts.rules, vault, draft.log);
    for (const text of this.#guard.texts()) keepChannel(draft, text, generation.loaded.config.evidence.content, own);
    this.#rememberCalls();
    gateway.metrics.held.observe(this.#mostHeld);
    try {
      await gateway.record(draft, this.#ticket, generation);
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

  /** What a later request will bring back, or refer to. */
  #rememberCalls(): void {
    const { calls } = this.#parts;
    if (calls === null) return;
    const texts = this.#guard.texts().filter(({ kind, redacted }) => kind === 'text' && redacted !== '');
    const said = texts.map(({ redacted }) => redacted);
    calls.gate.remember(said, this.#parts.generation.now());
    for (const id of calls.kept(this.#guard.id)) calls.gate.keep(id, calls.stream.stopped, said);
  }

  /** Before the first byte leaves, the ledger knows that it will. */
  #head(): void {
    const { answer, client, draft, gateway } = this.#parts;
    if (client.response.headersSent || client.gone) return;
    draft.status = answer.status;
    this.#ticket = gateway.evidence.begin(draft);
    draft.firstByte();
    client.response.writeHead(answer.status, this.#parts.headers());
  }

  /** Null when the client took it; otherwise what to wait for before the next write. */
  #write(chunks: readonly Uint8Array[]): Promise<void> | null {
    const { client, draft, generation } = this.#parts;
    if (client.gone) return null;
    this.#head();
    const bytes = join(chunks);
    draft.responseBytes += bytes.length;
    this.#lastWrite = generation.now();
    if (client.response.write(bytes)) return null;
    return drained(client, this.#parts.answer, generation.loaded.config.limits, () => this.#paused);
  }

  #ping(): void {
    const { client, generation, reader } = this.#parts;
    const quiet = generation.now() - this.#lastWrite >= generation.loaded.config.limits.pingEvery;
    // What is held back for long costs the status line: somebody on the way would take the silence for a dead connection.
    const waits = this.#guard.held > 0 || (this.#parts.calls?.stream.held ?? 0) > 0;
    const begun = client.response.headersSent || waits;
    if (this.#done || client.gone || !begun || !quiet || client.response.writableNeedDrain) return;
    const ping = reader.ping();
    if (ping === '') return;
    this.#head();
    this.#lastWrite = generation.now();
    client.response.write(ping);
  }

  /** Tokens of the answer that the reservation in force is for. */
  get #roundTokens(): number {
    return this.#outputTokens - this.#tokensBefore;
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

  async #rememberOwner(id: string): Promise<void> {
    this.#owned = true;
    const { answer, draft, gateway } = this.#parts;
    if (draft.surface === 'openai-responses' && draft.principal !== null) {
      await gateway.owners.remember(id, draft.principal.id, answer.upstream.id);
      await this.#parts.keepVault(id);
    }
  }

  /** Not even the ending could be made: the connection goes, and the exchange ends all the same. */
  #abandon(error: unknown): void {
    const { answer, client, draft, gateway } = this.#parts;
    gateway.log.error({ err: error, request: draft.id }, 'a stream could not be ended');
    this.#done = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#guard.giveUp();
    answer.abort();
    client.response.destroy();
    this.#finished();
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

import type { Conversation } from '../conversation/conversation.ts';
import { createFrameSplitter, type Frame } from '../conversation/sse/split-frames.ts';
import type { ResponseView, Surface } from '../conversation/surface.ts';
import { Fault, isFault } from '../core/fault.ts';
import { createAllowList } from '../detect/exfil-link/allow-list.ts';
import { conceal } from '../guard/conceal.ts';
import { DecisionLog } from '../guard/decision-log.ts';
import { exchangeContext } from '../guard/exchange-context.ts';
import { inspectAnswer } from '../guard/inspect-answer.ts';
import { inspectSegments } from '../guard/inspect-segments.ts';
import { ExchangeVault } from '../guard/exchange-vault.ts';
import { bindVault, restoresSomething } from '../guard/own-values.ts';
import { restoreAnswer } from '../guard/restore-answer.ts';
import type { Restoring } from '../guard/restorer.ts';
import { bindRules, type Rule } from '../guard/rule.ts';
import { stopFault } from '../guard/stop-fault.ts';
import { StreamGuard } from '../guard/stream-guard.ts';
import { createTagger } from '../guard/tagger.ts';
import { toEdits } from '../guard/to-edits.ts';
import { readJson } from '../text/json/read-json.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import { toVerdict, type Verdict } from './verdict.ts';

/** A request or answer with what the rules say about it. */
export interface BodyVerdict extends Verdict {
  /** The JSON text to go on with: the text given, with only what enforced rules redact changed. */
  readonly body: string;
}

export interface StreamOptions {
  /** How a stream that a rule stops ends: as an error that SDKs throw, or as the provider's own refusal. */
  readonly blockAs?: 'error' | 'refusal';
  /** Stream frames of a kind that is not known: inspect their raw text, or end the stream. */
  readonly unknownEvents?: 'inspect' | 'block';
  /** Bytes of the answer that may be held back. */
  readonly maxHeld?: number;
}

/** The bytes of a provider's event stream on their way to its client. */
export interface AnswerTransform extends TransformStream<Uint8Array, Uint8Array> {
  /** What was decided so far. */
  readonly verdict: Verdict;
}

const LIMITS = { bytes: 64 * 1024 * 1024, depth: 256, items: 4_000_000 };
const MAX_FRAME = 16 * 1024 * 1024;
const MAX_HELD = 1024 * 1024;

/** How values that come back are named, and where they may go. */
export interface RestoreSettings {
  readonly key: Uint8Array;
  readonly linkHosts: readonly string[];
}

/** One request to a model and its answer. Use it once. */
export class GuardedExchange {
  /** The request as rules see it. */
  readonly conversation: Conversation;
  readonly #surface: Surface;
  readonly #rules: readonly Rule[];
  readonly #text: string;
  readonly #body: unknown;
  /** Values that go back to the caller; absent where no rule restores any. */
  readonly #restoring: Restoring | undefined;

  /** @throws Fault `ERR_BODY_MALFORMED`, `ERR_REQUEST_INVALID` with the place. */
  constructor(surface: Surface, rules: readonly Rule[], request: string, restore: RestoreSettings) {
    this.#surface = surface;
    this.#text = request;
    this.#body = readJson(Buffer.from(request, 'utf8'), LIMITS);
    this.conversation = surface.parseRequest(this.#body);
    const bound = bindRules(rules, exchangeContext(this.conversation, null));
    const vault = restoresSomething(bound) ? new ExchangeVault(createTagger(restore.key)) : null;
    this.#restoring = vault === null ? undefined : { vault, allows: createAllowList(restore.linkHosts) };
    this.#rules = vault === null ? bound : bindVault(bound, vault);
  }

  /** What the input rules say about the request. */
  async request(): Promise<BodyVerdict> {
    const log = new DecisionLog();
    const { segments } = this.conversation;
    const found = await inspectSegments(this.#rules, 'input', segments, log);
    const restoring = this.#restoring;
    const redactions = restoring === undefined ? found : conceal(segments, found, restoring.vault, this.#body);
    const edits = toEdits(segments, redactions);
    return { ...toVerdict(log), body: edits.length === 0 ? this.#text : spliceJson(this.#text, edits) };
  }

  /**
   * What the output rules say about a whole (not streamed) answer.
   * @throws Fault `ERR_UPSTREAM_INVALID` when it is not an answer of this surface.
   */
  async answer(answer: string): Promise<BodyVerdict> {
    const given = Buffer.from(answer, 'utf8');
    const said = readJson(given, LIMITS);
    const parse = (value: unknown): ResponseView | null => this.#surface.parseResponse(value);
    const seen = parse(said);
    if (seen === null) {
      throw new Fault('ERR_UPSTREAM_INVALID', `This is not an answer of the surface "${this.#surface.id}".`);
    }
    const { bytes, body, view } = restoreAnswer(this.#restoring, given, said, seen, parse);
    const text = bytes === given ? answer : bytes.toString('utf8');
    const log = new DecisionLog();
    const { edits } = await inspectAnswer(this.#rules, body, view, log);
    return { ...toVerdict(log), body: edits.length === 0 ? text : spliceJson(text, edits) };
  }

  /**
   * Lets the bytes of a streamed answer through: what nothing touches leaves byte for byte, and only as late as a rule
   * needs. When a rule stops the answer the stream ends in a frame that the provider's SDK understands; stop reading
   * from the provider then (`verdict.allowed` is false).
   */
  stream({ blockAs = 'refusal', unknownEvents = 'inspect', maxHeld = MAX_HELD }: StreamOptions = {}): AnswerTransform {
    const reader = this.#surface.createStreamReader?.(this.conversation);
    if (reader === undefined) {
      throw new Fault('ERR_USAGE', `Answers of the surface "${this.#surface.id}" are not streamed.`);
    }
    const log = new DecisionLog();
    const guard = new StreamGuard({
      rules: this.#rules,
      reader,
      log,
      maxHeld,
      unknownEvents,
      keepText: false,
      restoring: this.#restoring,
    });
    const splitter = createFrameSplitter({ maxFrame: MAX_FRAME });
    let over = false;

    const end = (controller: TransformStreamDefaultController<Uint8Array>, fault: Fault, refused: boolean): void => {
      over = true;
      const how = refused && blockAs === 'refusal' ? { kind: 'refusal' as const, message: fault.message } : null;
      const ending = reader.end(how ?? { kind: 'error', fault }, '');
      controller.enqueue(Buffer.from(ending, 'utf8'));
      controller.terminate();
    };
    const step = async (
      controller: TransformStreamDefaultController<Uint8Array>,
      frames: readonly Frame[],
      final: boolean,
    ): Promise<void> => {
      try {
        const passed = await guard.push(frames);
        const rest = final && stopFault(log, 'answer') === null ? await guard.finish() : { chunks: [] };
        const stop = stopFault(log, 'answer');
        if (stop !== null) return end(controller, stop, true);
        for (const chunk of [...passed.chunks, ...rest.chunks]) if (chunk.length > 0) controller.enqueue(chunk);
        if (final && !guard.complete) {
          end(controller, new Fault('ERR_UPSTREAM_INVALID', 'The provider ended its stream in the middle.'), false);
        }
      } catch (error) {
        const fault = isFault(error) ? error : new Fault('ERR_INTERNAL', 'The guard failed.', { cause: error });
        end(controller, fault, false);
      }
    };
    const stream = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => (over ? undefined : step(controller, splitter.push(chunk), false)),
      flush: (controller) => {
        if (over) return;
        const rest = splitter.end();
        return step(controller, rest === null ? [] : [rest], true);
      },
    });
    return Object.defineProperty(stream, 'verdict', { get: () => toVerdict(log) }) as AnswerTransform;
  }
}
